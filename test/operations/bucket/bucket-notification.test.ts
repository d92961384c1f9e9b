// Notification configurations by the wire: what is refused in which words, what comes back, what is
// sent as a test. Delivery is tested with the jobs.
import { env, runInDurableObject } from "cloudflare:test";
import {
  type Event,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import type { BucketIndex } from "../../../src/bucket/bucket-index.ts";
import { operatorAccount } from "../../../src/catalog/accounts.ts";
import { findBucket } from "../../../src/catalog/every-bucket.ts";
import { createWebhook } from "../../../src/catalog/webhooks.ts";
import { systemSeams } from "../../../src/env.ts";
import { refusal, sdk, through } from "../object/fixtures.ts";
import { call, makeAccount, makeBucket } from "./fixtures.ts";

const queues = { EVENT_QUEUES: "jobs=EVENT_QUEUE_JOBS, 999999999999:theirs=EVENT_QUEUE_THEIRS" };
const client = sdk(through(queues));
const catalog = () => ({ env, seams: systemSeams, nowMs: Date.now() });

let accountId = "";
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${accountId}:${name}`;
const topic = (more: object = {}) => ({
  TopicArn: arn("sns", "hook"),
  Events: ["s3:ObjectCreated:*" as Event],
  ...more,
});
const filter = (prefix?: string, suffix?: string) => ({
  Filter: {
    Key: {
      FilterRules: [
        ...(prefix === undefined ? [] : [{ Name: "prefix" as const, Value: prefix }]),
        ...(suffix === undefined ? [] : [{ Name: "suffix" as const, Value: suffix }]),
      ],
    },
  },
});

const put = (Bucket: string, NotificationConfiguration: NotificationConfiguration, more = {}) =>
  client.send(
    new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration, ...more }),
  );

async function get(Bucket: string): Promise<NotificationConfiguration> {
  const { $metadata: _, ...found } = await client.send(
    new GetBucketNotificationConfigurationCommand({ Bucket }),
  );
  return found;
}

/** What waits in the bucket's outbox. */
async function outboxOf(bucket: string) {
  const { bucketId = "" } = (await findBucket(catalog(), bucket)) ?? {};
  const namespace = env.BUCKET_INDEX as unknown as DurableObjectNamespace<BucketIndex>;
  return runInDurableObject(namespace.get(namespace.idFromName(bucketId)), (_, state) =>
    state.storage.sql.exec("SELECT target, key, body FROM outbox ORDER BY seq").toArray(),
  );
}

beforeAll(async () => {
  accountId = (await operatorAccount(catalog())).accountId;
  const wish = { accountId, name: "hook", url: "https://example.com/", isEventBus: false };
  expect(await createWebhook(catalog(), wish)).toMatchObject({ kind: "created" });
});

describe("PutBucketNotificationConfiguration", () => {
  it("keeps every kind of configuration, and makes ids for those without", async () => {
    const bucket = await makeBucket("notify");
    await put(bucket, {
      TopicConfigurations: [topic({ Id: "t", ...filter("a/", ".jpg") })],
      QueueConfigurations: [
        { QueueArn: arn("sqs", "jobs"), Events: ["s3:ObjectRemoved:*", "s3:ObjectTagging:Put"] },
      ],
      LambdaFunctionConfigurations: [
        { LambdaFunctionArn: arn("lambda", "function:hook"), Events: ["s3:ObjectRestore:Post"] },
      ],
      EventBridgeConfiguration: {},
    });
    const found = await get(bucket);
    expect(found.TopicConfigurations).toEqual([
      {
        Id: "t",
        TopicArn: arn("sns", "hook"),
        Events: ["s3:ObjectCreated:*"],
        Filter: {
          Key: {
            FilterRules: [
              { Name: "Prefix", Value: "a/" },
              { Name: "Suffix", Value: ".jpg" },
            ],
          },
        },
      },
    ]);
    expect(found.QueueConfigurations?.[0]?.Id).toMatch(/^[0-9a-f-]{36}$/);
    expect(found.LambdaFunctionConfigurations).toHaveLength(1);
    expect(found.EventBridgeConfiguration).toEqual({});
    await put(bucket, {});
    expect(await get(bucket)).toEqual({});
  });

  it("tests topics and queues with an event, unless validation is skipped", async () => {
    const bucket = await makeBucket("notify-test");
    await put(bucket, { TopicConfigurations: [topic()] }, { SkipDestinationValidation: true });
    expect(await outboxOf(bucket)).toEqual([]);
    await put(bucket, {
      TopicConfigurations: [topic()],
      QueueConfigurations: [{ QueueArn: arn("sqs", "jobs"), Events: ["s3:ObjectRemoved:*"] }],
      EventBridgeConfiguration: {},
    });
    const waiting = await outboxOf(bucket);
    expect(waiting.map(({ target }) => target).sort()).toEqual([
      `notification ${arn("sns", "hook")}`,
      `notification ${arn("sqs", "jobs")}`,
    ]);
    expect(String(waiting[0]?.["body"])).toContain('"event":"TestEvent"');
  });

  it("has what is put watched at once, by the epoch of the settings", async () => {
    const bucket = await makeBucket("notify-now");
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: "before", Body: "x" }));
    const more = { SkipDestinationValidation: true };
    await put(bucket, { TopicConfigurations: [topic(filter("in/"))] }, more);
    for (const Key of ["in/a", "out/a"]) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "x" }));
    }
    expect((await outboxOf(bucket)).map(({ key }) => key)).toEqual(["in/a"]);
  });

  const refused: [string, () => NotificationConfiguration, RegExp][] = [
    [
      "an event that is none",
      () => ({ TopicConfigurations: [topic({ Events: ["s3:ObjectGone:*"] })] }),
      /^A specified event is not supported for notifications/,
    ],
    [
      "two prefixes in one filter",
      () => ({
        TopicConfigurations: [
          topic({
            Filter: {
              Key: {
                FilterRules: [
                  { Name: "Prefix", Value: "a" },
                  { Name: "prefix", Value: "b" },
                ],
              },
            },
          }),
        ],
      }),
      /more than one prefix rule/,
    ],
    [
      "a filter by something else",
      () => ({
        TopicConfigurations: [
          topic({ Filter: { Key: { FilterRules: [{ Name: "size" as "prefix", Value: "1" }] } } }),
        ],
      }),
      /must be either prefix or suffix/,
    ],
    [
      "a value that is too long",
      () => ({ TopicConfigurations: [topic(filter("a".repeat(1025)))] }),
      /cannot exceed 1024 bytes/,
    ],
    [
      "an id given twice",
      () => ({
        TopicConfigurations: [
          topic({ Id: "one" }),
          topic({ Id: "one", Events: ["s3:ObjectRemoved:*"] }),
        ],
      }),
      /IDs must be unique/,
    ],
    [
      "a common event without filters",
      () => ({ TopicConfigurations: [topic(), topic({ Events: ["s3:ObjectCreated:Put"] })] }),
      /^Configurations overlap\. Configurations on the same bucket cannot share a common event type/,
    ],
    [
      "overlapping filters, over two kinds",
      () => ({
        TopicConfigurations: [topic(filter("a/", ".jpg"))],
        QueueConfigurations: [
          { ...topic(filter("a/b/", "g")), QueueArn: arn("sqs", "jobs") } as never,
        ],
      }),
      /^Configuration is ambiguously defined\. Cannot have overlapping suffixes/,
    ],
    [
      "an ARN of another service",
      () => ({ TopicConfigurations: [topic({ TopicArn: arn("sqs", "jobs") })] }),
      /not well formed/,
    ],
    [
      "another region",
      () => ({
        TopicConfigurations: [topic({ TopicArn: `arn:aws:sns:eu-west-1:${accountId}:hook` })],
      }),
      /region is not valid/,
    ],
    [
      "a topic that is not there",
      () => ({ TopicConfigurations: [topic({ TopicArn: arn("sns", "absent") })] }),
      /^Unable to validate the following destination configurations/,
    ],
    [
      "another account's queue",
      () => ({
        QueueConfigurations: [
          {
            QueueArn: "arn:aws:sqs:us-east-1:999999999999:theirs",
            Events: ["s3:ObjectCreated:*"],
          },
        ],
      }),
      /^Unable to validate/,
    ],
    [
      "another account's webhook",
      () => ({
        TopicConfigurations: [topic({ TopicArn: "arn:aws:sns:us-east-1:999999999999:hook" })],
      }),
      /^Unable to validate/,
    ],
  ];
  it("refuses what S3 refuses, and changes nothing", async () => {
    const bucket = await makeBucket("notify-bad");
    await put(bucket, { TopicConfigurations: [topic({ Id: "kept" })] });
    const before = await get(bucket);
    for (const [what, configuration, message] of refused) {
      const error = await refusal(put(bucket, configuration()), "InvalidArgument", 400);
      expect(error.message, what).toMatch(message);
    }
    expect(await get(bucket)).toEqual(before);
  });

  it("takes what only looks like overlap", async () => {
    const bucket = await makeBucket("notify-apart");
    await put(bucket, {
      TopicConfigurations: [
        topic(filter("a/", ".jpg")),
        topic(filter("a/", ".png")),
        topic(filter("b/", ".jpg")),
        topic({ Events: ["s3:ObjectRemoved:*"] }),
      ],
    });
    expect((await get(bucket)).TopicConfigurations).toHaveLength(4);
  });

  it("skips the look at destinations when asked, but not at their form", async () => {
    const bucket = await makeBucket("notify-skip");
    const skip = { SkipDestinationValidation: true };
    const absent = topic({ TopicArn: arn("sns", "later") });
    await put(bucket, { TopicConfigurations: [absent] }, skip);
    const bad = put(bucket, { TopicConfigurations: [topic({ TopicArn: "later" })] }, skip);
    await refusal(bad, "InvalidArgument", 400);
  });

  it("refuses documents that are none, and strangers", async () => {
    const bucket = await makeBucket("notify-xml");
    const path = `/${bucket}?notification`;
    const head = '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';
    for (const body of [
      `${head}<TopicConfiguration><Topic>x</Topic></TopicConfiguration></NotificationConfiguration>`,
      `${head}<TopicConfiguration><Event>s3:ObjectCreated:*</Event></TopicConfiguration></NotificationConfiguration>`,
      "<Notification",
    ]) {
      const answer = await call("PUT", path, { body });
      expect([answer.status, answer.first("Code")]).toEqual([400, "MalformedXML"]);
    }
    const { keys } = await makeAccount();
    expect(
      (await call("PUT", path, { body: `${head}</NotificationConfiguration>`, keys })).status,
    ).toBe(403);
    expect((await call("GET", path, { keys })).status).toBe(403);
  });
});
