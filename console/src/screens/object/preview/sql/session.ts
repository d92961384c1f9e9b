// The page's side of queries over one object: starts the worker, hands it bytes, asks it. Cancelling ends
// the worker; the next query starts another one, with what was read before.

import { type ObjectPlace, readRange } from "../../place.ts";
import { Failure } from "./failure.ts";
import type { Answer, Content, Format, Opened, Question, Shown } from "./protocol.ts";

const bytesAtOnce = 4 * 1024 * 1024;

export interface Source {
  readonly place: ObjectPlace;
  readonly sizeBytes: number;
  readonly etag: string | undefined;
  readonly format: Format;
}

/** How far something is: bytes that came, rows that were looked at. */
export interface Progress {
  readonly unit: "bytes" | "rows";
  readonly done: number;
  readonly of: number;
}

export interface Control {
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

/** What each answer gives. */
interface Values {
  readonly opened: Opened;
  readonly shown: Shown;
  readonly file: Blob;
}

export class QuerySession {
  readonly #source: Source;
  #worker: Worker | undefined;
  #whole: Blob | undefined;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Reads what has to be known before a query: all of CSV and JSON, Parquet's footer. */
  async open(control: Control): Promise<Opened> {
    const { format, sizeBytes } = this.#source;
    let content: Content = { sizeBytes };
    if (format !== "parquet") {
      this.#whole ??= await this.#read(control);
      content = { whole: this.#whole };
    }
    this.close();
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    try {
      return await this.#ask({ kind: "open", format, content }, "opened", control);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Runs a query, and opens the object again where that was cancelled. */
  async run(query: string, control: Control): Promise<Shown> {
    if (this.#worker === undefined) await this.open(control);
    control.signal.throwIfAborted();
    return this.#ask({ kind: "run", query }, "shown", control);
  }

  /** The last result as a file. */
  save(format: "csv" | "json", control: Control): Promise<Blob> {
    return this.#ask({ kind: "save", format }, "file", control);
  }

  /** Ends the worker. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #read({ signal, onProgress }: Control): Promise<Blob> {
    const { place, sizeBytes, etag } = this.#source;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (let start = 0; start < sizeBytes; start += bytesAtOnce) {
      const end = Math.min(sizeBytes, start + bytesAtOnce);
      parts.push(await readRange(place, start, end, { signal, etag }));
      onProgress({ unit: "bytes", done: end, of: sizeBytes });
    }
    return new Blob(parts);
  }

  #ask<Kind extends keyof Values>(
    question: Question,
    kind: Kind,
    { signal, onProgress }: Control,
  ): Promise<Values[Kind]> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      if (worker === undefined) throw new Failure({ reason: "broken" });
      const stop = (reason: unknown) => {
        this.close();
        reject(reason);
      };
      const { place, etag } = this.#source;
      const serve = async ({ id, start, end }: Extract<Answer, { kind: "need" }>) => {
        const { buffer } = await readRange(place, start, end, { signal, etag });
        worker.postMessage({ kind: "bytes", id, bytes: buffer }, [buffer]);
      };
      signal.addEventListener("abort", () => stop(signal.reason), { once: true });
      worker.onerror = () => stop(new Failure({ reason: "broken" }));
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if (data.kind === "need") serve(data).catch(stop);
        else if (data.kind === "rows") onProgress({ unit: "rows", done: data.rows, of: data.of });
        else if (data.kind === "failed") reject(new Failure(data.facts));
        else if (data.kind === kind) resolve(data.value as Values[Kind]);
      };
      worker.postMessage(question);
    });
  }
}
