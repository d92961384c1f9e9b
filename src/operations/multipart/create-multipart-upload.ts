// CreateMultipartUpload: writes down what the object will be; no bytes yet.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
//
// Differs from AWS: nothing known.

import { readMultipartChecksum } from "../../checksums/multipart.ts";
import { newUploadId } from "../../s3/ids.ts";
import { checkSameOwnership, resolveObjectAcl } from "../acl.ts";
import type { Handler } from "../handlers.ts";
import { followingSettings } from "../object/commit.ts";
import { checkSameDefault, resolveEncryption } from "../object/encryption.ts";
import { abortMembers } from "../object/lifecycle-members.ts";
import { resolveLock } from "../object/lock.ts";
import { contextMember, encryptionMembers } from "../object/members.ts";
import { ownedAsReplica, replicaDetail, replicaOf } from "../object/replica.ts";
import { readWriteIntent } from "../object/write-intent.ts";
import { refuse } from "../outcomes.ts";
import { initiatorOf } from "../owner.ts";

export const createMultipartUpload: Handler<"CreateMultipartUpload"> = async (context, input) => {
  const intent = readWriteIntent(context.headers, input);
  const owned = await resolveObjectAcl(context);
  const checksum = readMultipartChecksum(context.headers);
  const encryption = await resolveEncryption(context, input);
  const replica = replicaOf(context);
  const lock = await resolveLock(context, input, replica !== undefined);
  const marked = { ...ownedAsReplica(context, owned, replica), ...encryption.detail };
  const own = { ...marked, ...replicaDetail(replica) };
  const detail = { ...intent.detail, ...own, ...lock };
  const uploadId = newUploadId(context.nowMs, context.seams.randomBytes);
  const outcome = await followingSettings(context, (opened) => {
    checkSameDefault(context, opened);
    checkSameOwnership(context, opened);
    return opened.index.createUpload({
      epoch: opened.bucket.epoch,
      nowMs: context.nowMs,
      key: context.key,
      uploadId,
      facts: {
        storageClass: intent.storageClass,
        detail,
        ...(checksum !== undefined && { checksum }),
        initiator: initiatorOf(context.principal),
        ...(owned.ownerId !== undefined && { ownerId: owned.ownerId }),
      },
    });
  });
  if (outcome.kind !== "created") refuse(outcome, { bucket: context.bucket.name });
  return {
    Bucket: context.bucket.name,
    Key: context.key,
    UploadId: uploadId,
    ...abortMembers(context.bucket, { key: context.key, initiatedAtMs: context.nowMs }),
    ...(checksum !== undefined && {
      ChecksumAlgorithm: checksum.algorithm,
      ChecksumType: checksum.type,
    }),
    ...encryptionMembers(detail),
    ...contextMember(detail),
  };
};
