// A version of many parts to one destination, by a multipart upload there that may take several slices:
// what was sent and how the target named it is noted, so that a part is sent once. Whoever goes on asks
// the target first what it has; what it has not, or has in another way, is sent again. An upload that
// is given up is aborted.

import type { RebuiltPart, RememberedUpload, Version } from "../../bucket/types.ts";
import { parseXml, type XmlElement } from "../../s3/xml-parse.ts";
import {
  CopyEnd,
  type CopyFacts,
  type CopyOutcome,
  copied,
  demand,
  element,
  failed,
  open,
  payload,
  sourceRequest,
  withLength,
} from "./exchange.ts";
import { digestHeaders, originHeaders, versionHeaders, type WriteFacts } from "./headers.ts";

/** The target no longer has what it was sent: it is begun anew. */
const restartCodes: ReadonlySet<string | undefined> = new Set([
  "InvalidPart",
  "InvalidPartOrder",
  "NoSuchUpload",
]);

/** Uploads each part and puts them together, or as many as one slice may. */
export function copyParts(
  facts: CopyFacts,
  version: Version,
  parts: readonly RebuiltPart[],
): Promise<CopyOutcome> {
  return new PartsUpload(facts, version, parts).run();
}

/** Aborts what is remembered, if anything is, as far as the target answers. */
export async function abandonUpload(
  facts: Pick<CopyFacts, "send" | "uploads"> & WriteFacts,
  version: Parameters<typeof originHeaders>[1] & { readonly key: string },
): Promise<void> {
  const known = await facts.uploads.find();
  if (known === null) return;
  await abort(facts, version, known.uploadId);
  await facts.uploads.forget();
}

async function abort(
  facts: Pick<CopyFacts, "send"> & WriteFacts,
  version: Parameters<typeof originHeaders>[1] & { readonly key: string },
  uploadId: string,
): Promise<void> {
  const headers = new Headers(originHeaders(facts, version));
  const request = { method: "DELETE", key: version.key, query: queryOf(uploadId) } as const;
  const answer = await facts.send({ ...request, headers, body: null }).catch(() => undefined);
  await answer?.body?.cancel().catch(() => undefined);
}

function queryOf(uploadId: string): string {
  return `uploadId=${encodeURIComponent(uploadId)}`;
}

class PartsUpload {
  readonly #facts: CopyFacts;
  readonly #version: Version;
  readonly #parts: readonly RebuiltPart[];
  readonly #startedAtMs: number;
  /** Smaller ones are sent again as a whole rather than remembered. */
  readonly #isRemembered: boolean;
  /** What the target called the parts that it has. */
  readonly #sent = new Map<number, string>();
  #uploadId = "";
  #news: [number, string][] = [];
  #newsBytes = 0;
  #bytes = 0;

  constructor(facts: CopyFacts, version: Version, parts: readonly RebuiltPart[]) {
    this.#facts = facts;
    this.#version = version;
    this.#parts = parts;
    this.#startedAtMs = facts.now();
    this.#isRemembered = version.sizeBytes >= facts.pace.noteBytes;
  }

  async run(): Promise<CopyOutcome> {
    if (this.#isRemembered) await this.#resume();
    try {
      if (this.#uploadId === "") await this.#begin();
      for (const part of this.#parts) {
        if (this.#sent.has(part.partNumber)) continue;
        if (this.#isOver()) {
          await this.#note();
          return { kind: "paused" };
        }
        await this.#send(part);
        if (this.#newsBytes >= this.#facts.pace.noteBytes) await this.#note();
      }
      // Before the target is asked to put them together: it may have done so when its answer is lost.
      await this.#note();
      return await this.#complete();
    } catch (error) {
      throw await this.#giveUp(error);
    }
  }

  /** At least one part in every slice. */
  #isOver(): boolean {
    const { pace, now } = this.#facts;
    if (this.#bytes === 0) return false;
    return this.#bytes >= pace.sliceBytes || now() - this.#startedAtMs >= pace.sliceMs;
  }

  /** Another version, or another wish of the rule, is another upload. */
  get #source(): string {
    const { seq, etag, sizeBytes } = this.#version;
    return JSON.stringify([seq, etag, sizeBytes, this.#facts.destination]);
  }

  /** Goes on with what is remembered. */
  async #resume(): Promise<void> {
    const { uploads } = this.#facts;
    const known = await uploads.find();
    if (known === null) return;
    if (known.source !== this.#source) return abandonUpload(this.#facts, this.#version);
    this.#uploadId = known.uploadId;
    const there = await this.#listThere(known);
    for (const { partNumber, sizeBytes } of this.#parts) {
      const part = there.get(partNumber);
      if (part === undefined || (part.sizeBytes ?? sizeBytes) !== sizeBytes) continue;
      if (part.etag === known.parts.find(([number]) => number === partNumber)?.[1]) {
        this.#sent.set(partNumber, part.etag);
      }
    }
  }

  async #listThere(
    known: RememberedUpload,
  ): Promise<ReadonlyMap<number, { readonly etag: string; readonly sizeBytes?: number }>> {
    try {
      return await this.#list();
    } catch (error) {
      const { outcome, code } = error instanceof CopyEnd ? error : {};
      const isRefusal = outcome?.kind === "refused";
      if (!isRefusal) throw error;
      // Put together already, and the answer lost; or ended by somebody. Completing it tells which. A
      // target that does not let its parts be listed compares them itself when it completes them.
      const isAllSent = known.parts.length === this.#parts.length;
      if (code === "NoSuchUpload" && !isAllSent) {
        await this.#facts.uploads.forget();
        this.#uploadId = "";
        return new Map();
      }
      return new Map(known.parts.map(([number, etag]) => [number, { etag }]));
    }
  }

  /** What the target has, page by page. */
  async #list() {
    const there = new Map<number, { etag: string; sizeBytes: number }>();
    for (let marker: string | undefined = "0"; marker !== undefined; ) {
      const answer = await demand(this.#facts.send, {
        ...{ method: "GET", key: this.#version.key, headers: this.#own(), body: null },
        query: `max-parts=1000&part-number-marker=${marker}&${queryOf(this.#uploadId)}`,
      });
      const root = parseXml(new Uint8Array(await answer.arrayBuffer()), maximumElements);
      for (const part of root.children.filter(({ name }) => name === "Part")) {
        const etag = bare(textOf(part, "ETag"));
        there.set(Number(textOf(part, "PartNumber")), {
          etag,
          sizeBytes: Number(textOf(part, "Size")),
        });
      }
      const isTruncated = textOf(root, "IsTruncated") === "true";
      const next = textOf(root, "NextPartNumberMarker");
      marker = isTruncated && Number(next) > Number(marker) ? next : undefined;
    }
    return there;
  }

  async #begin(): Promise<void> {
    const { read, send } = this.#facts;
    const version = this.#version;
    const shown = await demand(read, sourceRequest("HEAD", version, ""));
    const headers = versionHeaders(this.#facts, version, shown.headers);
    const { checksum } = version.detail;
    if (this.#isTold && checksum !== undefined) {
      headers.set("x-amz-checksum-algorithm", checksum.algorithm);
      headers.set("x-amz-checksum-type", checksum.type);
    }
    const begun = await demand(send, {
      ...{ method: "POST", key: version.key, query: "uploads=", body: null },
      headers: withLength(headers, 0),
    });
    const uploadId = element(await begun.text(), "UploadId");
    if (uploadId === undefined) throw failed("The target began no upload.");
    this.#uploadId = uploadId;
    if (!this.#isRemembered) return;
    await this.#facts.uploads.note({ uploadId, source: this.#source, parts: [] });
  }

  /** An upload that asked for no algorithm may have parts of others: its replica asks for none too. */
  get #isTold(): boolean {
    const { checksum } = this.#version.detail;
    const isUniform = this.#parts.every((part) => part.checksum?.algorithm === checksum?.algorithm);
    return checksum !== undefined && isUniform && this.#facts.isCairn;
  }

  #own(): Headers {
    return new Headers(originHeaders(this.#facts, this.#version));
  }

  async #send(part: RebuiltPart): Promise<void> {
    const { partNumber, sizeBytes } = part;
    const version = this.#version;
    const source = await open(this.#facts, version, `partNumber=${partNumber}`);
    const own = this.#own();
    const isSealed = version.detail.encryption !== undefined;
    const digests = digestHeaders(this.#facts, { ...part, isSealed, checksum: part.checksum });
    for (const [name, value] of digests) own.set(name, value);
    const answer = await demand(this.#facts.send, {
      ...{ method: "PUT", key: version.key },
      query: `partNumber=${partNumber}&${queryOf(this.#uploadId)}`,
      headers: withLength(own, sizeBytes),
      body: source.body,
    });
    await answer.body?.cancel();
    const etag = bare(answer.headers.get("etag") ?? "");
    this.#sent.set(partNumber, etag);
    this.#news.push([partNumber, etag]);
    this.#newsBytes += sizeBytes;
    this.#bytes += sizeBytes;
  }

  async #note(): Promise<void> {
    const parts = this.#news;
    if (!this.#isRemembered || parts.length === 0) return;
    await this.#facts.uploads.note({ uploadId: this.#uploadId, source: this.#source, parts });
    this.#news = [];
    this.#newsBytes = 0;
  }

  async #complete(): Promise<CopyOutcome> {
    const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    const listed = this.#parts.map((part) => this.#render(part)).join("");
    const document = `<CompleteMultipartUpload xmlns="${namespace}">${listed}</CompleteMultipartUpload>`;
    const answer = await demand(this.#facts.send, {
      ...{ method: "POST", key: this.#version.key, query: queryOf(this.#uploadId) },
      ...payload(document, this.#own()),
    });
    // This call may begin to answer before it knows how it ends.
    const text = await answer.text();
    const code = /<Error>/.test(text) ? (element(text, "Code") ?? "InternalError") : undefined;
    if (code !== undefined) throw failed(code, code);
    return copied(answer);
  }

  #render({ partNumber, checksum }: RebuiltPart): string {
    const name = `Checksum${checksum?.algorithm ?? ""}`;
    const isTold = checksum !== undefined && this.#isTold;
    const digest = isTold ? `<${name}>${checksum.value}</${name}>` : "";
    const tag = `&quot;${this.#sent.get(partNumber) ?? ""}&quot;`;
    return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${tag}</ETag>${digest}</Part>`;
  }

  /** What passes leaves the upload for the next try; everything else ends it. Gives what to throw. */
  async #giveUp(error: unknown): Promise<unknown> {
    const { outcome, code } = error instanceof CopyEnd ? error : {};
    const isGone = restartCodes.has(code) && code !== undefined;
    const isPassing = outcome?.kind !== "refused" && !isGone;
    if (isPassing && this.#isRemembered) {
      await this.#note().catch(() => undefined);
      return error;
    }
    if (this.#uploadId !== "") await abort(this.#facts, this.#version, this.#uploadId);
    if (this.#isRemembered) await this.#facts.uploads.forget();
    return isGone ? failed(`${code}: the upload is begun anew`) : error;
  }
}

/** A page of a listing has some ten elements for each part. */
const maximumElements = 50_000;

function textOf({ children }: XmlElement, name: string): string {
  return children.find((child) => child.name === name)?.text ?? "";
}

function bare(etag: string): string {
  return etag.replaceAll('"', "");
}
