// Who watches a bucket, by its settings: read once for each record of it. A bucket that nobody
// watches costs one look here and nothing in its index.

import type { Seams } from "../env.ts";
import { eventBridgeTarget } from "../s3/event-destinations.ts";
import { newHostId, newRequestId } from "../s3/ids.ts";
import type { OperationOutput } from "../s3/operation-types.ts";
import {
  compileReplication,
  type ReplicationDocument,
  type ReplicationRule,
} from "../s3/replication-rules.ts";
import type { Emission, EventOrigin, Watcher } from "./outbox-types.ts";

/** Of a bucket, what events tell and what says who wants them. */
export interface WatchedBucket {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly ownerCanonicalId: string;
  /** Documents by name, as the catalog has them. */
  readonly settings: ReadonlyMap<string, string>;
}

type NotificationConfiguration = OperationOutput<"GetBucketNotificationConfiguration">;

/**
 * What EventBridge is told, whatever the configurations beside it say.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
 */
const eventBridgeEvents = [
  "ObjectCreated:*",
  "ObjectRemoved:*",
  "LifecycleExpiration:*",
  "ObjectRestore:*",
  "LifecycleTransition",
  "IntelligentTiering",
  "ObjectTagging:*",
  "ObjectAcl:Put",
  "ObjectRetention:Put",
  "ObjectAnnotation:*",
];

/** Where the settings that watch are read; a further kind of watcher is a line more. */
const readers: readonly ((settings: ReadonlyMap<string, string>) => readonly Watcher[])[] = [
  notificationWatchers,
];

/** S3 itself, as AWS names it where no caller stands behind a change; under a request id of its own. */
export function serviceOrigin({ randomBytes }: Pick<Seams, "randomBytes">): EventOrigin {
  const service = "s3.amazonaws.com";
  return {
    principalId: service,
    sourceAddress: service,
    requestId: newRequestId(randomBytes),
    hostId: newHostId(randomBytes),
  };
}

const known = new WeakMap<object, readonly Watcher[]>();

/**
 * `{ emit }` to spread into a call that changes something, or nothing when nobody watches. `more`
 * says what the call is, where the index cannot tell.
 */
export function emissionOf(
  bucket: WatchedBucket,
  origin: () => EventOrigin,
  more: Pick<Emission, "event" | "removal" | "isAnnotated"> = {},
): { readonly emit?: Emission } {
  const { name, region, accountId, settings } = bucket;
  const watchers = watchersOf(bucket);
  const rules = replicationRulesOf(settings);
  if (watchers.length === 0 && rules.length === 0) return {};
  const isVersioned = settings.has("versioning");
  const facts = { name, region, accountId, ownerId: bucket.ownerCanonicalId, isVersioned };
  const replicated = rules.length === 0 ? {} : { rules };
  return { emit: { watchers, ...replicated, bucket: facts, origin: origin(), ...more } };
}

const knownRules = new WeakMap<object, readonly ReplicationRule[]>();
const noRules: readonly ReplicationRule[] = [];

/** The enabled replication rules of a bucket; worked out once for each record of it. */
export function replicationRulesOf(
  settings: ReadonlyMap<string, string>,
): readonly ReplicationRule[] {
  const text = settings.get("replication");
  if (text === undefined) return noRules;
  let rules = knownRules.get(settings);
  if (rules === undefined) {
    const document = JSON.parse(text) as { ReplicationConfiguration?: ReplicationDocument } | null;
    rules = compileReplication(document?.ReplicationConfiguration ?? {});
    knownRules.set(settings, rules);
  }
  return rules;
}

/** Everyone who watches the bucket. */
export function watchersOf(bucket: Pick<WatchedBucket, "settings">): readonly Watcher[] {
  let watchers = known.get(bucket.settings);
  if (watchers === undefined) {
    watchers = readers.flatMap((read) => read(bucket.settings));
    known.set(bucket.settings, watchers);
  }
  return watchers;
}

function notificationWatchers(settings: ReadonlyMap<string, string>): readonly Watcher[] {
  const text = settings.get("notification");
  if (text === undefined) return [];
  const document = JSON.parse(text) as NotificationConfiguration | null;
  const { TopicConfigurations = [], QueueConfigurations = [] } = document ?? {};
  const { LambdaFunctionConfigurations = [], EventBridgeConfiguration } = document ?? {};
  const listed = [
    ...TopicConfigurations.map(({ TopicArn, ...rest }) => ({ ...rest, target: TopicArn })),
    ...QueueConfigurations.map(({ QueueArn, ...rest }) => ({ ...rest, target: QueueArn })),
    ...LambdaFunctionConfigurations.map(({ LambdaFunctionArn, ...rest }) => ({
      ...rest,
      target: LambdaFunctionArn,
    })),
  ];
  const watchers = listed.map(({ target = "", Id = "", Events = [], Filter }): Watcher => {
    const rules = Filter?.Key?.FilterRules ?? [];
    const value = (name: string) => rules.find((rule) => rule.Name?.toLowerCase() === name)?.Value;
    const [prefix, suffix] = [value("prefix"), value("suffix")];
    return {
      kind: "notification",
      target,
      id: Id,
      events: Events.map((event) => event.replace(/^s3:/, "")),
      ...(prefix !== undefined && { prefix }),
      ...(suffix !== undefined && { suffix }),
    };
  });
  if (EventBridgeConfiguration === undefined) return watchers;
  const bridge = { kind: "notification", target: eventBridgeTarget, id: "" } as const;
  return [...watchers, { ...bridge, events: eventBridgeEvents }];
}
