// What forms that ask for an ARN offer: the account's keys, roles, webhooks and buckets. Whoever may not
// list them types the ARN; nothing is said of the refusal.

import { useQuery } from "@tanstack/react-query";
import type { EventQueues, Webhook } from "../../../src/admin/answers.ts";
import type { Choice } from "../components/pick.tsx";
import { keysQuery } from "../screens/kms/keys.ts";
import { webhooksPath } from "../screens/webhooks/types.ts";
import { adminQuery } from "./admin.ts";
import { bucketsQuery } from "./buckets.ts";
import { rolesQuery } from "./identities.ts";

/** Roles that S3 may take on, as replication does. */
export function useReplicationRoles(): readonly Choice[] {
  const { data = [] } = useQuery({ ...rolesQuery(), retry: false });
  return data
    .filter(({ AssumeRolePolicyDocument = "" }) =>
      decodeURIComponent(AssumeRolePolicyDocument).includes('"s3.amazonaws.com"'),
    )
    .map(({ Arn = "", RoleName = "" }) => ({ value: Arn, label: RoleName }));
}

/** Keys that can encrypt now, by their ARN. */
export function useKeys(): readonly Choice[] {
  const { data = [] } = useQuery({ ...keysQuery(), retry: false });
  return data
    .filter(({ metadata }) => metadata.KeyState === "Enabled")
    .map(({ id, metadata, aliases }) => ({
      value: metadata.Arn ?? id,
      label: aliases[0] ?? metadata.Description ?? "",
    }));
}

/** Webhooks and queues, by the ARN that events are sent to. */
export function useEventTargets(): readonly Choice[] {
  const query = adminQuery<{ readonly webhooks: readonly Webhook[] }>(webhooksPath);
  const { data: hooks } = useQuery({ ...query, retry: false });
  const queuesQuery = adminQuery<EventQueues>("/accounts/self/queues");
  const { data: bound } = useQuery({ ...queuesQuery, retry: false });
  return [
    ...(hooks?.webhooks ?? []).map(({ name, topicArn }) => ({ value: topicArn, label: name })),
    ...(bound?.queues ?? []).map(({ name, queueArn }) => ({ value: queueArn, label: name })),
  ];
}

/** Buckets to replicate to: those of this account, and the operator's remotes. */
export function useDestinations(except: string): readonly Choice[] {
  const { data: buckets = [] } = useQuery(bucketsQuery());
  const query = adminQuery<{
    readonly remotes: readonly { readonly name: string; readonly arn: string }[];
  }>("/remotes");
  const { data } = useQuery({ ...query, retry: false });
  return [
    ...buckets
      .filter(({ name }) => name !== except)
      .map(({ name }) => ({ value: `arn:aws:s3:::${name}`, label: name })),
    ...(data?.remotes ?? []).map(({ name, arn }) => ({ value: arn, label: name })),
  ];
}
