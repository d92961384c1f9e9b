// What this room asks of a store, and no more: R2's binding has it, and so has a bucket at another
// S3 endpoint (`remote-store.ts`). The words are R2's.

/** An object as a store tells of it. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly uploaded: Date;
  readonly customMetadata?: Record<string, string>;
  /** `md5` in hex, where the store knows it. */
  readonly checksums: { toJSON(): { md5?: string } };
}

/** And with its bytes. */
export interface StoredBody extends StoredObject {
  readonly body: ReadableStream<Uint8Array>;
  text(): Promise<string>;
}

export interface ListedPage {
  readonly objects: readonly StoredObject[];
  readonly truncated: boolean;
}

export interface ListWish {
  readonly limit?: number;
  readonly prefix?: string;
  readonly startAfter?: string;
  readonly include?: ("customMetadata" | "httpMetadata")[];
}

/** R2's own multipart: parts of one size, but for the last. */
export interface PartedUpload {
  uploadPart(
    partNumber: number,
    value: ReadableStream | ArrayBuffer | ArrayBufferView,
  ): Promise<R2UploadedPart>;
  complete(parts: R2UploadedPart[]): Promise<StoredObject>;
  abort(): Promise<void>;
}

export interface BlobStore {
  head(key: string): Promise<StoredObject | null>;
  get(
    key: string,
    options?: { readonly range?: { readonly offset: number; readonly length: number } },
  ): Promise<StoredBody | null>;
  /** `null` when a condition did not hold: the name is taken. */
  put(
    key: string,
    value: ReadableStream | ArrayBuffer | ArrayBufferView | string,
    options?: R2PutOptions,
  ): Promise<StoredObject | null>;
  delete(keys: string | string[]): Promise<void>;
  list(options?: ListWish): Promise<ListedPage>;
  createMultipartUpload(key: string, options?: R2PutOptions): Promise<PartedUpload>;
}
