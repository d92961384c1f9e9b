// Reads the schemas that the AWS SDK publishes as nested arrays, and gives them names. Only the
// binding compiler looks at schemas, and only through here. The encoding is @smithy/core's:
// `[3, namespace, name, traits, memberNames, memberRefs, requiredCount]` for a structure,
// `[1, namespace, name, traits, itemRef]` for a list, small numbers for simple types, a pair
// `[ref, traits]` for a member with traits of its own, and functions for late references.

/** Where a member travels and how its element is called; absent traits are undefined. */
export interface Traits {
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly xmlAttribute?: 1;
  readonly xmlNamespace?: readonly [prefix: string, uri: string];
  readonly streaming?: 1;
}

export type Shape =
  | { readonly kind: "text" | "number" | "boolean" | "timestamp" }
  /** Bytes, header maps and event streams: never inside XML. */
  | { readonly kind: "opaque" }
  | { readonly kind: "list"; readonly item: Member }
  | StructureShape;

export interface StructureShape {
  readonly kind: "structure";
  readonly name: string;
  readonly traits: Traits;
  /** Lazily read, because structures may contain each other. */
  readonly members: () => readonly Member[];
}

export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly traits: Traits;
  readonly isRequired: boolean;
}

const traitBits = [
  "httpLabel",
  "idempotent",
  "idempotencyToken",
  "sensitive",
  "httpPayload",
  "httpResponseCode",
  "httpQueryParams",
] as const;

const shapes = new WeakMap<object, Shape>();
const text: Shape = { kind: "text" };
const number: Shape = { kind: "number" };
const boolean: Shape = { kind: "boolean" };
const timestamp: Shape = { kind: "timestamp" };
const opaque: Shape = { kind: "opaque" };

/** The shape a reference names. Equal references give the same shape object. */
export function shapeOf(reference: unknown): Shape {
  const schema = settle(reference);
  if (typeof schema === "number") return simpleShape(schema);
  if (!Array.isArray(schema)) return { kind: "structure", name: "", traits: {}, members: () => [] };
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const shape = arrayShape(schema);
  shapes.set(schema, shape);
  return shape;
}

/** A member as its structure lists it: reference and traits, those of the target included. */
export function memberOf(name: string, reference: unknown, isRequired: boolean): Member {
  const stack: Traits[] = [];
  let target = reference;
  while (Array.isArray(target) && target.length === 2) {
    stack.unshift(traitsOf(target[1]));
    target = settle(target[0]);
  }
  const own = settle(target);
  const ownTraits = Array.isArray(own) ? traitsOf(own[3]) : {};
  return { name, shape: shapeOf(own), traits: Object.assign({}, ownTraits, ...stack), isRequired };
}

function settle(reference: unknown): unknown {
  return typeof reference === "function" ? settle(reference()) : reference;
}

function traitsOf(traits: unknown): Traits {
  if (typeof traits === "object" && traits !== null) return traits;
  const bits = Number(traits);
  return Object.fromEntries(
    traitBits.flatMap((name, bit) => ((bits >> bit) & 1 ? [[name, 1]] : [])),
  );
}

function arrayShape(schema: readonly unknown[]): Shape {
  const [kind, , name, traits, fourth, fifth, required] = schema;
  // 0 is a simple type with a name and traits of its own; 2 a map, which S3 has only in headers.
  if (kind === 0) return shapeOf(fourth);
  if (kind === 2) return opaque;
  if (kind === 1) return { kind: "list", item: memberOf("member", fourth, false) };
  if (traitsOf(traits).streaming === 1) return opaque;
  const names = fourth as readonly string[];
  const references = fifth as readonly unknown[];
  let members: readonly Member[] | undefined;
  return {
    kind: "structure",
    name: String(name),
    traits: traitsOf(traits),
    members: () => {
      members ??= names.map((member, index) =>
        memberOf(member, references[index], index < Number(required ?? 0)),
      );
      return members;
    },
  };
}

/** 64 marks a list and 128 a map of the simple type in the low bits; 21 and 42 are bytes. */
function simpleShape(code: number): Shape {
  if (code >= 128) return opaque;
  if (code >= 64) return { kind: "list", item: memberOf("member", code & 63, false) };
  if (code >= 4 && code <= 7) return timestamp;
  if (code === 0) return text;
  if (code === 1) return number;
  return code === 2 ? boolean : opaque;
}
