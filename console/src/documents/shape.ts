// The shapes of S3's documents, read from the schemas that the SDK's commands carry: which members there
// are and what each holds. Only the words that some members choose from are named here. Pure.

import {
  BucketLogsPermission,
  BucketVersioningStatus,
  EncryptionType,
  Event,
  ExpirationStatus,
  IntelligentTieringAccessTier,
  InventoryFormat,
  InventoryFrequency,
  InventoryIncludedObjectVersions,
  InventoryOptionalField,
  MFADelete,
  ObjectLockEnabled,
  ObjectLockRetentionMode,
  ObjectOwnership,
  Payer,
  Permission,
  Protocol,
  ServerSideEncryption,
  StorageClass,
  TransitionStorageClass,
  Type,
} from "@aws-sdk/client-s3";
import type { Deed } from "../clients/deeds.ts";

export interface Structure {
  readonly kind: "structure";
  readonly name: string;
  readonly members: ReadonlyMap<string, () => Shape>;
  /** How the members are written in XML, by the names that they have there. */
  readonly elements: ReadonlyMap<string, Written>;
}

export interface List {
  readonly kind: "list";
  readonly item: () => Shape;
  /** The name of an item in XML, where the list is an element of its own. */
  readonly itemName: string;
}

/** A member in XML. */
export interface Written {
  readonly member: string;
  shape(): Shape;
  readonly isAttribute: boolean;
  /** A list without an element of its own: its items repeat the name. */
  readonly isFlat: boolean;
}

interface Simple {
  /** A point in time is a text in JSON, and a `Date` for the SDK. */
  readonly kind: "string" | "number" | "boolean" | "time" | "any";
}

export type Shape = Structure | List | Simple;

/**
 * The shape of the document `example` that a command is sent with: of the member of its input that the
 * example is, or of a list of them where the example is a list. `undefined` where it is sent otherwise.
 */
export function shapeOf(deed: Deed, example: unknown): Shape | undefined {
  const isList = Array.isArray(example);
  const found = find(deed, isList ? example[0] : example);
  if (found === undefined) return undefined;
  const { shape } = found;
  return isList ? { kind: "list", item: shape, itemName: defaultItemName } : shape();
}

/** What a document is on the wire: the body of a command, with a root element. */
export interface Wire {
  /** The member of the input. */
  readonly member: string;
  readonly root: string;
  readonly shape: Structure;
  /** The SDK's own. */
  readonly schema: unknown;
}

/** The same for the document alone, as S3 takes it; `undefined` where it is no body of its own. */
export function wireOf(deed: Deed, example: unknown): Wire | undefined {
  const found = find(deed, example);
  const shape = found?.shape();
  const traits = traitsOf(found?.reference);
  if (found === undefined || shape?.kind !== "structure" || !traits.httpPayload) return undefined;
  return {
    member: found.member,
    root: traits.xmlName ?? shape.name,
    shape,
    schema: resolve(found.reference),
  };
}

/** The member of the input that is `document`. */
function find({ input, schema }: Deed, document: unknown) {
  const [member] = Object.entries(input).find(([, value]) => value === document) ?? [];
  const request = resolve((schema as readonly unknown[])[4]);
  if (member === undefined || !Array.isArray(request)) return undefined;
  const reference: unknown = request[5][request[4].indexOf(member)];
  return reference === undefined ? undefined : { member, reference, shape: () => read(reference) };
}

/** The document with a `Date` for each text that is a point in time, as the SDK's commands take it. */
export function withTimes(document: unknown, shape: Shape): unknown {
  if (shape.kind === "time") return typeof document === "string" ? new Date(document) : document;
  if (shape.kind === "list" && Array.isArray(document)) {
    return document.map((item) => withTimes(item, shape.item()));
  }
  if (shape.kind !== "structure" || typeof document !== "object" || document === null) {
    return document;
  }
  const members = Object.entries(document).map(([name, value]) => {
    const member = shape.members.get(name)?.();
    return [name, member === undefined ? value : withTimes(value, member)];
  });
  return Object.fromEntries(members);
}

const list = 1;
const structure = 3;
const union = 4;
/** A list of something simple is that with this bit. */
const listBit = 64;
const simple: ReadonlyMap<number, Simple["kind"]> = new Map([
  [0, "string"],
  [1, "number"],
  [2, "boolean"],
  ...[4, 5, 6].map((code) => [code, "time"] as const),
]);

const defaultItemName = "member";

interface Traits {
  readonly xmlName?: string;
  readonly xmlFlattened?: number;
  readonly xmlAttribute?: number;
  readonly httpPayload?: number;
}

/** Whether it is a pair of a reference and traits; else it is the thing itself. */
const isPair = (reference: unknown): reference is readonly [unknown, unknown] =>
  Array.isArray(reference) && typeof reference[1] !== "string";

/** Follows what a schema refers to: a function, a pair with traits, or the thing itself. */
function resolve(reference: unknown): unknown {
  if (typeof reference === "function") return resolve(reference());
  return isPair(reference) ? resolve(reference[0]) : reference;
}

/** Those of the thing and of where it is referred to, which win. Few are numbers, and none of those ours. */
function traitsOf(reference: unknown): Traits {
  if (typeof reference === "function") return traitsOf(reference());
  if (!Array.isArray(reference)) return {};
  if (isPair(reference)) return { ...traitsOf(reference[0]), ...(reference[1] as Traits) };
  return { ...(reference[3] as Traits) };
}

function read(reference: unknown): Shape {
  const found = resolve(reference);
  if (typeof found === "number") {
    if ((found & listBit) === 0) return { kind: simple.get(found) ?? "any" };
    return { kind: "list", item: () => read(found & ~listBit), itemName: defaultItemName };
  }
  if (!Array.isArray(found)) return { kind: "any" };
  const [kind, , name, , inner, types] = found as readonly unknown[];
  if (kind === list) {
    const itemName = traitsOf(inner).xmlName ?? defaultItemName;
    return { kind: "list", item: () => read(inner), itemName };
  }
  if (kind !== structure && kind !== union) return read(inner);
  return readStructure(String(name), inner as readonly string[], types as readonly unknown[]);
}

function readStructure(
  name: string,
  names: readonly string[],
  types: readonly unknown[],
): Structure {
  const members = names.map((member, at) => [member, () => read(types[at])] as const);
  const elements = members.map(([member, shape], at) => {
    const { xmlName = member, xmlAttribute, xmlFlattened } = traitsOf(types[at]);
    const isAttribute = xmlAttribute === 1;
    return [xmlName, { member, shape, isAttribute, isFlat: xmlFlattened === 1 }] as const;
  });
  return { kind: "structure", name, members: new Map(members), elements: new Map(elements) };
}

type Words = Readonly<Record<string, string>>;

/** By structure and member, or by member alone. */
const choices: Readonly<Record<string, Words>> = {
  "VersioningConfiguration.Status": BucketVersioningStatus,
  "AccelerateConfiguration.Status": BucketVersioningStatus,
  "Transition.StorageClass": TransitionStorageClass,
  "NoncurrentVersionTransition.StorageClass": TransitionStorageClass,
  "TargetGrant.Permission": BucketLogsPermission,
  Status: ExpirationStatus,
  StorageClass,
  Permission,
  Type,
  Protocol,
  Payer,
  ObjectOwnership,
  ObjectLockEnabled,
  MFADelete,
  EncryptionType,
  SSEAlgorithm: ServerSideEncryption,
  Mode: ObjectLockRetentionMode,
  AccessTier: IntelligentTieringAccessTier,
  Format: InventoryFormat,
  Frequency: InventoryFrequency,
  IncludedObjectVersions: InventoryIncludedObjectVersions,
  OptionalFields: InventoryOptionalField,
  Events: Event,
};

/** The words that a member, or each item of one that is a list, chooses from. */
export function choicesOf({ name }: Structure, member: string): readonly string[] {
  return Object.values(choices[`${name}.${member}`] ?? choices[member] ?? {});
}
