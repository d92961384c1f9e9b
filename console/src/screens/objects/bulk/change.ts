// One object's change as a step of a bulk job. What turns out to need nothing is left alone.

import {
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type Tag,
} from "@aws-sdk/client-s3";
import { readHead } from "../../../clients/head.ts";
import { send } from "../../../clients/s3.ts";
import { describeError } from "../../../errors.ts";
import { objects as text } from "../../../messages/en/objects.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import type { StepGate } from "../../../work/bulk.ts";
import { copyBytes } from "./copy.ts";
import { isTiered, reasonToSkip } from "./needs.ts";
import { namedTags, restoreRequest, type Wish } from "./wish.ts";

interface Step {
  readonly bucket: string;
  readonly wish: Wish;
  readonly gate: StepGate;
}

/** Changes one object; answers why it was left out, if it was. Throws what the server says. */
export function changeOne(step: Step, item: FoundObject): Promise<string | undefined> {
  const why = reasonToSkip(step.wish, item);
  if (why !== undefined) return Promise.resolve(why);
  const { key, versionId } = item;
  const place = {
    Bucket: step.bucket,
    Key: key,
    ...(versionId !== undefined && { VersionId: versionId }),
  };
  switch (step.wish.change) {
    case "tags":
      return putTags(step, place);
    case "class":
      return changeClass(step, item);
    case "restore":
      return restore(step, place, isTiered(item));
  }
}

interface ObjectPlace {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

async function putTags({ wish, gate }: Step, place: ObjectPlace): Promise<string | undefined> {
  const options = { abortSignal: gate.signal };
  const { TagSet: known = [] } = await send(new GetObjectTaggingCommand(place), options);
  const added = namedTags(wish);
  const names = new Set(added.map(({ Key }) => Key));
  const kept = wish.isReplacing ? [] : known.filter(({ Key }) => !names.has(Key));
  const TagSet = [...kept, ...added];
  if (isSame(known, TagSet)) return text("skipSameTags");
  await gate.pass();
  await send(new PutObjectTaggingCommand({ ...place, Tagging: { TagSet } }), options);
  return undefined;
}

/** Whether two sets hold the same tags; no name is twice in one. */
function isSame(known: readonly Tag[], wished: readonly Tag[]): boolean {
  const values = new Map(known.map(({ Key, Value }) => [Key, Value]));
  const isKnown = ({ Key, Value }: Tag) => values.has(Key) && values.get(Key) === Value;
  return known.length === wished.length && wished.every(isKnown);
}

/** A copy onto itself. */
async function changeClass({ bucket, wish, gate }: Step, item: FoundObject): Promise<undefined> {
  const target = { Bucket: bucket, Key: item.key, StorageClass: wish.storageClass };
  await copyBytes(bucket, item, target, gate);
  return undefined;
}

async function restore(
  { wish, gate }: Step,
  place: ObjectPlace,
  isOfTiering: boolean,
): Promise<string | undefined> {
  const options = { abortSignal: gate.signal };
  if (isOfTiering) {
    const head = await readHead(place, options);
    if (head.ArchiveStatus === undefined) return text("skipNotArchived");
    if (head.Restore?.includes('ongoing-request="true"')) return text("skipRestoring");
    await gate.pass();
  }
  const RestoreRequest = restoreRequest(wish, isOfTiering);
  try {
    await send(new RestoreObjectCommand({ ...place, RestoreRequest }), options);
    return undefined;
  } catch (error) {
    // Somebody else was faster than this job.
    if (describeError(error).code === "RestoreAlreadyInProgress") return text("skipRestoring");
    throw error;
  }
}
