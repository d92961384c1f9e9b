// XML with the place of each element in its text, so that a finding can be shown where it is, as the editor's
// own parser reads it. Pure.

import { xmlLanguage } from "@codemirror/lang-xml";
import type { Finding } from "../components/code-editor.tsx";
import { documents as text } from "../messages/en/documents.ts";

type Place = Pick<Finding, "from" | "to">;
type Node = ReturnType<typeof xmlLanguage.parser.parse>["topNode"];

/** Its place is that of its name in the opening tag. */
export interface Element extends Place {
  readonly name: string;
  readonly attributes: readonly string[];
  readonly children: readonly Element[];
  /** All of its own text, without that of its children. */
  readonly text: string;
  readonly textPlace: Place;
}

/** The root, or what makes the text none of XML. */
export function parseXml(source: string): Element | Finding {
  const tree = xmlLanguage.parser.parse(source);
  let finding: Finding | undefined;
  tree.iterate({
    enter: ({ node }) => {
      finding ??= findingOf(node, source);
      return finding === undefined;
    },
  });
  if (finding !== undefined) return finding;
  const [root, second] = tree.topNode.getChildren("Element");
  const stray = textsOf(tree.topNode, source)[0];
  if (root === undefined || stray !== undefined) return wrong(stray ?? tree.topNode, text("noXml"));
  return second === undefined
    ? readElement(root, source)
    : wrong(nameOf(second), text("secondRoot"));
}

/** What is wrong with this very node. */
function findingOf(node: Node, source: string): Finding | undefined {
  const { parent, type } = node;
  if (parent === null) return undefined;
  if (type.name === "MismatchedCloseTag") {
    const { from, to } = node.getChild("TagName") ?? node;
    return wrong(node, text("wrongClose", { name: source.slice(from, to) }));
  }
  if (!type.isError && type.name !== "MissingCloseTag") return undefined;
  // What an element itself lacks is its end.
  if (parent.name === "Element") {
    const name = nameOf(parent);
    return wrong(name, text("notClosed", { name: source.slice(name.from, name.to) }));
  }
  const { from, to } = parent;
  return wrong({ from, to: Math.max(to, node.to) }, text("noXml"));
}

function readElement(node: Node, source: string): Element {
  const { from, to } = nameOf(node);
  const read = (place: Place) => source.slice(place.from, place.to);
  const attributes = node.firstChild?.getChildren("Attribute") ?? [];
  const texts = textsOf(node, source);
  return {
    ...{ from, to },
    name: source.slice(from, to),
    attributes: attributes.map((attribute) =>
      read(attribute.getChild("AttributeName") ?? attribute),
    ),
    children: node.getChildren("Element").map((child) => readElement(child, source)),
    text: texts.map(read).join(""),
    textPlace: texts[0] ?? { from, to },
  };
}

/** The texts of a node that are more than white space. */
const textsOf = (node: Node, source: string): readonly Place[] =>
  ["Text", "Cdata", "EntityReference", "CharacterReference"]
    .flatMap((kind) => node.getChildren(kind))
    .filter(({ from, to }) => source.slice(from, to).trim() !== "");

/** Where an element is named first. */
const nameOf = (element: Node): Place => element.firstChild?.getChild("TagName") ?? element;

/** A finding at a place. */
export const wrong = ({ from, to }: Place, message: string): Finding => ({
  from,
  to,
  message,
  severity: "error",
});
