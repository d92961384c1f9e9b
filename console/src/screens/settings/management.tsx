// What happens to a bucket's objects by itself: lifecycle, replication, events, and the settings of
// many ids (inventory, tiering, metrics, analysis).

import {
  type BucketLifecycleConfiguration,
  DeleteBucketLifecycleCommand,
  DeleteBucketReplicationCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketReplicationCommand,
  type NotificationConfiguration,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketReplicationCommand,
  type ReplicationConfiguration,
} from "@aws-sdk/client-s3";
import { send } from "../../clients/s3.ts";
import { settings as text } from "../../messages/en/settings.ts";
import { LifecyclePreview } from "../lifecycle/preview.tsx";
import { LifecycleStatus } from "../lifecycle/status.tsx";
import { EventStatus } from "../waiting/event-status.tsx";
import { ReplicationStatus } from "../waiting/replication-status.tsx";
import { orAbsent } from "./absent.ts";
import { LifecycleForm } from "./lifecycle-form.tsx";
import { listedSettings } from "./listed.ts";
import { EventsForm, ReplicationForm } from "./management-forms.tsx";
import type { AnySetting, Setting } from "./types.ts";

const lifecycle: Setting<BucketLifecycleConfiguration> = {
  id: "lifecycle",
  title: text("lifecycle"),
  lead: text("lifecycleLead"),
  empty: {
    Rules: [{ ID: "", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 365 } }],
  },
  load: async (Bucket) => {
    const answer = await orAbsent(send(new GetBucketLifecycleConfigurationCommand({ Bucket })));
    return answer && { Rules: answer.Rules };
  },
  deeds: (Bucket, LifecycleConfiguration) => [
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }),
  ],
  removal: (Bucket) => [new DeleteBucketLifecycleCommand({ Bucket })],
  summary: ({ Rules = [] }) => text("lifecycleRules", { count: Rules.length }),
  Form: LifecycleForm,
  Aside: LifecyclePreview,
  Status: LifecycleStatus,
};

const replication: Setting<ReplicationConfiguration> = {
  id: "replication",
  title: text("replication"),
  lead: text("replicationLead"),
  empty: {
    Role: "",
    Rules: [
      {
        ID: "all",
        Status: "Enabled",
        Priority: 1,
        Filter: { Prefix: "" },
        DeleteMarkerReplication: { Status: "Disabled" },
        Destination: { Bucket: "arn:aws:s3:::" },
      },
    ],
  },
  load: async (Bucket) =>
    (await orAbsent(send(new GetBucketReplicationCommand({ Bucket }))))?.ReplicationConfiguration,
  deeds: (Bucket, ReplicationConfiguration) => [
    new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }),
  ],
  removal: (Bucket) => [new DeleteBucketReplicationCommand({ Bucket })],
  summary: ({ Rules = [] }) => text("replicationRules", { count: Rules.length }),
  Form: ReplicationForm,
  Status: ReplicationStatus,
};

/** How many destinations a document tells. */
function countDestinations(document: NotificationConfiguration): number {
  const { TopicConfigurations, QueueConfigurations, LambdaFunctionConfigurations } = document;
  return (
    (TopicConfigurations?.length ?? 0) +
    (QueueConfigurations?.length ?? 0) +
    (LambdaFunctionConfigurations?.length ?? 0) +
    (document.EventBridgeConfiguration === undefined ? 0 : 1)
  );
}

const events: Setting<NotificationConfiguration> = {
  id: "events",
  title: text("events"),
  lead: text("eventsLead"),
  empty: { TopicConfigurations: [{ TopicArn: "", Events: ["s3:ObjectCreated:*"] }] },
  load: async (Bucket) => {
    const answer = await send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    const { $metadata: _, ...document } = answer;
    return countDestinations(document) === 0 ? undefined : document;
  },
  deeds: (Bucket, NotificationConfiguration) => [
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }),
  ],
  removal: (Bucket) => [
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }),
  ],
  summary: (document) => text("eventsCount", { count: countDestinations(document) }),
  Form: EventsForm,
  Status: EventStatus,
};

export const management: readonly AnySetting[] = [
  lifecycle,
  replication,
  events,
  ...listedSettings,
];
