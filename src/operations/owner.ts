// How the owner of a bucket is shown, and the one grant that enforced ownership leaves.

import type { BucketRecord } from "../catalog/buckets.ts";

/** `Owner` as XML shows it. */
export function ownerOf(bucket: BucketRecord): { ID: string; DisplayName: string } {
  return { ID: bucket.ownerCanonicalId, DisplayName: bucket.ownerDisplayName };
}

/** The ACL of a bucket with BucketOwnerEnforced and of everything in it. */
export function enforcedAcl(bucket: BucketRecord) {
  const owner = ownerOf(bucket);
  return {
    Owner: owner,
    Grants: [
      {
        Grantee: { ...owner, Type: "CanonicalUser" as const },
        Permission: "FULL_CONTROL" as const,
      },
    ],
  };
}
