// The same checks and completion for a document as S3 takes it, in XML. Pure.

import type { ElementSpec } from "@codemirror/lang-xml";
import type { Finding } from "../components/code-editor.tsx";
import { documents as text } from "../messages/en/documents.ts";
import { choicesOf, type List, type Shape, type Structure, type Wire } from "./shape.ts";
import { type Element, parseXml, wrong } from "./xml-places.ts";

/** The findings in `source`: the first thing that makes it no XML, or all that S3 does not know. */
export function checkXml(source: string, { root, shape }: Wire): readonly Finding[] {
  const element = parseXml(source);
  if ("severity" in element) return [element];
  if (element.name !== root) return [wrong(element, text("wrongRoot", { root }))];
  return checkElement(element, shape);
}

const simple = { number: /^-?\d+(\.\d+)?$/, boolean: /^(true|false)$/ } as const;

function checkElement(element: Element, shape: Shape): readonly Finding[] {
  if (shape.kind === "structure") return checkStructure(element, shape);
  if (shape.kind === "list") return checkItems(element, shape);
  if (element.children.length > 0) return [wrong(element, text("noElements"))];
  const value = element.text.trim();
  if (shape.kind === "time") {
    return Number.isNaN(Date.parse(value)) ? [wrong(element.textPlace, text("time"))] : [];
  }
  if (shape.kind === "any" || shape.kind === "string") return [];
  return simple[shape.kind].test(value) ? [] : [wrong(element.textPlace, text(shape.kind))];
}

function checkItems({ children }: Element, { itemName, item }: List): readonly Finding[] {
  return children.flatMap((child) =>
    child.name === itemName
      ? checkElement(child, item())
      : [wrong(child, text("wrongItem", { name: itemName }))],
  );
}

function checkStructure(element: Element, shape: Structure): readonly Finding[] {
  const { elements, name: parent } = shape;
  const names = [...elements.keys()].join(", ");
  const unknown = element.attributes
    .filter((name) => !/^xmlns(:|$)/.test(name) && elements.get(name)?.isAttribute !== true)
    .map((name) => wrong(element, text("unknownMember", { parent, name, names })));
  const stray = element.text.trim() === "" ? [] : [wrong(element.textPlace, text("noText"))];
  const seen = new Set<string>();
  const inside = element.children.flatMap((child) => {
    const written = elements.get(child.name);
    if (written === undefined || written.isAttribute) {
      return [wrong(child, text("unknownMember", { parent, name: child.name, names }))];
    }
    if (seen.has(child.name) && !written.isFlat)
      return [wrong(child, text("twice", { name: child.name }))];
    seen.add(child.name);
    const found = checkElement(child, shapeOfElement(written.shape(), written.isFlat));
    return found.length > 0 ? found : checkWords(child, choicesOf(shape, written.member));
  });
  return [...unknown, ...stray, ...inside];
}

/** A flat list is written as its items. */
const shapeOfElement = (shape: Shape, isFlat: boolean): Shape =>
  isFlat && shape.kind === "list" ? shape.item() : shape;

function checkWords(element: Element, words: readonly string[]): readonly Finding[] {
  if (words.length === 0) return [];
  const places = element.children.length > 0 ? element.children : [element];
  return places
    .filter(({ text: value, children }) => children.length === 0 && !words.includes(value.trim()))
    .map(({ textPlace }) => wrong(textPlace, text("unknownWord", { words: words.join(", ") })));
}

/** What the editor's completion needs to know: each element's children, attributes and words. */
export function elementsOf({ root, shape }: Wire): readonly ElementSpec[] {
  const specs = new Map<string, Spec>();
  note(root, shape, [], specs);
  return [...specs].map(([name, { children, attributes, words }]) => ({
    name,
    top: name === root,
    children: [...children],
    attributes: [...attributes].map(([attribute, values]) => ({ name: attribute, values })),
    textContent: [...words],
  }));
}

/** Elements of one name in different places are taken together. */
interface Spec {
  readonly children: Set<string>;
  readonly attributes: Map<string, readonly string[]>;
  readonly words: Set<string>;
  /** Structures that were looked at: some hold themselves. */
  readonly seen: Set<string>;
}

function note(
  name: string,
  shape: Shape,
  words: readonly string[],
  specs: Map<string, Spec>,
): void {
  const spec = specs.get(name) ?? {
    ...{ children: new Set(), attributes: new Map(), words: new Set(), seen: new Set() },
  };
  specs.set(name, spec);
  if (shape.kind === "list") {
    spec.children.add(shape.itemName);
    note(shape.itemName, shape.item(), words, specs);
    return;
  }
  for (const word of words) spec.words.add(word);
  if (shape.kind !== "structure" || spec.seen.has(shape.name)) return;
  spec.seen.add(shape.name);
  for (const [child, written] of shape.elements) {
    if (written.isAttribute) {
      spec.attributes.set(child, choicesOf(shape, written.member));
      continue;
    }
    spec.children.add(child);
    const inside = shapeOfElement(written.shape(), written.isFlat);
    note(child, inside, choicesOf(shape, written.member), specs);
  }
}

/** XML of one line with a line for each element; what is in an element without others stays as it is. */
export function indentXml(xml: string): string {
  let depth = 0;
  return xml
    .replace(/>\s*<(?!\/)/g, ">\n<")
    .replace(/(<\/[^<>]*>|\/>)\s*(?=<\/)/g, "$1\n")
    .split("\n")
    .map((line) => {
      if (line.startsWith("</")) depth -= 1;
      const indented = "  ".repeat(depth) + line;
      const isOpened = /^<[^/?!]/.test(line) && !line.endsWith("/>") && !line.includes("</");
      if (isOpened) depth += 1;
      return indented;
    })
    .join("\n");
}
