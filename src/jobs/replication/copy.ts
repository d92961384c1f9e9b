// One version, one delete marker or one change to one destination, by S3's own calls. Each may be done
// again: a target that has it says so, or is asked first. Bytes stream through, part by part as they
// were uploaded, and the target verifies them.

import type { DescribeOutcome, RebuiltPart, Version } from "../../bucket/types.ts";
import { sourceVersionMember } from "../../s3/source-version.ts";
import { copyParts } from "./copy-parts.ts";
import {
  type CopyFacts,
  type CopyOutcome,
  copied,
  demand,
  digested,
  element,
  escapeText,
  judge,
  open,
  settled,
  withLength,
} from "./exchange.ts";
import { changeHeaders, digestHeaders, originHeaders, versionHeaders } from "./headers.ts";
import { cameFrom, isWhatWasDeleted, longestWay, originsOf } from "./origins.ts";

type Described = Extract<DescribeOutcome, { kind: "version" }>;

/** The version with its bytes. */
export function copyVersion(facts: CopyFacts, { version, parts }: Described): Promise<CopyOutcome> {
  return settled(async () => {
    if (version.detail.encryption?.algorithm === "SSE-C") {
      const reason = "The object is encrypted with a key that only its owner has (SSE-C).";
      return { kind: "refused", reason };
    }
    if (await cameFrom(facts.send, version)) return { kind: "copied" };
    if (originsOf(version).length >= longestWay) {
      const reason = `It came here through ${longestWay} servers, which must be a ring.`;
      return { kind: "refused", reason };
    }
    if (!facts.isCairn && facts.isRetry) {
      const known = await findCopy(facts, version);
      if (known !== undefined) return known;
    }
    return isInParts(facts, version, parts)
      ? copyParts(facts, version, parts)
      : copyWhole(facts, version);
  });
}

const minimumPartBytes = 5 * 1024 * 1024;
const maximumPutBytes = 5 * 1024 ** 3;

/** Other servers want parts of a least size; whatever has smaller ones goes as a whole if it can. */
function isInParts(
  { isCairn }: CopyFacts,
  { detail, sizeBytes }: Version,
  parts: readonly RebuiltPart[],
): boolean {
  if (detail.partsCount === undefined || parts.length === 0) return false;
  const isRegular = parts.slice(0, -1).every((part) => part.sizeBytes >= minimumPartBytes);
  return isCairn || isRegular || sizeBytes > maximumPutBytes;
}

/** Another server's object that says it is of this version. */
async function findCopy(facts: CopyFacts, version: Version): Promise<CopyOutcome | undefined> {
  const request = { method: "HEAD", key: version.key, query: "", body: null } as const;
  const answer = await facts.send({ ...request, headers: new Headers() });
  const [origin] = (answer.headers.get(`x-amz-meta-${sourceVersionMember}`) ?? "").split(" ");
  const isIts = answer.ok && origin === version.versionId;
  return isIts ? copied(answer) : undefined;
}

async function copyWhole(facts: CopyFacts, version: Version): Promise<CopyOutcome> {
  const source = await open(facts, version, "");
  const headers = versionHeaders(facts, version, source.headers);
  const { etag, sizeBytes, detail } = version;
  const { checksum } = detail;
  const whole = checksum?.type === "FULL_OBJECT" ? checksum : undefined;
  const isSealed = detail.encryption !== undefined;
  const digests = digestHeaders(facts, { etag, isSealed, checksum: whole });
  for (const [name, value] of digests) headers.set(name, value);
  headers.set("content-length", String(sizeBytes));
  const put = { method: "PUT", key: version.key, query: "", headers, body: source.body } as const;
  return copied(await demand(facts.send, put));
}

/** What a delete marker hides, and what that is called at the destination. */
export interface Hidden {
  readonly version: Version;
  readonly id: string | undefined;
}

/** The delete marker; on another server a deletion of what is there, if that is what was deleted. */
export function copyMarker(
  facts: CopyFacts,
  version: Version,
  hidden: Hidden | undefined,
): Promise<CopyOutcome> {
  return settled(async () => {
    const { key } = version;
    if (!facts.isCairn) {
      if (!version.isLatest) return { kind: "copied" };
      const request = { method: "HEAD", key, query: "", body: null } as const;
      const there = await facts.send({ ...request, headers: new Headers() });
      if (there.status === 404) return { kind: "copied" };
      const isNewer = there.ok && hidden !== undefined && !isWhatWasDeleted(there, hidden);
      if (isNewer) return { kind: "copied" };
    }
    const headers = new Headers(originHeaders(facts, version));
    return copied(
      await demand(facts.send, { method: "DELETE", key, query: "", headers, body: null }),
    );
  });
}

/** Tags and lock of a version that is there; the whole version where it is not. */
export function copyChange(
  facts: CopyFacts,
  described: Described,
  id: string | undefined,
): Promise<CopyOutcome> {
  const { version } = described;
  return settled(async () => {
    if (!facts.isCairn) return changeElsewhere(facts, version, id);
    const headers = withLength(changeHeaders(facts, version, true), 0);
    const put = { method: "PUT", key: version.key, query: "", headers, body: null } as const;
    const answer = await facts.send(put);
    if (answer.status !== 404) return copied(await judge(answer));
    const text = await answer.text();
    if (element(text, "Code") === "NoSuchBucket")
      return { kind: "refused", reason: "NoSuchBucket" };
    return copyVersion(facts, described);
  });
}

/** Another server's version by the id it has there; without one, its newest. */
async function changeElsewhere(
  facts: CopyFacts,
  version: Version,
  id: string | undefined,
): Promise<CopyOutcome> {
  const { key, detail, isLatest } = version;
  if (id === undefined && !isLatest) return { kind: "copied" };
  if (await cameFrom(facts.send, version)) return { kind: "copied" };
  const which = id === undefined ? "" : `&versionId=${encodeURIComponent(id)}`;
  const tags = (detail.tags ?? []).map(
    ([name, value]) =>
      `<Tag><Key>${escapeText(name)}</Key><Value>${escapeText(value)}</Value></Tag>`,
  );
  const document = `<Tagging><TagSet>${tags.join("")}</TagSet></Tagging>`;
  const body = await digested(document);
  const request = { key, query: `tagging=${which}`, method: "PUT" } as const;
  await demand(facts.send, { ...request, ...body });
  const { lock } = detail;
  if (lock?.legalHold !== undefined) {
    const status = lock.legalHold ? "ON" : "OFF";
    const held = await digested(`<LegalHold><Status>${status}</Status></LegalHold>`);
    const query = `legal-hold=${which}`;
    await demand(facts.send, { ...request, query, ...held });
  }
  if (lock?.mode !== undefined && (lock.retainUntilMs ?? 0) > facts.nowMs) {
    const until = new Date(lock.retainUntilMs ?? 0).toISOString();
    const text = `<Retention><Mode>${lock.mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
    const query = `retention=${which}`;
    await demand(facts.send, { ...request, query, ...(await digested(text)) });
  }
  return { kind: "copied", ...(id !== undefined && { id }) };
}
