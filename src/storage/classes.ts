// The closed table of storage classes: which stores keep each, and what the class costs a user who
// leaves early or stores little. User text never names a binding: it passes through this table.
// Numbers in it (class codes, store numbers) are written into indexes and blob ids: never reuse
// one.

import type { Env } from "../env.ts";
import { type StorageClass, storageClasses } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import { storeNumberOf } from "../s3/ids.ts";
import type { BlobStore } from "./blob-store.ts";
import { type RemoteSetting, RemoteStore } from "./remote-store.ts";

/** The bindings that hold bytes. */
export type StoreBinding = Extract<keyof Env, `STORE_${string}`>;

/** One R2 bucket. `number` stands in the first two characters of every blob id it holds. */
export interface Store {
  readonly number: number;
  readonly binding: StoreBinding;
}

/** One row of the class table. */
export interface StorageClassFacts {
  /** Where new blobs of the class go. A store may serve several classes. */
  readonly stores: readonly [Store, ...Store[]];
  /** Reads answer InvalidObjectState until RestoreObject has brought the content back. */
  readonly isArchive: boolean;
  /** Days that are billed even when the object goes sooner. */
  readonly minimumAgeDays: number;
  /** Smaller objects are billed as this many bytes. */
  readonly minimumBillableBytes: number;
  /** The hardware below: R2 has two classes of its own. */
  readonly r2StorageClass: "Standard" | "InfrequentAccess";
}

const standardStores = [{ number: 0, binding: "STORE_STANDARD" }] as const;

/**
 * Minimum ages and sizes are those of the table "Comparing the Amazon S3 storage classes",
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
 */
export const classTable = {
  STANDARD: {
    stores: standardStores,
    isArchive: false,
    minimumAgeDays: 0,
    minimumBillableBytes: 0,
    r2StorageClass: "Standard",
  },
  // Kept by name only: AWS advises against it, and no cheaper hardware stands behind it here.
  REDUCED_REDUNDANCY: {
    stores: standardStores,
    isArchive: false,
    minimumAgeDays: 0,
    minimumBillableBytes: 0,
    r2StorageClass: "Standard",
  },
  INTELLIGENT_TIERING: {
    stores: [{ number: 1, binding: "STORE_INTELLIGENT_TIERING" }],
    isArchive: false,
    minimumAgeDays: 0,
    minimumBillableBytes: 0,
    r2StorageClass: "Standard",
  },
  STANDARD_IA: {
    stores: [{ number: 2, binding: "STORE_STANDARD_IA" }],
    isArchive: false,
    minimumAgeDays: 30,
    minimumBillableBytes: 128 * 1024,
    r2StorageClass: "InfrequentAccess",
  },
  ONEZONE_IA: {
    stores: [{ number: 3, binding: "STORE_ONEZONE_IA" }],
    isArchive: false,
    minimumAgeDays: 30,
    minimumBillableBytes: 128 * 1024,
    r2StorageClass: "InfrequentAccess",
  },
  GLACIER_IR: {
    stores: [{ number: 4, binding: "STORE_GLACIER_IR" }],
    isArchive: false,
    minimumAgeDays: 90,
    minimumBillableBytes: 128 * 1024,
    r2StorageClass: "InfrequentAccess",
  },
  GLACIER: {
    stores: [{ number: 5, binding: "STORE_GLACIER" }],
    isArchive: true,
    minimumAgeDays: 90,
    minimumBillableBytes: 0,
    r2StorageClass: "InfrequentAccess",
  },
  DEEP_ARCHIVE: {
    stores: [{ number: 6, binding: "STORE_DEEP_ARCHIVE" }],
    isArchive: true,
    minimumAgeDays: 180,
    minimumBillableBytes: 0,
    r2StorageClass: "InfrequentAccess",
  },
} as const satisfies Record<StorageClass, StorageClassFacts>;

const bindingByNumber: ReadonlyMap<number, StoreBinding> = new Map(
  Object.values<StorageClassFacts>(classTable).flatMap(({ stores }) =>
    stores.map((store) => [store.number, store.binding] as const),
  ),
);

/**
 * Classes that the operator may put behind another S3 endpoint. Such a store has a number of its own:
 * what went to R2 before stays readable there, and the other way round.
 */
const remoteStores = [
  { number: 102, storageClass: "STANDARD_IA", setting: "REMOTE_CLASS_STANDARD_IA" },
  { number: 103, storageClass: "ONEZONE_IA", setting: "REMOTE_CLASS_ONEZONE_IA" },
  { number: 104, storageClass: "GLACIER_IR", setting: "REMOTE_CLASS_GLACIER_IR" },
  { number: 105, storageClass: "GLACIER", setting: "REMOTE_CLASS_GLACIER" },
  { number: 106, storageClass: "DEEP_ARCHIVE", setting: "REMOTE_CLASS_DEEP_ARCHIVE" },
] as const satisfies readonly {
  number: number;
  storageClass: StorageClass;
  setting: Extract<keyof Env, `REMOTE_CLASS_${string}`>;
}[];

/** Every R2 bucket there is, by number. */
export const storeNumbers: readonly number[] = [...bindingByNumber.keys()];

/** Every store of the deployment, remote ones too: what the sweeper and a rebuild walk over. */
export function allStoreNumbers(env: Env): readonly number[] {
  const remote = remoteStores.filter(({ setting }) => isSet(env[setting]));
  return [...storeNumbers, ...remote.map(({ number }) => number)];
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== "";
}

/** Opened once in each isolate, by their setting. */
const opened = new Map<string, RemoteStore>();

/** Throws InternalError, with the reason for the log, for a setting that makes no sense. */
function openRemote(env: Env, text: string): RemoteStore {
  const isLocal = env.LOCAL === "true";
  const name = `${isLocal} ${text}`;
  const known = opened.get(name);
  if (known !== undefined) return known;
  const store = new RemoteStore(readRemoteSetting(text, isLocal));
  opened.set(name, store);
  return store;
}

function readRemoteSetting(text: string, isLocal: boolean): RemoteSetting {
  try {
    const setting = JSON.parse(text) as RemoteSetting;
    const { protocol, pathname, search } = new URL(setting.endpoint);
    const isSafe = protocol === "https:" || (isLocal && protocol === "http:");
    if (!isSafe || pathname !== "/" || search !== "") throw new Error("the endpoint is no origin");
    for (const name of ["bucket", "region", "accessKeyId", "secretAccessKey"] as const) {
      if (typeof setting[name] !== "string" || setting[name] === "") throw new Error(`no ${name}`);
    }
    return { ...setting, endpoint: new URL(setting.endpoint).origin };
  } catch (error) {
    const cause = new Error(`a REMOTE_CLASS_ setting is wrong: ${String(error)}`);
    throw new S3Error("InternalError", undefined, { cause });
  }
}

/** Reads `x-amz-storage-class`. Throws InvalidStorageClass for any other text, as AWS does. */
export function parseStorageClass(text: string): StorageClass {
  const storageClass = storageClasses.find((name) => name === text);
  if (storageClass === undefined) throw new S3Error("InvalidStorageClass");
  return storageClass;
}

/** What the table says of the class. */
export function factsOfClass(storageClass: StorageClass): StorageClassFacts {
  return classTable[storageClass];
}

/** A store, ready to use, and its number. */
export interface ChosenStore {
  readonly number: number;
  readonly store: BlobStore;
  /** S3 endpoints keep less metadata than R2 does. */
  readonly isRemote: boolean;
}

/**
 * The store for a new blob of the class: the remote one where there is one. With several, the
 * millisecond picks: even enough over many writers, and it costs no random bytes.
 */
export function chooseStore(env: Env, storageClass: StorageClass, nowMs: number): ChosenStore {
  const remote = remoteStores.find((store) => store.storageClass === storageClass);
  const text = remote === undefined ? undefined : env[remote.setting];
  if (remote !== undefined && isSet(text)) {
    return { number: remote.number, store: openRemote(env, text), isRemote: true };
  }
  const { stores } = factsOfClass(storageClass);
  const { number, binding } = stores[Math.floor(nowMs) % stores.length] ?? stores[0];
  return { number, store: env[binding], isRemote: false };
}

/**
 * Whether content of one class may be referred to by a version of the other: both live in the same
 * stores, so no byte has to move.
 */
export function sharesStore(one: StorageClass, other: StorageClass): boolean {
  return factsOfClass(one).stores === factsOfClass(other).stores;
}

/**
 * The store with that number. Throws for a number outside the table, and ServiceUnavailable for a
 * remote one whose setting is gone: its bytes are there, but nobody here knows the way.
 */
export function storeByNumber(env: Env, storeNumber: number): BlobStore {
  const binding = bindingByNumber.get(storeNumber);
  if (binding !== undefined) return env[binding];
  const remote = remoteStores.find(({ number }) => number === storeNumber);
  if (remote === undefined) throw new RangeError(`no store has the number ${storeNumber}`);
  const text = env[remote.setting];
  if (isSet(text)) return openRemote(env, text);
  const cause = new Error(`${remote.setting} is not set`);
  throw new S3Error("ServiceUnavailable", undefined, { cause });
}

/** The store that holds the blob. Throws for text that is no blob id, and as `storeByNumber`. */
export function storeOf(env: Env, blob: string): BlobStore {
  return storeByNumber(env, storeNumberOf(blob));
}
