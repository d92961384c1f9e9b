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
import type { ComponentType } from "react";
import type { Deed } from "../../clients/deeds.ts";
import { send } from "../../clients/s3.ts";
import { settings as text } from "../../messages/en/settings.ts";
import {
  AnalyticsForm,
  exampleInventory,
  InventoryForm,
  MetricsForm,
  TieringForm,
} from "./listed-forms.tsx";
import type { AnySetting, FormProps, Setting } from "./types.ts";

interface Named {
  readonly Id?: string | undefined;
}

interface Listed<Configuration extends Named> {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  readonly example: Configuration;
  readonly Form: ComponentType<FormProps<readonly Configuration[]>>;
  count(count: number): string;
  list(bucket: string): Promise<readonly Configuration[] | undefined>;
  put(bucket: string, configuration: Configuration): Deed;
  drop(bucket: string, id: string): Deed;
}

function listed<Configuration extends Named>(
  kind: Listed<Configuration>,
): Setting<readonly Configuration[]> {
  const deeds = (
    bucket: string,
    given: readonly Configuration[],
    before: readonly Configuration[] = [],
  ) => {
    // While it is typed the document may be anything; what is no configuration, the server refuses.
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    const wanted = list.map((one) => (one ?? {}) as Configuration);
    const known = new Map(before.map((one) => [one.Id, JSON.stringify(one)]));
    const kept = new Set(wanted.map((one) => one.Id));
    return [
      ...wanted
        .filter((one) => known.get(one.Id) !== JSON.stringify(one))
        .map((one) => kind.put(bucket, one)),
      ...before.filter(({ Id }) => !kept.has(Id)).map(({ Id = "" }) => kind.drop(bucket, Id)),
    ];
  };
  return {
    id: kind.id,
    title: kind.title,
    lead: kind.lead,
    empty: [kind.example],
    load: async (bucket) => {
      const list = await kind.list(bucket);
      return list === undefined || list.length === 0 ? undefined : list;
    },
    deeds,
    removal: (bucket, before) => deeds(bucket, [], before),
    summary: (list) => kind.count(list.length),
    Form: kind.Form,
  };
}

const inventory = listed<InventoryConfiguration>({
  id: "inventory",
  title: text("inventory"),
  lead: text("inventoryLead"),
  example: exampleInventory,
  Form: InventoryForm,
  count: (count) => text("inventoryCount", { count }),
  list: async (Bucket) =>
    (await send(new ListBucketInventoryConfigurationsCommand({ Bucket })))
      .InventoryConfigurationList,
  put: (Bucket, InventoryConfiguration) =>
    new PutBucketInventoryConfigurationCommand({
      Bucket,
      Id: InventoryConfiguration.Id,
      InventoryConfiguration,
    }),
  drop: (Bucket, Id) => new DeleteBucketInventoryConfigurationCommand({ Bucket, Id }),
});

const tiering = listed<IntelligentTieringConfiguration>({
  id: "tiering",
  title: text("tiering"),
  lead: text("tieringLead"),
  example: {
    Id: "archive",
    Status: "Enabled",
    Tierings: [{ AccessTier: "ARCHIVE_ACCESS", Days: 90 }],
  },
  Form: TieringForm,
  count: (count) => text("tieringCount", { count }),
  list: async (Bucket) =>
    (await send(new ListBucketIntelligentTieringConfigurationsCommand({ Bucket })))
      .IntelligentTieringConfigurationList,
  put: (Bucket, IntelligentTieringConfiguration) =>
    new PutBucketIntelligentTieringConfigurationCommand({
      Bucket,
      Id: IntelligentTieringConfiguration.Id,
      IntelligentTieringConfiguration,
    }),
  drop: (Bucket, Id) => new DeleteBucketIntelligentTieringConfigurationCommand({ Bucket, Id }),
});

const metrics = listed<MetricsConfiguration>({
  id: "metrics",
  title: text("metrics"),
  lead: text("metricsLead"),
  example: { Id: "whole-bucket" },
  Form: MetricsForm,
  count: (count) => text("tieringCount", { count }),
  list: async (Bucket) =>
    (await send(new ListBucketMetricsConfigurationsCommand({ Bucket }))).MetricsConfigurationList,
  put: (Bucket, MetricsConfiguration) =>
    new PutBucketMetricsConfigurationCommand({
      Bucket,
      Id: MetricsConfiguration.Id,
      MetricsConfiguration,
    }),
  drop: (Bucket, Id) => new DeleteBucketMetricsConfigurationCommand({ Bucket, Id }),
});

const analytics = listed<AnalyticsConfiguration>({
  id: "analytics",
  title: text("analytics"),
  lead: text("analyticsLead"),
  example: { Id: "all", StorageClassAnalysis: {} },
  Form: AnalyticsForm,
  count: (count) => text("tieringCount", { count }),
  list: async (Bucket) =>
    (await send(new ListBucketAnalyticsConfigurationsCommand({ Bucket })))
      .AnalyticsConfigurationList,
  put: (Bucket, AnalyticsConfiguration) =>
    new PutBucketAnalyticsConfigurationCommand({
      Bucket,
      Id: AnalyticsConfiguration.Id,
      AnalyticsConfiguration,
    }),
  drop: (Bucket, Id) => new DeleteBucketAnalyticsConfigurationCommand({ Bucket, Id }),
});

export const listedSettings: readonly AnySetting[] = [inventory, tiering, metrics, analytics];
