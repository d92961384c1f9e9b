// What the editor of a setting's document notices and offers: members that do not exist, values of
// another kind, words that are none of those to choose from. Whatever depends on other settings, the
// server judges. Pure.

import type { Finding } from "../components/code-editor.tsx";
import { documents as text } from "../messages/en/documents.ts";
import { placeOf } from "../policy/complete.ts";
import { type Node, parseWithPlaces } from "../policy/json-places.ts";
import { choicesOf, type Shape, type Structure } from "./shape.ts";

/** The findings in `source`, or none while it is no JSON: of that the editor tells. */
export function checkDocument(source: string, shape: Shape): readonly Finding[] {
  const node = parseWithPlaces(source);
  return node === undefined ? [] : checkNode(node, shape);
}

const error = ({ from, to }: Pick<Finding, "from" | "to">, message: string): Finding => ({
  from,
  to,
  message,
  severity: "error",
});

function checkNode(node: Node, shape: Shape): readonly Finding[] {
  switch (shape.kind) {
    case "any":
      return [];
    case "structure":
      return node.members === undefined
        ? [error(node, text("noStructure", { name: shape.name }))]
        : node.members.flatMap((member) => checkMember(member, shape));
    case "list":
      return node.items === undefined
        ? [error(node, text("noList"))]
        : node.items.flatMap((item) => checkNode(item, shape.item()));
    case "time":
      return typeof node.value === "string" && !Number.isNaN(Date.parse(node.value))
        ? []
        : [error(node, text("time"))];
    default:
      return typeof node.value === shape.kind ? [] : [error(node, text(shape.kind))];
  }
}

type Member = NonNullable<Node["members"]>[number];

function checkMember(member: Member, parent: Structure): readonly Finding[] {
  const { name, value } = member;
  const shape = parent.members.get(name)?.();
  if (shape === undefined) {
    const names = [...parent.members.keys()].join(", ");
    return [error(member, text("unknownMember", { name, parent: parent.name, names }))];
  }
  const found = checkNode(value, shape);
  const words = choicesOf(parent, name);
  if (found.length > 0 || words.length === 0) return found;
  return (value.items ?? [value])
    .filter((one) => !words.includes(String(one.value)))
    .map((one) => error(one, text("unknownWord", { words: words.join(", ") })));
}

/** The words that may stand at the end of `textBefore`. */
export function completeDocument(textBefore: string, shape: Shape): readonly string[] {
  const place = placeOf(textBefore);
  if (place === undefined) return [];
  const parents = place.isName ? place.path : place.path.slice(0, -1);
  let at: Shape | undefined = itemOf(shape);
  for (const name of parents) {
    at = at?.kind === "structure" ? itemOf(at.members.get(name)?.()) : undefined;
  }
  if (at?.kind !== "structure") return [];
  return place.isName ? [...at.members.keys()] : choicesOf(at, place.path.at(-1) ?? "");
}

/** Lists have no names of their own in a path. */
function itemOf(shape: Shape | undefined): Shape | undefined {
  return shape?.kind === "list" ? itemOf(shape.item()) : shape;
}
