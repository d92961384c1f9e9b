// Compiles a shape into a function that reads an XML element strictly: unknown elements, repeated
// single elements, missing required ones, text between elements and values of the wrong type are
// all MalformedXML. Enumerations are not judged here: the operation knows the right refusal.

import type { Member, Shape, StructureShape } from "./schema.ts";
import { parseHttpDate, parseIsoDate } from "./time.ts";
import { malformedXml, type XmlElement } from "./xml-parse.ts";

type Read = (element: XmlElement) => unknown;

/** Required by S3 although the model does not say so. */
const alsoRequired: Readonly<Record<string, readonly string[]>> = {
  CompletedMultipartUpload: ["Parts"],
  CompletedPart: ["ETag", "PartNumber"],
};

const structures = new WeakMap<StructureShape, Read>();

/** One child element a structure may have. */
interface Field {
  readonly name: string;
  readonly isList: boolean;
  readonly read: Read;
}

/** A reader for a root element named `root`; any other root is MalformedXML. */
export function compileRoot(root: string, shape: StructureShape): Read {
  const read = compileStructure(shape);
  return (element) => {
    if (element.name !== root) throw malformedXml();
    return read(element);
  };
}

/** The reader of a structure; made once however many operations share it. */
function compileStructure(shape: StructureShape): Read {
  const known = structures.get(shape);
  if (known !== undefined) return known;
  // Compiled at first use, so that recursive structures end.
  let compiled: Read | undefined;
  const read: Read = (element) => {
    compiled ??= compileFields(shape);
    return compiled(element);
  };
  structures.set(shape, read);
  return read;
}

function compileFields(shape: StructureShape): Read {
  const members = shape.members();
  const fields = new Map<string, Field>();
  const attributes: { readonly name: string; readonly attribute: string }[] = [];
  for (const member of members) {
    const tag = member.traits.xmlName ?? member.name;
    if (member.traits.xmlAttribute !== undefined)
      attributes.push({ name: member.name, attribute: tag });
    else fields.set(tag, compileField(member));
  }
  const required = [
    ...members.filter((member) => member.isRequired).map((member) => member.name),
    ...(alsoRequired[shape.name] ?? []),
  ];
  return (element) => {
    const value: Record<string, unknown> = {};
    for (const { name, attribute } of attributes) {
      const text = element.attributes[attribute];
      if (text !== undefined) value[name] = text;
    }
    readChildren(element, fields, value);
    for (const name of required) if (value[name] === undefined) throw malformedXml();
    return value;
  };
}

/** Fills `value` from the children; each is known, and single unless its list is flattened. */
function readChildren(
  element: XmlElement,
  fields: ReadonlyMap<string, Field>,
  value: Record<string, unknown>,
): void {
  if (element.text.trim() !== "") throw malformedXml();
  for (const child of element.children) {
    const field = fields.get(child.name);
    if (field === undefined) throw malformedXml();
    const content = field.read(child);
    const earlier = value[field.name];
    if (!field.isList) {
      if (earlier !== undefined) throw malformedXml();
      value[field.name] = content;
    } else if (earlier === undefined) {
      value[field.name] = [content];
    } else {
      (earlier as unknown[]).push(content);
    }
  }
}

/** A list without an element of its own repeats; any other member, a wrapped list too, is single. */
function compileField(member: Member): Field {
  const { name, shape, traits } = member;
  if (shape.kind !== "list") return { name, isList: false, read: compileValue(shape) };
  const readItem = compileValue(shape.item.shape);
  if (traits.xmlFlattened !== undefined) return { name, isList: true, read: readItem };
  const tag = shape.item.traits.xmlName ?? "member";
  const read: Read = (element) => {
    if (element.text.trim() !== "") throw malformedXml();
    return element.children.map((child) => {
      if (child.name !== tag) throw malformedXml();
      return readItem(child);
    });
  };
  return { name, isList: false, read };
}

function compileValue(shape: Shape): Read {
  if (shape.kind === "structure") return compileStructure(shape);
  const parse = compileSimple(shape);
  return (element) => {
    if (element.children.length > 0) throw malformedXml();
    const value = parse(element.text);
    if (value === undefined) throw malformedXml();
    return value;
  };
}

/** Text keeps its white space (it may be a key); other values are trimmed. */
function compileSimple(shape: Shape): (text: string) => unknown {
  switch (shape.kind) {
    case "number":
      return (text) => (/^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : undefined);
    case "boolean":
      return parseBoolean;
    case "timestamp":
      return (text) => {
        const timeMs = parseIsoDate(text) ?? parseHttpDate(text);
        return timeMs === undefined ? undefined : new Date(timeMs);
      };
    default:
      return (text) => text;
  }
}

function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === "true") return true;
  return word === "false" ? false : undefined;
}
