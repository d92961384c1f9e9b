// Settings of many ids, edited together as one list: what is new or changed is put, what is missing is
// deleted.

import {
  type AnalyticsConfiguration,
  DeleteBucketAnalyticsConfigurationCommand,
  DeleteBucketIntelligentTieringConfigurationCommand,
  DeleteBucketInventoryConfigurationCommand,
  DeleteBucketMetricsConfigurationCommand,
  type IntelligentTieringConfiguration,
  type InventoryConfiguration,
  ListBucketAnalyticsConfigurationsCommand,
  ListBucketIntelligentTieringConfigurationsCommand,
  ListBucketInventoryConfigurationsCommand,
  ListBucketMetricsConfigurationsCommand,
  type MetricsConfiguration,
  PutBucketAnalyticsConfigurationCommand,
  PutBucketIntelligentTieringConfigurationCommand,
  PutBucketInventoryConfigurationCommand,
  PutBucketMetricsConfigurationCommand,
} from "@aws-sdk/client-s3";
import { send } from "../../clients/s3.ts";
import { settings as text } from "../../messages/en/settings.ts";
import type { AnySetting, Setting } from "./types.ts";

interface Named {
  readonly Id?: string | undefined;
}

interface Listed<Configuration extends Named> {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly example: Configuration;
  /** AWS's name of the operation that puts one. */
  readonly operation: string;
  /** The member of that operation's input. */
  readonly member: string;
  count(count: number): string;
  list(bucket: string): Promise<readonly Configuration[] | undefined>;
  put(bucket: string, configuration: Configuration): Promise<unknown>;
  drop(bucket: string, id: string): Promise<unknown>;
}

function listed<Configuration extends Named>(
  kind: Listed<Configuration>,
): Setting<readonly Configuration[]> {
  const load = async (bucket: string) => {
    const list = await kind.list(bucket);
    return list === undefined || list.length === 0 ? undefined : list;
  };
  const save = async (bucket: string, wanted: readonly Configuration[]) => {
    const before = (await load(bucket)) ?? [];
    const known = new Map(before.map((one) => [one.Id, JSON.stringify(one)]));
    for (const one of wanted) {
      if (known.get(one.Id) !== JSON.stringify(one)) await kind.put(bucket, one);
    }
    const kept = new Set(wanted.map(({ Id }) => Id));
    for (const { Id = "" } of before) if (!kept.has(Id)) await kind.drop(bucket, Id);
  };
  return {
    id: kind.id,
    title: kind.title,
    lead: kind.lead,
    empty: [kind.example],
    load,
    save,
    remove: (bucket) => save(bucket, []),
    summary: (list) => kind.count(list.length),
    call: (Bucket, [first]) => ({
      operation: kind.operation,
      input: { Bucket, Id: first?.Id ?? "", [kind.member]: first ?? {} },
    }),
  };
}

const inventory = listed<InventoryConfiguration>({
  id: "inventory",
  title: text("inventory"),
  lead: text("inventoryLead"),
  operation: "PutBucketInventoryConfiguration",
  member: "InventoryConfiguration",
  example: {
    Id: "daily",
    IsEnabled: true,
    IncludedObjectVersions: "Current",
    Schedule: { Frequency: "Daily" },
    OptionalFields: ["Size", "LastModifiedDate", "StorageClass", "ETag"],
    Destination: {
      S3BucketDestination: { Bucket: "arn:aws:s3:::reports", Format: "CSV", Prefix: "inventory" },
    },
  },
  count: (count) => text("inventoryCount", { count }),
  list: async (Bucket) =>
    (await send(new ListBucketInventoryConfigurationsCommand({ Bucket })))
      .InventoryConfigurationList,
  put: (Bucket, InventoryConfiguration) =>
    send(
      new PutBucketInventoryConfigurationCommand({
        Bucket,
        Id: InventoryConfiguration.Id,
        InventoryConfiguration,
      }),
    ),
  drop: (Bucket, Id) => send(new DeleteBucketInventoryConfigurationCommand({ Bucket, Id })),
});

const tiering = listed<IntelligentTieringConfiguration>({
  id: "tiering",
  title: text("tiering"),
  lead: text("tieringLead"),
  operation: "PutBucketIntelligentTieringConfiguration",
  member: "IntelligentTieringConfiguration",
  example: {
    Id: "archive",
    Status: "Enabled",
    Tierings: [{ AccessTier: "ARCHIVE_ACCESS", Days: 90 }],
  },
  count: (count) => text("tieringCount", { count }),
  list: async (Bucket) =>
    (await send(new ListBucketIntelligentTieringConfigurationsCommand({ Bucket })))
      .IntelligentTieringConfigurationList,
  put: (Bucket, IntelligentTieringConfiguration) =>
    send(
      new PutBucketIntelligentTieringConfigurationCommand({
        Bucket,
        Id: IntelligentTieringConfiguration.Id,
        IntelligentTieringConfiguration,
      }),
    ),
  drop: (Bucket, Id) =>
    send(new DeleteBucketIntelligentTieringConfigurationCommand({ Bucket, Id })),
});

const metrics = listed<MetricsConfiguration>({
  id: "metrics",
  title: text("metrics"),
  lead: text("metricsLead"),
  operation: "PutBucketMetricsConfiguration",
  member: "MetricsConfiguration",
  example: { Id: "whole-bucket" },
  count: (count) => text("tieringCount", { count }),
  list: async (Bucket) =>
    (await send(new ListBucketMetricsConfigurationsCommand({ Bucket }))).MetricsConfigurationList,
  put: (Bucket, MetricsConfiguration) =>
    send(
      new PutBucketMetricsConfigurationCommand({
        Bucket,
        Id: MetricsConfiguration.Id,
        MetricsConfiguration,
      }),
    ),
  drop: (Bucket, Id) => send(new DeleteBucketMetricsConfigurationCommand({ Bucket, Id })),
});

const analytics = listed<AnalyticsConfiguration>({
  id: "analytics",
  title: text("analytics"),
  lead: text("analyticsLead"),
  operation: "PutBucketAnalyticsConfiguration",
  member: "AnalyticsConfiguration",
  example: { Id: "all", StorageClassAnalysis: {} },
  count: (count) => text("tieringCount", { count }),
  list: async (Bucket) =>
    (await send(new ListBucketAnalyticsConfigurationsCommand({ Bucket })))
      .AnalyticsConfigurationList,
  put: (Bucket, AnalyticsConfiguration) =>
    send(
      new PutBucketAnalyticsConfigurationCommand({
        Bucket,
        Id: AnalyticsConfiguration.Id,
        AnalyticsConfiguration,
      }),
    ),
  drop: (Bucket, Id) => send(new DeleteBucketAnalyticsConfigurationCommand({ Bucket, Id })),
});

export const listedSettings: readonly AnySetting[] = [inventory, tiering, metrics, analytics];
