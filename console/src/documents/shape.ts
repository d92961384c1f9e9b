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
}

export interface List {
  readonly kind: "list";
  readonly item: () => Shape;
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
export function shapeOf({ input, schema }: Deed, example: unknown): Shape | undefined {
  const isList = Array.isArray(example);
  const one: unknown = isList ? example[0] : example;
  const found = Object.entries(input).find(([, value]) => value === one);
  const request = read((schema as readonly unknown[])[4]);
  if (found === undefined || request.kind !== "structure") return undefined;
  const shape = request.members.get(found[0]);
  if (shape === undefined) return undefined;
  return isList ? { kind: "list", item: shape } : shape();
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

/** Follows what a schema refers to: a function, a pair with traits, or the thing itself. */
function read(reference: unknown): Shape {
  if (typeof reference === "function") return read(reference());
  if (typeof reference === "number") {
    if ((reference & listBit) !== 0)
      return { kind: "list", item: () => read(reference & ~listBit) };
    return { kind: simple.get(reference) ?? "any" };
  }
  if (!Array.isArray(reference)) return { kind: "any" };
  const [kind, second, name, , inner, types] = reference as readonly unknown[];
  if (typeof second !== "string") return read(kind);
  if (kind === list) return { kind: "list", item: () => read(inner) };
  if (kind !== structure && kind !== union) return read(inner);
  const names = inner as readonly string[];
  const members = names.map(
    (member, at) => [member, () => read((types as readonly unknown[])[at])] as const,
  );
  return { kind: "structure", name: String(name), members: new Map(members) };
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
