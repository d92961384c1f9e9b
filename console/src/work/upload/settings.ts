// What an upload is told beside its bytes, and how that becomes the SDK's input.

import type {
  ObjectLockLegalHoldStatus,
  ObjectLockMode,
  ServerSideEncryption,
  StorageClass,
} from "@aws-sdk/client-s3";
import type { Pair } from "../../components/pairs.tsx";
import { objects as text } from "../../messages/en/objects.ts";

export type Conflict = "overwrite" | "skip" | "keep-both";

export interface UploadSettings {
  readonly conflict: Conflict;
  readonly storageClass: StorageClass;
  readonly tags: readonly Pair[];
  readonly metadata: readonly Pair[];
  readonly cacheControl: string;
  readonly lockMode: "" | ObjectLockMode;
  readonly lockUntil: string;
  readonly hasLegalHold: boolean;
  /** Empty: as the bucket says. */
  readonly encryption: "" | ServerSideEncryption;
  readonly kmsKeyId: string;
}

export const usualSettings: UploadSettings = {
  conflict: "overwrite",
  storageClass: "STANDARD",
  tags: [],
  metadata: [],
  cacheControl: "",
  lockMode: "",
  lockUntil: "",
  hasLegalHold: false,
  encryption: "",
  kmsKeyId: "",
};

export const storageClasses: readonly StorageClass[] = [
  "STANDARD",
  "INTELLIGENT_TIERING",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
];

const held: ObjectLockLegalHoldStatus = "ON";

/** The members that PutObject and CreateMultipartUpload share. */
export function inputOf(settings: UploadSettings, contentType: string) {
  const { tags, metadata, storageClass, cacheControl, lockMode, lockUntil, encryption } = settings;
  const named = (list: readonly Pair[]) => list.filter(({ name }) => name !== "");
  const tagging = new URLSearchParams(named(tags).map(({ name, value }) => [name, value]));
  const isKms = encryption !== "" && encryption !== "AES256";
  return {
    ...(contentType !== "" && { ContentType: contentType }),
    ...(storageClass !== "STANDARD" && { StorageClass: storageClass }),
    ...(tagging.size > 0 && { Tagging: tagging.toString() }),
    ...(named(metadata).length > 0 && {
      Metadata: Object.fromEntries(named(metadata).map(({ name, value }) => [name, value])),
    }),
    ...(cacheControl !== "" && { CacheControl: cacheControl }),
    ...(lockMode !== "" &&
      lockUntil !== "" && {
        ObjectLockMode: lockMode,
        ObjectLockRetainUntilDate: new Date(lockUntil),
      }),
    ...(settings.hasLegalHold && { ObjectLockLegalHoldStatus: held }),
    ...(encryption !== "" && { ServerSideEncryption: encryption }),
    ...(isKms && settings.kmsKeyId !== "" && { SSEKMSKeyId: settings.kmsKeyId }),
  };
}

/** Why these settings cannot be sent; nothing when they can. */
export function refuse({ lockMode, lockUntil, metadata }: UploadSettings): string | undefined {
  const isUntilWrong = lockMode !== "" && !(new Date(lockUntil).getTime() > Date.now());
  if (isUntilWrong) return text("needLockDate");
  // Headers carry metadata: a browser sends nothing else in them.
  const isPlain = (value: string) => /^[\x20-\x7e]*$/.test(value);
  const isNameWrong = metadata.some(({ name }) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.test(name));
  if (isNameWrong || metadata.some(({ value }) => !isPlain(value))) return text("plainMetadata");
  return undefined;
}
