// XML with the place of each element in its text, so that a finding can be shown where it is. What S3's
// documents have: elements, attributes, text; comments are passed over. Pure.

import type { Finding } from "../components/code-editor.tsx";
import { documents as text } from "../messages/en/documents.ts";

type Place = Pick<Finding, "from" | "to">;

/** Its place is that of its name in the opening tag. */
export interface Element extends Place {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly children: readonly Element[];
  /** All of its own text, without that of its children. */
  readonly text: string;
  readonly textPlace: Place;
}

/** While it is read. */
interface Open extends Place {
  name: string;
  attributes: readonly string[];
  children: Open[];
  text: string;
  textPlace: Place;
}

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;
const attribute = /([\w:.-]+)\s*=\s*(?:"[^"]*"|'[^']*')/g;

/** The root, or what makes the text none of XML. */
export function parseXml(source: string): Element | Finding {
  const outside = openElement("", { from: 0, to: source.length });
  const stack = [outside];
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const from = token.lastIndex;
    const found = token.exec(source);
    if (found === null) return wrong({ from, to: source.length }, text("noXml"));
    const finding = take(found, stack);
    if (finding !== undefined) return finding;
  }
  const open = stack.at(-1);
  if (open !== undefined && open !== outside)
    return wrong(open, text("notClosed", { name: open.name }));
  const [root, second] = outside.children;
  if (root === undefined) return wrong(outside, text("noXml"));
  if (outside.text.trim() !== "") return wrong(outside.textPlace, text("noXml"));
  return second === undefined ? root : wrong(second, text("secondRoot"));
}

/** Takes one token in. `stack` ends with the element that is open. */
function take(found: RegExpExecArray, stack: Open[]): Finding | undefined {
  const [whole, closed, opened, attributes = "", end] = found;
  const place = { from: found.index, to: found.index + whole.length };
  const parent = stack.at(-1);
  if (parent === undefined) return undefined;
  if (closed !== undefined) {
    if (parent.name !== closed) return wrong(place, text("wrongClose", { name: closed }));
    stack.pop();
    return undefined;
  }
  if (opened === undefined) {
    const isText = !whole.startsWith("<");
    if (isText) parent.text += whole;
    if (isText && whole.trim() !== "") parent.textPlace = place;
    return undefined;
  }
  const element = openElement(opened, { from: place.from + 1, to: place.from + 1 + opened.length });
  element.attributes = [...attributes.matchAll(attribute)].map(([, name = ""]) => name);
  parent.children.push(element);
  if (end === "") stack.push(element);
  return undefined;
}

function openElement(name: string, place: Place): Open {
  return { ...place, name, attributes: [], children: [], text: "", textPlace: place };
}

const wrong = ({ from, to }: Place, message: string): Finding => ({
  from,
  to,
  message,
  severity: "error",
});
