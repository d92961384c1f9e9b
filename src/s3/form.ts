// multipart/form-data as it streams: the fields, kept and bounded, then the bytes of the one file,
// handed on as they come. The end of the file is reported only after the whole form was read and
// was well-formed. Knows nothing of policies, keys or stores.
// RFC 7578, RFC 2046 5.1; https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html

import { Buffer } from "node:buffer";
import type { ByteSource } from "./byte-source.ts";
import { S3Error } from "./errors.ts";
import { type FormPartHead, malformedForm, parseBoundary, parsePartHead } from "./form-headers.ts";

/** One field in front of the file, as sent. */
export interface FormField {
  readonly name: string;
  readonly value: string;
}

/** Everything in front of the file's first byte. */
export interface FormHead {
  readonly fields: readonly FormField[];
  /** The file's name as the client gave it; absent when it gave none. */
  readonly filename?: string;
}

/** What may stand in front of the file's first byte, in bytes: AWS's 20 KB. */
const maximumHeadBytes = 20 * 1024;
/** Of one part's header behind the file, where nothing else bounds it. */
const maximumTailHeaderBytes = 4096;

const lineBreak = Buffer.from("\r\n");
const headerEnd = Buffer.from("\r\n\r\n");

export class FormReader {
  readonly #source: ByteSource;
  /** A boundary ends the line before it: `\r\n--boundary`. */
  readonly #delimiter: Buffer;
  /** Arrived and not taken. Replaced, never written to: views of it stay valid. */
  #buffer: Uint8Array;
  /** Bytes of the body that were taken. The line break put in front of the body is none of them. */
  #takenBytes = -lineBreak.length;
  #isInHead = true;
  #isOver = false;

  /** Throws MalformedPOSTRequest when the content type has no usable boundary. */
  constructor(source: ByteSource, contentType: string) {
    this.#source = source;
    this.#delimiter = Buffer.from(`\r\n--${parseBoundary(contentType)}`, "latin1");
    // The first boundary needs no line break before it: with this one it is like any other.
    this.#buffer = lineBreak;
  }

  /**
   * Reads up to the file's first byte. Throws MalformedPOSTRequest, MaxPostPreDataLengthExceeded
   * (over 20 KB), InvalidArgument for a form without a file or with a field given twice.
   */
  async readHead(): Promise<FormHead> {
    await this.#dropContent();
    const fields = new Map<string, FormField>();
    while (await this.#enterPart()) {
      const { name, filename } = await this.#readPartHead();
      if (name.toLowerCase() === "file") {
        this.#isInHead = false;
        return { fields: [...fields.values()], ...(filename !== undefined && { filename }) };
      }
      // Names are alike in any case: a policy must never judge one value while another is used.
      if (fields.has(name.toLowerCase())) throw repeatedField(name);
      fields.set(name.toLowerCase(), { name, value: await this.#readValue() });
    }
    throw wrongFileCount(0);
  }

  /**
   * The length of the file if nothing follows it but the last boundary and a line break, as nearly
   * every client sends it. It can be two bytes more (no line break), or less (more fields follow).
   */
  get likelyFileBytes(): number {
    const closing = this.#delimiter.length + "--\r\n".length;
    return Math.max(0, this.#source.length - this.#takenBytes - closing);
  }

  /**
   * The next bytes of the file, or `null` at its end: the rest of the form has been read by then.
   * Fields behind the file are ignored, as by S3. Throws MalformedPOSTRequest, InvalidArgument for
   * a second file, and whatever the source throws.
   */
  async readFile(): Promise<Uint8Array | null> {
    if (this.#isOver) return null;
    const content = await this.#nextContent();
    if (content !== null) return content;
    while (await this.#enterPart()) {
      const { name } = await this.#readPartHead();
      if (name.toLowerCase() === "file") throw wrongFileCount(2);
      await this.#dropContent();
    }
    // What stands behind the last boundary is nobody's, but it must be what was announced.
    while ((await this.#source.read()) !== null) {}
    this.#isOver = true;
    return null;
  }

  cancel(): Promise<void> {
    return this.#source.cancel();
  }

  /** Bytes that stand before the next boundary, or `null` when the boundary is next. */
  async #nextContent(): Promise<Uint8Array | null> {
    for (;;) {
      const at = indexOf(this.#buffer, this.#delimiter);
      if (at > 0) return this.#take(at);
      if (at === 0) {
        // Four bytes tell `--boundaryless` in a file from a boundary.
        if (await this.#isBoundary()) return null;
        return this.#take(this.#delimiter.length);
      }
      const safe = this.#buffer.length - this.#delimiter.length + 1;
      if (safe > 0) return this.#take(safe);
      if (!(await this.#fill())) throw malformedForm();
    }
  }

  /** Whether what looks like a boundary is one: it ends there, or its line does. */
  async #isBoundary(): Promise<boolean> {
    const length = this.#delimiter.length;
    while (this.#buffer.length < length + 2) if (!(await this.#fill())) throw malformedForm();
    const next = String.fromCharCode(this.#buffer[length] ?? 0, this.#buffer[length + 1] ?? 0);
    return next === "--" || next === "\r\n" || next.startsWith(" ") || next.startsWith("\t");
  }

  async #dropContent(): Promise<void> {
    while ((await this.#nextContent()) !== null);
  }

  async #readValue(): Promise<string> {
    const pieces: Uint8Array[] = [];
    for (let next = await this.#nextContent(); next !== null; next = await this.#nextContent()) {
      pieces.push(next);
    }
    return decodeText(Buffer.concat(pieces));
  }

  /** Steps over a boundary. False when it was the last one. */
  async #enterPart(): Promise<boolean> {
    this.#take(this.#delimiter.length);
    if (this.#buffer[0] === 0x2d) return false;
    const line = await this.#takeUntil(lineBreak);
    // RFC 2046 lets blanks stand behind a boundary.
    if (/[^ \t]/.test(decodeText(line))) throw malformedForm();
    return true;
  }

  async #readPartHead(): Promise<FormPartHead> {
    return parsePartHead(decodeText(await this.#takeUntil(headerEnd)));
  }

  /** Takes the bytes before `mark`, and the mark. */
  async #takeUntil(mark: Buffer): Promise<Uint8Array> {
    let at = indexOf(this.#buffer, mark);
    while (at === -1) {
      if (this.#buffer.length > maximumTailHeaderBytes) this.#refuseLongHead();
      if (!(await this.#fill())) throw malformedForm();
      at = indexOf(this.#buffer, mark);
    }
    const bytes = this.#take(at);
    this.#take(mark.length);
    return bytes;
  }

  #refuseLongHead(): void {
    if (!this.#isInHead) throw malformedForm();
    if (this.#takenBytes + this.#buffer.length > maximumHeadBytes) throw headTooLong();
  }

  #take(count: number): Uint8Array {
    const taken = this.#buffer.subarray(0, count);
    this.#buffer = this.#buffer.subarray(count);
    this.#takenBytes += count;
    if (this.#isInHead && this.#takenBytes > maximumHeadBytes) throw headTooLong();
    return taken;
  }

  /** Waits for more bytes; false at the verified end of the body. */
  async #fill(): Promise<boolean> {
    const chunk = await this.#source.read();
    if (chunk === null) return false;
    // One copy: the source's buffer is its own again at the next read, ours must not change.
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    return true;
  }
}

function indexOf(bytes: Uint8Array, mark: Buffer): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(mark);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw malformedForm();
  }
}

/** S3 answers this for none and for several; the number is among its details. */
function wrongFileCount(count: number): S3Error {
  return new S3Error("InvalidArgument", "POST requires exactly one file upload per request.", {
    detail: { ArgumentName: "file", ArgumentValue: String(count) },
  });
}

function repeatedField(name: string): S3Error {
  return new S3Error("InvalidArgument", "POST form fields must not be given more than once.", {
    detail: { ArgumentName: name, ArgumentValue: "" },
  });
}

/** Spelled as S3 spells it on the wire, not as its table of errors does. */
function headTooLong(): S3Error {
  return new S3Error("MaxPostPreDataLengthExceeded", undefined, {
    detail: { MaxPostPreDataLengthBytes: String(maximumHeadBytes) },
  });
}
