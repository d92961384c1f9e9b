// The document of bucket notifications as a list: what S3 demands of each configuration, and of two of
// them together. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html

import { Event } from "@aws-sdk/client-s3";
import { S3Error } from "../../s3/errors.ts";
import type { EventService } from "../../s3/event-destinations.ts";
import type { OperationInput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import { utf8Length } from "../../s3/target.ts";

type Document = NonNullable<
  OperationInput<"PutBucketNotificationConfiguration">["NotificationConfiguration"]
>;

/** One configuration, whatever its kind. */
export interface Listed {
  readonly kind: EventService;
  readonly id: string;
  readonly arn: string;
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

const maximumConfigurations = 100;
const maximumIdLength = 255;
const maximumValueBytes = 1024;
const knownEvents: ReadonlySet<string> = new Set(Object.values(Event));

interface Given {
  readonly Id?: string | undefined;
  readonly Events?: readonly string[] | undefined;
  readonly Filter?: NonNullable<Document["QueueConfigurations"]>[number]["Filter"];
}

/** All configurations, those without an id given one. Throws MalformedXML, InvalidArgument. */
export function listedOf(
  document: Document,
  randomBytes: (length: number) => Uint8Array,
): readonly Listed[] {
  const { TopicConfigurations = [], QueueConfigurations = [] } = document;
  const { LambdaFunctionConfigurations = [] } = document;
  const list = (kind: EventService, arn: string | undefined, given: Given): Listed => {
    const { Id: id = newId(randomBytes), Events: events = [] } = given;
    if (arn === undefined || events.length === 0) throw new S3Error("MalformedXML");
    return { kind, id, arn, events, ...filterOf(given) };
  };
  return [
    ...TopicConfigurations.map((given) => list("sns", given.TopicArn, given)),
    ...QueueConfigurations.map((given) => list("sqs", given.QueueArn, given)),
    ...LambdaFunctionConfigurations.map((given) => list("lambda", given.LambdaFunctionArn, given)),
  ];
}

/** Names are `prefix` and `suffix` in any case, each at most once. */
function filterOf({ Filter }: Given): { prefix?: string; suffix?: string } {
  const filter: { prefix?: string; suffix?: string } = {};
  for (const { Name: name = "", Value: value = "" } of Filter?.Key?.FilterRules ?? []) {
    const which = name.toLowerCase();
    if (which !== "prefix" && which !== "suffix") {
      const message = "filter rule name must be either prefix or suffix";
      throw invalidArgument(message, "FilterRule.Name", name);
    }
    if (filter[which] !== undefined) {
      const message = `Cannot specify more than one ${which} rule in a filter.`;
      throw invalidArgument(message, "FilterRule.Name", name);
    }
    if (utf8Length(value) > maximumValueBytes) {
      const message = "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation";
      throw invalidArgument(message, "FilterRule.Value", value);
    }
    filter[which] = value;
  }
  return filter;
}

/** Throws InvalidArgument for events that are none, ids given twice, and configurations that overlap. */
export function checkConfigurations(listed: readonly Listed[]): void {
  if (listed.length > maximumConfigurations) throw new S3Error("TooManyConfigurations");
  const ids = new Set<string>();
  for (const { id, events } of listed) {
    if (id.length > maximumIdLength) {
      throw invalidArgument("The ID is longer than 255 characters", "Id", id);
    }
    if (ids.has(id)) {
      throw invalidArgument(
        "Same ID used for multiple configurations. IDs must be unique",
        "Id",
        id,
      );
    }
    ids.add(id);
    const unknown = events.find((event) => !knownEvents.has(event));
    if (unknown === undefined) continue;
    const message = "A specified event is not supported for notifications";
    throw invalidArgument(message, "Event", unknown);
  }
  for (const [at, one] of listed.entries()) {
    for (const other of listed.slice(at + 1)) checkPair(one, other);
  }
}

function checkPair(one: Listed, other: Listed): void {
  const isSameEvent = one.events.some((a) => other.events.some((b) => covers(a, b)));
  if (!isSameEvent) return;
  const isPrefixShared = overlaps(one.prefix, other.prefix, (a, b) => a.startsWith(b));
  const isSuffixShared = overlaps(one.suffix, other.suffix, (a, b) => a.endsWith(b));
  if (!isPrefixShared || !isSuffixShared) return;
  const hasFilter = [one, other].some(
    ({ prefix, suffix }) => prefix !== undefined || suffix !== undefined,
  );
  throw new S3Error(
    "InvalidArgument",
    hasFilter
      ? "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type."
      : "Configurations overlap. Configurations on the same bucket cannot share a common event type.",
  );
}

/** `s3:ObjectCreated:*` is every event of its group. */
function covers(one: string, other: string): boolean {
  const groupOf = (event: string) => event.replace(/\*$/, "");
  if (one.endsWith("*")) return other.startsWith(groupOf(one));
  return other.endsWith("*") ? one.startsWith(groupOf(other)) : one === other;
}

function overlaps(
  one = "",
  other = "",
  holds: (longer: string, shorter: string) => boolean = () => false,
): boolean {
  return holds(one, other) || holds(other, one);
}

/** The document as it is kept and given back. */
export function renderListed(listed: readonly Listed[]): Document {
  const of = (wanted: EventService) => listed.filter(({ kind }) => kind === wanted);
  const rest = ({ id, events, prefix, suffix }: Listed) => {
    const rules = [
      ...(prefix === undefined ? [] : [{ Name: "Prefix" as const, Value: prefix }]),
      ...(suffix === undefined ? [] : [{ Name: "Suffix" as const, Value: suffix }]),
    ];
    const filter = rules.length > 0 && { Filter: { Key: { FilterRules: rules } } };
    return { Id: id, Events: [...events], ...filter };
  };
  const topics = of("sns").map((each) => ({ TopicArn: each.arn, ...rest(each) }));
  const queues = of("sqs").map((each) => ({ QueueArn: each.arn, ...rest(each) }));
  const functions = of("lambda").map((each) => ({ LambdaFunctionArn: each.arn, ...rest(each) }));
  return {
    ...(topics.length > 0 && { TopicConfigurations: topics }),
    ...(queues.length > 0 && { QueueConfigurations: queues }),
    ...(functions.length > 0 && { LambdaFunctionConfigurations: functions }),
  } as unknown as Document;
}

/** In the shape of a UUID. */
function newId(randomBytes: (length: number) => Uint8Array): string {
  const hex = Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
