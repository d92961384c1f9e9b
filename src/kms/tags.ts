// Tags of keys.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html

import { type KmsKey, tagKmsKey } from "../catalog/kms-keys.ts";
import { type ActionHandler, type Input, KmsError } from "./call.ts";
import { requireKey, requireLivingKey } from "./find-key.ts";

const maximumTags = 50;

/** The `Tags` of a call. Throws TagException. */
export function readTags(input: Input): KmsKey["tags"] {
  const value = input["Tags"] ?? [];
  if (!Array.isArray(value)) throw badTag();
  const tags = value.map(readTag);
  const isUnique = new Set(tags.map(([key]) => key)).size === tags.length;
  if (tags.length > maximumTags || !isUnique) throw badTag();
  return tags;
}

function readTag(entry: unknown): readonly [string, string] {
  const { TagKey: key, TagValue: value } = Object(entry) as Record<string, unknown>;
  if (typeof key !== "string" || typeof value !== "string") throw badTag();
  if (key === "" || key.length > 128 || value.length > 256 || key.startsWith("aws:"))
    throw badTag();
  return [key, value];
}

function badTag(): KmsError {
  return new KmsError("TagException", "The tags are not valid.");
}

export const listResourceTags: ActionHandler = async (call, input) => {
  const { tags } = await requireKey(call, input);
  return {
    Tags: tags.map(([key, value]) => ({ TagKey: key, TagValue: value })),
    Truncated: false,
  };
};

export const tagResource: ActionHandler = async (call, input) => {
  const added = readTags(input);
  const key = await requireLivingKey(call, input);
  const tags = [...new Map([...key.tags, ...added])];
  if (tags.length > maximumTags) {
    throw new KmsError("LimitExceededException", `A key has at most ${maximumTags} tags.`);
  }
  await tagKmsKey(call, key.keyId, tags);
  return undefined;
};

export const untagResource: ActionHandler = async (call, input) => {
  const names = input["TagKeys"];
  if (!Array.isArray(names)) throw badTag();
  const key = await requireLivingKey(call, input);
  const kept = key.tags.filter(([name]) => !names.includes(name));
  await tagKmsKey(call, key.keyId, kept);
  return undefined;
};
