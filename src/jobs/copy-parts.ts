// Copies the parts of a version, a few at a time, and has them noted, so that what is copied is copied
// once: after a crash, or when the time of a slice is over, the next mover goes on behind what was
// noted. Before they are named, parts that an earlier mover copied are looked at once more: what is
// missing then, or is not what was stored, is copied again (faults.md D21, D22).

import type { CopiedContent, CopiedPart, RebuiltPart } from "../bucket/types.ts";
import type { Segment } from "../s3/content.ts";
import type { CopiedBlob } from "../storage/copy.ts";
import { isAsStored } from "../storage/verify.ts";
import type { CopyCall } from "./copy-content.ts";

/** How much is copied before it is noted, and before a mover makes way for others. */
export interface CopyPace {
  /** Parts copied at a time: Workers allow six connections that wait for headers. */
  readonly atOnce: number;
  /** What a crash may cost: so many bytes, or one part, and what is under way. */
  readonly noteBytes: number;
  /** A slice ends behind the part that goes beyond one of these. */
  readonly sliceBytes: number;
  readonly sliceParts: number;
  readonly sliceMs: number;
  /** What is larger in one piece (a blob, a part) is left to those who have the time. */
  readonly largestBytes?: number;
}

/**
 * A cron has 15 minutes, 30 seconds of CPU (of which a GiB takes about four, and ten where it is
 * packed: docs/BENCHMARKS.md), and calls to others, of which a part takes three.
 */
export const copyPace: CopyPace = {
  atOnce: 3,
  noteBytes: 16 * 1024 * 1024,
  sliceBytes: 256 * 1024 * 1024,
  sliceParts: 1000,
  sliceMs: 120_000,
};

/**
 * For runs that have 30 seconds of CPU for everything: a piece of a GiB takes ten of them where it is
 * packed. Larger ones, up to the 5 GiB of a single put, are an hourly run's.
 */
export const shortPace: CopyPace = { ...copyPace, largestBytes: 1024 ** 3 };

const proofsAtOnce = 6;

/** What is to be noted. Throws when the index does not want it. */
export type Note = (news: {
  readonly content: string;
  readonly parts: readonly CopiedPart[];
  readonly provedTo?: number;
  readonly lost?: readonly number[];
}) => Promise<void>;

export interface PartsFacts {
  readonly parts: readonly RebuiltPart[];
  readonly isSealed: boolean;
  /** What earlier movers copied. */
  readonly copied?: CopiedContent;
  /** The id of the manifest to be made. */
  readonly content: string;
  readonly pace: CopyPace;
  readonly note: Note;
  /** Blobs that the index knows of: no longer the mover's to delete. */
  readonly noted: Set<string>;
  copy(part: RebuiltPart, from: readonly Segment[]): Promise<CopiedBlob>;
}

/** All parts, noted or to be swapped in; or the slice is over. */
export type PartsOutcome =
  | { readonly kind: "copied"; readonly parts: readonly CopiedPart[] }
  | { readonly kind: "noted" }
  | { readonly kind: "paused" };

type Stored = Pick<CopiedBlob, "blob" | "md5Hex">;

export class PartsCopy {
  readonly #call: CopyCall;
  readonly #facts: PartsFacts;
  readonly #startedAtMs: number;
  /** Of sealed parts: where a whole blob went. */
  readonly #sealed = new Map<string, Promise<Stored>>();
  #missing: RebuiltPart[];
  #fresh: CopiedPart[] = [];
  #freshBytes = 0;
  #hasNoted: boolean;
  #bytes = 0;
  #count = 0;

  constructor(call: CopyCall, facts: PartsFacts) {
    this.#call = call;
    this.#facts = facts;
    this.#startedAtMs = call.seams.now();
    this.#hasNoted = facts.copied !== undefined;
    const known = new Map(facts.copied?.parts.map((part) => [part.partNumber, part]));
    this.#missing = facts.parts.filter(({ partNumber }) => !known.has(partNumber));
    for (const { partNumber, segments } of facts.parts) {
      const copy = known.get(partNumber);
      if (copy === undefined || !facts.isSealed) continue;
      const stored = new Map(storedOf(copy).map((one) => [one.blob, one]));
      for (const [at, { blob }] of segments.entries()) {
        const there = stored.get(copy.segments[at]?.blob ?? "");
        if (there !== undefined) this.#sealed.set(blob, Promise.resolve(there));
      }
    }
  }

  async run(): Promise<PartsOutcome> {
    if (!(await this.#copyMissing())) return this.#pause();
    if (!this.#hasNoted) return { kind: "copied", parts: this.#fresh };
    await this.#flush();
    return (await this.#prove()) ? { kind: "noted" } : this.#pause();
  }

  /** At least one batch in every slice: however slow, it ends some day. */
  #isOver(): boolean {
    const { pace } = this.#facts;
    if (this.#count === 0) return false;
    return (
      this.#bytes >= pace.sliceBytes ||
      this.#count >= pace.sliceParts ||
      this.#call.seams.now() - this.#startedAtMs >= pace.sliceMs
    );
  }

  async #pause(): Promise<PartsOutcome> {
    await this.#flush();
    return { kind: "paused" };
  }

  /** False when the slice is over. */
  async #copyMissing(): Promise<boolean> {
    while (this.#missing.length > 0) {
      if (this.#isOver()) return false;
      const { atOnce, noteBytes } = this.#facts.pace;
      await this.#copyBatch(this.#missing.splice(0, atOnce));
      if (this.#freshBytes >= noteBytes) await this.#flush();
    }
    return true;
  }

  async #copyBatch(batch: readonly RebuiltPart[]): Promise<void> {
    const results = await Promise.allSettled(batch.map((part) => this.#copyPart(part)));
    for (const [at, result] of results.entries()) {
      this.#count += 1;
      if (result.status === "rejected") continue;
      const sizeBytes = batch[at]?.sizeBytes ?? 0;
      this.#fresh.push(result.value);
      this.#freshBytes += sizeBytes;
      this.#bytes += sizeBytes;
    }
    const failure = results.find((result) => result.status === "rejected");
    if (failure === undefined) return;
    // What was copied beside the part that failed is not lost with it, where that is worth a call.
    const isWorthIt = this.#hasNoted || this.#freshBytes >= this.#facts.pace.noteBytes;
    if (isWorthIt) await this.#flush().catch(() => undefined);
    throw failure.reason;
  }

  /**
   * A part of plain bytes becomes one blob, whatever it lay in. Of sealed parts each blob is copied
   * whole, once, for nobody here can cut ciphertext.
   */
  async #copyPart(part: RebuiltPart): Promise<CopiedPart> {
    const { partNumber, segments, sizeBytes } = part;
    if (segments.length === 0) return { partNumber, segments, digests: [] };
    if (!this.#facts.isSealed) {
      const { blob, md5Hex } = await this.#facts.copy(part, segments);
      const whole = [{ blob, offset: 0, length: sizeBytes }];
      return { partNumber, segments: whole, digests: [md5Hex] };
    }
    const places: Segment[] = [];
    const digests = new Map<string, string>();
    for (const { blob: source, offset, length } of segments) {
      const from = [{ blob: source, offset: 0, length: 0 }];
      const copying = this.#sealed.get(source) ?? this.#facts.copy(part, from);
      this.#sealed.set(source, copying);
      const { blob, md5Hex } = await copying;
      places.push({ blob, offset, length });
      digests.set(blob, md5Hex);
    }
    return { partNumber, segments: places, digests: [...digests.values()] };
  }

  async #flush(): Promise<void> {
    const parts = this.#fresh;
    if (parts.length === 0) return;
    const { content, note, noted } = this.#facts;
    await note({ content, parts });
    for (const { segments } of parts) for (const { blob } of segments) noted.add(blob);
    this.#hasNoted = true;
    this.#fresh = [];
    this.#freshBytes = 0;
  }

  /** Looks at what earlier movers copied. False when the slice is over. */
  async #prove(): Promise<boolean> {
    const { content, copied, note } = this.#facts;
    const rest = (copied?.parts ?? []).filter(({ partNumber }) => partNumber > this.#provedTo);
    let provedTo = this.#provedTo;
    let hasLost = false;
    while (rest.length > 0) {
      if (this.#isOver()) {
        await note({ content, parts: [], provedTo });
        return false;
      }
      const batch = rest.splice(0, proofsAtOnce);
      const lost = await this.#lostOf(batch);
      hasLost ||= lost.length > 0;
      // What is copied again now is looked at again by whoever comes next, if anybody must.
      if (!hasLost) provedTo = batch.at(-1)?.partNumber ?? provedTo;
      if (lost.length === 0) continue;
      await note({ content, parts: [], lost, provedTo });
      this.#missing = this.#facts.parts.filter(({ partNumber }) => lost.includes(partNumber));
      if (!(await this.#copyMissing())) return false;
      await this.#flush();
    }
    return true;
  }

  get #provedTo(): number {
    return this.#facts.copied?.provedTo ?? 0;
  }

  /** The numbers of those parts that are no longer what was stored. */
  async #lostOf(batch: readonly CopiedPart[]): Promise<number[]> {
    const isThere = await Promise.all(batch.map((part) => this.#isThere(part)));
    return batch.filter((_, at) => !isThere[at]).map(({ partNumber }) => partNumber);
  }

  async #isThere(part: CopiedPart): Promise<boolean> {
    this.#count += 1;
    for (const { blob, md5Hex } of storedOf(part)) {
      const { isSame, bytesRead } = await isAsStored(this.#call.env, blob, md5Hex);
      this.#bytes += bytesRead;
      if (isSame) continue;
      for (const [source, copy] of this.#sealed) {
        if ((await copy).blob === blob) this.#sealed.delete(source);
      }
      return false;
    }
    return true;
  }
}

function storedOf({ segments, digests }: CopiedPart): Stored[] {
  const blobs = [...new Set(segments.map(({ blob }) => blob))];
  return blobs.map((blob, at) => ({ blob, md5Hex: digests[at] ?? "" }));
}
