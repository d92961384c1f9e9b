// Event notifications of a bucket: checked when they are put, tested by an event to every topic and
// queue. What they mean for a change is `bucket/emission.ts`; how they are told, `jobs/outbox.ts`.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
//
// Differs from AWS:
// - Queues are the deployment's own (EVENT_QUEUES); topics and functions are webhooks of the bucket
//   owner's account, whose ARNs `cairn webhook create` tells. Destinations of other accounts are
//   refused.
// - A topic's message is S3's own, without the envelope of SNS.
// - Events for EventBridge go to the queue `eventbridge` or the account's webhook that is the bus.

import { emissionOf } from "../../bucket/emission.ts";
import type { Emission } from "../../bucket/types.ts";
import { operatorAccount } from "../../catalog/accounts.ts";
import { findWebhook } from "../../catalog/webhooks.ts";
import { isKnownQueue } from "../../outbound/queues.ts";
import { S3Error } from "../../s3/errors.ts";
import { parseDestination } from "../../s3/event-destinations.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import type { BucketContext } from "../context.ts";
import { originOf } from "../emission.ts";
import type { Handler } from "../handlers.ts";
import { refuse } from "../outcomes.ts";
import {
  checkConfigurations,
  type Listed,
  listedOf,
  renderListed,
} from "./notification-document.ts";
import { dropSetting, freshBucket, loadSetting, saveSetting } from "./settings.ts";

type Document = OperationOutput<"GetBucketNotificationConfiguration">;

export const getBucketNotificationConfiguration: Handler<
  "GetBucketNotificationConfiguration"
> = async (context) => (await loadSetting<Document>(context, "notification")) ?? {};

export const putBucketNotificationConfiguration: Handler<
  "PutBucketNotificationConfiguration"
> = async (context, input) => {
  const given = input.NotificationConfiguration ?? {};
  const listed = listedOf(given, context.seams.randomBytes);
  checkConfigurations(listed);
  const isChecked = input.SkipDestinationValidation !== true;
  await checkDestinations(context, listed, isChecked);
  const bridge = given.EventBridgeConfiguration;
  if (listed.length === 0 && bridge === undefined) {
    await dropSetting(context, "notification");
    return {};
  }
  await saveSetting(context, "notification", {
    ...renderListed(listed),
    ...(bridge !== undefined && { EventBridgeConfiguration: {} }),
  });
  if (isChecked) await announce(context);
  return {};
};

/** Every topic and queue is sent a test event, as on S3; functions and EventBridge are not. */
async function announce(context: BucketContext): Promise<void> {
  const bucket = await freshBucket(context);
  const { emit } = emissionOf(bucket, () => originOf(context));
  const watchers = (emit?.watchers ?? []).filter(
    ({ kind, target }) => kind === "notification" && /^arn:[^:]+:(?:sqs|sns):/.test(target),
  );
  if (emit === undefined || watchers.length === 0) return;
  const test: Emission = { ...emit, watchers };
  const facts = { epoch: bucket.epoch, nowMs: context.nowMs, emit: test };
  const outcome = await context.index.announce(facts);
  if (outcome.kind === "announced") return;
  // Settings that moved on meanwhile have had their own test.
  if (outcome.kind !== "stale") refuse(outcome, { bucket: bucket.name });
}

/** Throws InvalidArgument for ARNs that are none, of another region, or of nothing that is there. */
async function checkDestinations(
  context: BucketContext,
  listed: readonly Listed[],
  isChecked: boolean,
): Promise<void> {
  const missing: [name: string, value: string][] = [];
  for (const { kind, arn } of listed) {
    const destination = parseDestination(arn);
    if (destination?.service !== kind) {
      throw new S3Error("InvalidArgument", "The ARN is not well formed", {
        detail: { ArgumentName: elementOf[kind], ArgumentValue: arn },
      });
    }
    if (destination.region !== context.bucket.region) {
      throw new S3Error(
        "InvalidArgument",
        "The notification destination service region is not valid for the bucket location constraint",
        { detail: { ArgumentName: elementOf[kind], ArgumentValue: arn } },
      );
    }
    if (!isChecked || (await isThere(context, destination))) continue;
    missing.push([`${arn}, null`, `The destination ${nounOf[kind]} does not exist`]);
  }
  if (missing.length === 0) return;
  const detail = missing.flatMap(([name, value], at): [string, string][] => [
    [`ArgumentName${at + 1}`, name],
    [`ArgumentValue${at + 1}`, value],
  ]);
  const message = "Unable to validate the following destination configurations";
  throw new S3Error("InvalidArgument", message, { detail: Object.fromEntries(detail) });
}

const elementOf = { sqs: "Queue", sns: "Topic", lambda: "CloudFunction" } as const;
const nounOf = { sqs: "queue", sns: "topic", lambda: "Lambda function" } as const;

async function isThere(
  context: BucketContext,
  { service, accountId, name }: NonNullable<ReturnType<typeof parseDestination>>,
): Promise<boolean> {
  if (accountId !== context.bucket.accountId) return false;
  if (service !== "sqs") return (await findWebhook(context, accountId, name)) !== undefined;
  const { accountId: operatorId } = await operatorAccount(context);
  return isKnownQueue(context.env, { accountId, name }, operatorId);
}
