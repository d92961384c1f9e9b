// PutObject: one blob, then one commit. The exemplar of a write: bytes first, index second, and a
// refusal after the bytes were stored takes them away again.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
//
// Differs from AWS: write offsets: see append-object.ts.

import { planChecksums } from "../../checksums/plan.ts";
import { readWriteConditions } from "../../s3/conditions.ts";
import { nullVersionId } from "../../s3/ids.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import { type BlobWish, type StoredBlob, writeBlob } from "../../storage/blobs.ts";
import { resolveObjectAcl } from "../acl.ts";
import { type ObjectContext, versioningOf } from "../context.ts";
import type { Handler } from "../handlers.ts";
import {
  appendObject,
  checkAppendedSize,
  findAppended,
  refuseLateCreation,
} from "./append-object.ts";
import { commitStored, refuseDoomed } from "./commit.ts";
import { resolveEncryption } from "./encryption.ts";
import { expirationMember } from "./lifecycle-members.ts";
import { checkUploadSize } from "./limits.ts";
import { requireLockDigest, resolveLock } from "./lock.ts";
import { checksumMembers, contextMember, encryptionMembers } from "./members.ts";
import {
  changeReplica,
  ownedAsReplica,
  replicaDetail,
  replicaOf,
  versionIdFor,
} from "./replica.ts";
import { readWriteIntent } from "./write-intent.ts";

export const putObject: Handler<"PutObject"> = async (context, input) => {
  const replica = replicaOf(context);
  if (replica?.isChange === true) return changeReplica(context, input, replica);
  const offset = input.WriteOffsetBytes;
  const appended = offset === undefined ? undefined : await findAppended(context, offset);
  if (appended !== undefined) return appendObject(context, input, appended);
  const put = storeObject(context, input, (wish) => {
    const source = context.openBody();
    checkUploadSize(source.length);
    if (offset !== undefined) checkAppendedSize(source.length);
    return writeBlob(context.env, source, wish);
  });
  return offset === undefined ? put : put.catch((error) => refuseLateCreation(context, error));
};

/**
 * A PutObject whose bytes `store` brings, asked for once everything else is settled: the body of
 * the request, or the file of a form.
 */
export async function storeObject(
  context: ObjectContext,
  input: OperationInput<"PutObject">,
  store: (wish: BlobWish) => Promise<StoredBlob>,
): Promise<OperationOutput<"PutObject">> {
  const intent = readWriteIntent(context.headers, input);
  const owned = await resolveObjectAcl(context);
  const plan = planChecksums(context.headers, { defaultAlgorithm: "CRC64NVME" });
  const asked = readWriteConditions(context.headers);
  // Made by an append at 0, an object must not take the place of one made meanwhile.
  const conditions =
    input.WriteOffsetBytes === undefined ? asked : { ...asked, ifNoneMatch: "*" as const };
  await refuseDoomed(context, conditions);
  const replica = replicaOf(context);
  const { lock } = await resolveLock(context, input, replica !== undefined);
  // Browsers cannot compute digests; forms are held to what they promise, if anything.
  if (context.form === undefined) requireLockDigest(context, "Object", lock);
  const { detail: encryption, keys } = await resolveEncryption(context, input);
  const marked = { ...ownedAsReplica(context, owned, replica), ...encryption };
  const own = { ...marked, ...replicaDetail(replica) };
  const detail = { ...intent.detail, ...own, ...(lock && { lock }) };

  const versionId = versionIdFor(context, replica);
  const stored = await store({
    storageClass: intent.storageClass,
    seams: context.seams,
    plan,
    origin: {
      bucketId: context.bucket.bucketId,
      key: context.key,
      versionId,
      isNull: versioningOf(context.bucket) !== "Enabled" || replica?.versionId === nullVersionId,
      detail,
    },
    ...(keys !== undefined && { keys }),
  });

  const committed = await commitStored(context, {
    event: context.form === undefined ? "ObjectCreated:Put" : "ObjectCreated:Post",
    versionId,
    storageClass: intent.storageClass,
    sizeBytes: stored.sizeBytes,
    etag: stored.md5Hex,
    content: stored.blob,
    detail: { ...detail, checksum: wholeChecksum(stored) },
    ...(conditions && { conditions }),
  });
  return {
    ETag: `"${stored.md5Hex}"`,
    ...expirationMember(context, { ...committed, sizeBytes: stored.sizeBytes, detail }),
    ...checksumMembers(wholeChecksum(stored)),
    ...encryptionMembers(detail),
    ...contextMember(detail),
    ...(committed.versionId !== undefined && { VersionId: committed.versionId }),
  };
}

function wholeChecksum(stored: StoredBlob) {
  return {
    algorithm: stored.checksum.algorithm,
    type: "FULL_OBJECT" as const,
    value: stored.checksum.valueBase64,
  };
}
