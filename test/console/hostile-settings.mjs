// @ts-check
// The documents of a bucket's settings that hold text of users, each filled with every payload that the
// API takes there.
import {
  CreateBucketCommand,
  PutBucketAnalyticsConfigurationCommand,
  PutBucketCorsCommand,
  PutBucketIntelligentTieringConfigurationCommand,
  PutBucketInventoryConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketLoggingCommand,
  PutBucketMetricsConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketReplicationCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutBucketWebsiteCommand,
} from "@aws-sdk/client-s3";
import { payloads } from "./payloads.mjs";

/** @import { S3Client } from "@aws-sdk/client-s3" */

export const SettingsBucket = "hostile-settings";
const Bucket = SettingsBucket;
const target = "hostile-target";

const logDelivery = JSON.stringify({
  Version: "2012-10-17",
  Statement: {
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${target}/*`,
  },
});

/** @typedef {{ s3: S3Client, role: string, topic: string }} Means */

/**
 * The setting's title and tab, how many of the payloads its document takes, whether a form shows them
 * all, and how a document with some is put.
 * @typedef {object} HostileSetting
 * @property {string} title
 * @property {string} tab
 * @property {number} takes
 * @property {boolean} [hasForm]
 * @property {(means: Means, texts: readonly string[]) => Promise<unknown>} put
 */

/** @type {readonly HostileSetting[]} */
export const hostileSettings = [
  {
    ...{ title: "Tags", tab: "settings", takes: 2, hasForm: true },
    put: ({ s3 }, texts) => {
      const TagSet = texts.map((text) => ({ Key: text, Value: text }));
      return s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    },
  },
  {
    ...{ title: "Access logs", tab: "settings", takes: 30, hasForm: true },
    // One prefix is all there is: as many as it can hold.
    put: ({ s3 }, texts) => {
      const TargetPrefix = texts.join(" ").slice(0, 500);
      const LoggingEnabled = { TargetBucket: target, TargetPrefix };
      return s3.send(
        new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }),
      );
    },
  },
  {
    ...{ title: "Website", tab: "settings", takes: 30 },
    put: ({ s3 }, texts) => {
      const RoutingRules = texts.map((text) => ({
        Condition: { KeyPrefixEquals: text },
        Redirect: { ReplaceKeyPrefixWith: text },
      }));
      const WebsiteConfiguration = {
        IndexDocument: { Suffix: "<b onfocus=window.hit=1>.html" },
        ErrorDocument: { Key: texts[0] ?? "" },
        RoutingRules,
      };
      return s3.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
    },
  },
  {
    ...{ title: "Bucket policy", tab: "permissions", takes: 29 },
    // Not the one that a policy would take for a variable.
    put: ({ s3 }, texts) => {
      const Statement = {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: texts.map((text) => `arn:aws:s3:::${Bucket}/${text}`),
        Condition: { StringEquals: { "aws:UserAgent": texts } },
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      return s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    },
  },
  {
    ...{ title: "Cross-origin access (CORS)", tab: "permissions", takes: 30, hasForm: true },
    put: ({ s3 }, texts) => {
      const CORSRules = texts.map((ID) => ({
        ID,
        AllowedMethods: ["GET"],
        AllowedOrigins: [ID],
        ExposeHeaders: [ID],
      }));
      return s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    },
  },
  {
    ...{ title: "Lifecycle", tab: "management", takes: 30, hasForm: true },
    put: ({ s3 }, texts) => {
      const Rules = texts.map((ID) => ({
        ...{ ID, Filter: { Prefix: ID } },
        Status: /** @type {const} */ ("Enabled"),
        Expiration: { Days: 5 },
      }));
      return s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: { Rules },
        }),
      );
    },
  },
  {
    ...{ title: "Replication", tab: "management", takes: 30, hasForm: true },
    put: ({ s3, role }, texts) => {
      const Rules = texts.map((ID, index) => ({
        ...{ ID, Priority: index + 1, Filter: { Prefix: ID } },
        Status: /** @type {const} */ ("Enabled"),
        DeleteMarkerReplication: { Status: /** @type {const} */ ("Disabled") },
        Destination: { Bucket: `arn:aws:s3:::${target}` },
      }));
      const ReplicationConfiguration = { Role: role, Rules };
      return s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
    },
  },
  {
    ...{ title: "Events", tab: "management", takes: 30, hasForm: true },
    put: ({ s3, topic }, texts) => {
      const TopicConfigurations = texts.map((Id) => ({
        ...{ Id, TopicArn: topic },
        Events: [/** @type {const} */ ("s3:ObjectCreated:*")],
        Filter: { Key: { FilterRules: [{ Name: /** @type {const} */ ("prefix"), Value: Id }] } },
      }));
      return s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket,
          NotificationConfiguration: { TopicConfigurations },
        }),
      );
    },
  },
  {
    ...{ title: "Inventory", tab: "management", takes: 30 },
    put: ({ s3 }, texts) =>
      each(texts, (text, Id) => {
        const InventoryConfiguration = {
          ...{ Id, IsEnabled: true, Filter: { Prefix: text } },
          IncludedObjectVersions: /** @type {const} */ ("Current"),
          Schedule: { Frequency: /** @type {const} */ ("Daily") },
          Destination: {
            S3BucketDestination: {
              ...{ Bucket: `arn:aws:s3:::${target}`, Prefix: text },
              Format: /** @type {const} */ ("CSV"),
            },
          },
        };
        return s3.send(
          new PutBucketInventoryConfigurationCommand({ Bucket, Id, InventoryConfiguration }),
        );
      }),
  },
  {
    ...{ title: "Intelligent-Tiering archive", tab: "management", takes: 30 },
    put: ({ s3 }, texts) =>
      each(texts, (text, Id) => {
        const IntelligentTieringConfiguration = {
          ...{ Id, Status: /** @type {const} */ ("Enabled"), Filter: { Prefix: text } },
          Tierings: [{ AccessTier: /** @type {const} */ ("ARCHIVE_ACCESS"), Days: 90 }],
        };
        const input = { Bucket, Id, IntelligentTieringConfiguration };
        return s3.send(new PutBucketIntelligentTieringConfigurationCommand(input));
      }),
  },
  {
    ...{ title: "Request metrics", tab: "management", takes: 30 },
    put: ({ s3 }, texts) =>
      each(texts, (text, Id) => {
        const MetricsConfiguration = { Id, Filter: { Prefix: text } };
        const input = { Bucket, Id, MetricsConfiguration };
        return s3.send(new PutBucketMetricsConfigurationCommand(input));
      }),
  },
  {
    ...{ title: "Storage class analysis", tab: "management", takes: 30 },
    put: ({ s3 }, texts) =>
      each(texts, (text, Id) => {
        const AnalyticsConfiguration = { Id, Filter: { Prefix: text }, StorageClassAnalysis: {} };
        const input = { Bucket, Id, AnalyticsConfiguration };
        return s3.send(new PutBucketAnalyticsConfigurationCommand(input));
      }),
  },
];

/**
 * One configuration for each text, by an id of its place among the payloads.
 * @param {readonly string[]} texts
 * @param {(text: string, Id: string) => Promise<unknown>} put
 */
async function each(texts, put) {
  for (const text of texts) await put(text, `id-${payloads.indexOf(text)}`);
}

/**
 * Puts every document with all that it takes; gives what each took, by its title.
 * @param {Means} means
 */
export async function fillSettings(means) {
  const { s3 } = means;
  for (const name of [Bucket, target]) {
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    const VersioningConfiguration = { Status: /** @type {const} */ ("Enabled") };
    await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
  }
  await s3.send(new PutBucketPolicyCommand({ Bucket: target, Policy: logDelivery }));
  /** @type {Record<string, string[]>} */
  const taken = {};
  await Promise.all(
    hostileSettings.map(async ({ title, put }) => {
      const isTaken = (/** @type {readonly string[]} */ texts) =>
        put(means, texts).then(
          () => true,
          () => false,
        );
      if (await isTaken(payloads)) {
        taken[title] = [...payloads];
        return;
      }
      /** @type {string[]} */
      const list = [];
      for (const text of payloads) if (await isTaken([text])) list.push(text);
      if (list.length > 0) await put(means, list);
      taken[title] = list;
    }),
  );
  return taken;
}
