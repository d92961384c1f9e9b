// The actions that policies on this server can name. The lists are the server's own.

import { s3ActionNames } from "../../../src/auth/policy/s3-actions.ts";
import { iamActions, stsActions } from "../../../src/iam/actions.ts";

const kmsActionNames = `
CancelKeyDeletion CreateAlias CreateKey Decrypt DeleteAlias DescribeKey DisableKey
DisableKeyRotation EnableKey EnableKeyRotation Encrypt GenerateDataKey
GenerateDataKeyWithoutPlaintext GenerateRandom GetKeyPolicy GetKeyRotationStatus ListAliases
ListKeyPolicies ListKeyRotations ListKeys ListResourceTags ReEncryptFrom ReEncryptTo
RotateKeyOnDemand ScheduleKeyDeletion TagResource UntagResource UpdateAlias UpdateKeyDescription`;

const named = (service: string, names: readonly string[]): readonly string[] =>
  names.map((name) => `${service}:${name}`);

/** By service, as AWS spells them. */
export const actionsByService: Readonly<Record<string, readonly string[]>> = {
  s3: [...s3ActionNames, "s3:ListAllMyBuckets"],
  iam: named("iam", iamActions),
  sts: named("sts", stsActions),
  kms: named("kms", kmsActionNames.trim().split(/\s+/)),
};

/** All of them, with each service's wildcard; a bucket's policy knows S3's alone. */
export function actionNames(kind: "bucket" | "identity"): readonly string[] {
  const services = kind === "bucket" ? ["s3"] : Object.keys(actionsByService);
  return services.flatMap((service) => [`${service}:*`, ...(actionsByService[service] ?? [])]);
}

/** Whether an action, `*` and `?` included, names any. `*` alone does. */
export function matchesAction(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(name);
}

/** The name that differs least, where it differs little. */
export function nearestAction(action: string, names: readonly string[]): string | undefined {
  const wish = action.toLowerCase();
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    const distance = distanceOf(wish, name.toLowerCase());
    if (best === undefined || distance < best.distance) best = { name, distance };
  }
  return best !== undefined && best.distance <= 4 ? best.name : undefined;
}

/** Levenshtein's. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
