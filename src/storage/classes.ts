// The closed table of storage classes: which stores keep each, and what the class costs a user who
// leaves early or stores little. User text never names a binding: it passes through this table.
// Numbers in it (class codes, store numbers) are written into indexes and blob ids: never reuse
// one.

import type { Env } from "../env.ts";
import { type StorageClass, storageClasses } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import { storeNumberOf } from "../s3/ids.ts";

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

/** Every store there is, by number: what the sweeper and a rebuild walk over. */
export const storeNumbers: readonly number[] = [...bindingByNumber.keys()];

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

/**
 * The store for a new blob of the class. With several, the millisecond picks: even enough over many
 * writers, and it costs no random bytes.
 */
export function chooseStore(storageClass: StorageClass, nowMs: number): Store {
  const { stores } = factsOfClass(storageClass);
  return stores[Math.floor(nowMs) % stores.length] ?? stores[0];
}

/**
 * Whether content of one class may be referred to by a version of the other: both live in the same
 * stores, so no byte has to move.
 */
export function sharesStore(one: StorageClass, other: StorageClass): boolean {
  return factsOfClass(one).stores === factsOfClass(other).stores;
}

/** The R2 bucket behind a store number. Throws for a number outside the table. */
export function storeByNumber(env: Env, storeNumber: number): R2Bucket {
  const binding = bindingByNumber.get(storeNumber);
  if (binding === undefined) throw new RangeError(`no store has the number ${storeNumber}`);
  return env[binding];
}

/** The R2 bucket that holds the blob. Throws for text that is no blob id. */
export function storeOf(env: Env, blob: string): R2Bucket {
  return storeByNumber(env, storeNumberOf(blob));
}
