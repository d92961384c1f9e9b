// Whether a replication configuration is allowed, as far as the document itself tells. The order of
// refusals is AWS's where it is known; the words are AWS's where they could be found.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html

import { storageClasses } from "../../s3/content.ts";
import { S3Error } from "../../s3/errors.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import {
  type DestinationDocument,
  parseReplicationTarget,
  type ReplicationDocument,
  type RuleDocument,
} from "../../s3/replication-rules.ts";
import { checkTags } from "../../s3/tagging.ts";
import { utf8Length } from "../../s3/target.ts";

/** A document that passed: what the schema asks for is there. */
export interface CheckedReplication {
  readonly Role: string;
  readonly Rules: readonly (RuleDocument & {
    readonly ID: string;
    readonly Destination: DestinationDocument & { readonly Bucket: string };
  })[];
}

const maximumRules = 1000;
const maximumIdCharacters = 255;
const maximumPrefixBytes = 1024;
/** What S3 Replication Time Control promises, and the only value it takes. */
const replicationMinutes = 15;

/**
 * The document, with ids for rules that brought none. Throws MalformedXML, InvalidRequest,
 * InvalidArgument and InvalidTag. Whether destinations and role exist is not looked at.
 */
export function checkReplication(
  given: ReplicationDocument | undefined,
  newId: () => string,
): CheckedReplication {
  const { Role: role, Rules: rules } = given ?? {};
  if (role === undefined || rules === undefined || rules.length === 0) throw malformed();
  if (rules.length > maximumRules) throw malformed();
  const checked = rules.map((rule) => checkRule(rule, newId));
  checkTogether(checked);
  return { Role: role, Rules: checked };
}

function checkRule(rule: RuleDocument, newId: () => string): CheckedReplication["Rules"][number] {
  checkWords(rule.Status, true);
  if (rule.ID !== undefined && rule.ID.length > maximumIdCharacters) {
    const message = `ID length should not exceed allowed limit of ${maximumIdCharacters}`;
    throw invalidArgument(message, "ID", rule.ID);
  }
  checkFilter(rule);
  const criteria = rule.SourceSelectionCriteria;
  checkWords(criteria?.SseKmsEncryptedObjects?.Status, criteria?.SseKmsEncryptedObjects);
  checkWords(criteria?.ReplicaModifications?.Status, criteria?.ReplicaModifications);
  checkWords(rule.ExistingObjectReplication?.Status, rule.ExistingObjectReplication);
  checkWords(rule.DeleteMarkerReplication?.Status, rule.DeleteMarkerReplication);
  const { Destination: destination } = rule;
  if (destination?.Bucket === undefined) throw malformed();
  checkDestination(destination, criteria?.SseKmsEncryptedObjects?.Status === "Enabled");
  return {
    ...rule,
    ID: rule.ID === undefined || rule.ID === "" ? newId() : rule.ID,
    Destination: { ...destination, Bucket: destination.Bucket },
  };
}

function checkFilter(rule: RuleDocument): void {
  const { Filter: filter, Prefix: prefix } = rule;
  if ((filter === undefined) === (prefix === undefined)) throw malformed();
  if (filter === undefined) {
    checkFirstVersion(rule);
    checkPrefix(prefix);
    return;
  }
  const { And: and, Prefix: own, Tag: tag } = filter;
  if ([and, own, tag].filter((part) => part !== undefined).length > 1) throw malformed();
  const tags = and === undefined ? (tag === undefined ? [] : [tag]) : (and.Tags ?? []);
  if (and !== undefined && tags.length + (and.Prefix === undefined ? 0 : 1) < 2) throw malformed();
  checkPrefix(and?.Prefix ?? own);
  const pairs = tags.map(({ Key, Value }) => {
    if (Key === undefined || Value === undefined) throw malformed();
    return [Key, Value] as const;
  });
  checkTags(pairs, "object");
  requireMember(rule.Priority, "Priority");
  requireMember(rule.DeleteMarkerReplication, "DeleteMarkerReplication");
  if (pairs.length > 0 && rule.DeleteMarkerReplication?.Status === "Enabled") {
    throw invalidRequest(
      "Delete marker replication is not supported if any Tag filter is specified. Please refer to S3 Developer Guide for more information.",
    );
  }
  if (rule.Priority !== undefined && (rule.Priority < 0 || rule.Priority > 2_147_483_647)) {
    throw malformed();
  }
}

/** What only the second version of the document may say. */
function checkFirstVersion(rule: RuleDocument): void {
  const { DeleteMarkerReplication: markers, ExistingObjectReplication: existing } = rule;
  const { ReplicationTime: time, Metrics: metrics } = rule.Destination ?? {};
  const changes = rule.SourceSelectionCriteria?.ReplicaModifications;
  const members = [rule.Priority, markers, existing, time, metrics, changes];
  if (members.every((member) => member === undefined)) return;
  throw invalidRequest(
    "Filter must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.",
  );
}

function requireMember(member: unknown, name: string): void {
  if (member !== undefined) return;
  throw invalidRequest(
    `${name} must be specified for this version of Cross Region Replication configuration schema. Please refer to S3 Developer Guide for more information.`,
  );
}

function checkPrefix(prefix: string | undefined): void {
  if (prefix === undefined || utf8Length(prefix) <= maximumPrefixBytes) return;
  throw invalidRequest(`The maximum size of a prefix is ${maximumPrefixBytes}.`);
}

function checkDestination(destination: DestinationDocument, takesKms: boolean): void {
  const { Account: account, Bucket: bucket = "", StorageClass: storageClass } = destination;
  if (parseReplicationTarget(bucket) === undefined) {
    throw invalidArgument("Invalid bucket ARN", "Bucket", bucket);
  }
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw invalidArgument("Invalid account ID", "Account", account);
  }
  const isKnown = (storageClasses as readonly string[]).includes(storageClass ?? "STANDARD");
  if (!isKnown) throw malformed();
  const { AccessControlTranslation: translation, EncryptionConfiguration: encryption } =
    destination;
  if (translation !== undefined) {
    if (translation.Owner !== "Destination") throw malformed();
    if (account === undefined) {
      throw invalidRequest("Account must be specified when AccessControlTranslation is specified.");
    }
  }
  const keyId = encryption?.ReplicaKmsKeyID;
  if (takesKms && (keyId === undefined || keyId === "")) {
    throw invalidRequest(
      "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.",
    );
  }
  if (!takesKms && encryption !== undefined) {
    throw invalidRequest(
      "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.",
    );
  }
  checkTiming(destination);
}

/** Replication time control: fifteen minutes, and never without metrics. */
function checkTiming({ ReplicationTime: time, Metrics: metrics }: DestinationDocument): void {
  checkWords(time?.Status, time);
  checkWords(metrics?.Status, metrics);
  const minutes = [time?.Time?.Minutes, metrics?.EventThreshold?.Minutes];
  if (time !== undefined && time.Time?.Minutes === undefined) throw malformed();
  if (minutes.some((value) => value !== undefined && value !== replicationMinutes)) {
    throw invalidRequest(`Minutes must be ${replicationMinutes}.`);
  }
  if (time?.Status === "Enabled" && metrics?.Status !== "Enabled") {
    throw invalidRequest("Metrics must be enabled when ReplicationTime is enabled.");
  }
}

/** What several rules must not be together. */
function checkTogether(rules: CheckedReplication["Rules"]): void {
  const ids = new Set(rules.map(({ ID: id }) => id));
  if (ids.size < rules.length) {
    throw new S3Error(
      "InvalidArgument",
      "Rule Id must be unique. Found same Id for one or more rules.",
    );
  }
  const first = rules.filter(({ Filter: filter }) => filter === undefined);
  if (first.length === 0) {
    const priorities = new Set(rules.map(({ Priority: priority }) => priority));
    if (priorities.size === rules.length) return;
    throw invalidRequest("Found duplicate priorities. Priority must be unique for every rule.");
  }
  if (first.length < rules.length) {
    throw invalidRequest("Filter must be specified for all rules, or for none.");
  }
  const targets = new Set(rules.map(({ Destination: { Bucket: bucket } }) => bucket));
  if (targets.size > 1) {
    throw invalidRequest("The destination bucket must be the same for all rules.");
  }
  const prefixes = rules.map(({ Prefix: prefix = "" }) => prefix).sort();
  for (const [at, prefix] of prefixes.entries()) {
    const next = prefixes[at + 1];
    if (next === undefined || !next.startsWith(prefix)) continue;
    throw invalidRequest(`Found overlapping prefixes '${prefix}' and '${next}'`);
  }
}

/** `Enabled` or `Disabled`, in an element that is there. */
function checkWords(status: string | undefined, element: unknown): void {
  if (element === undefined) return;
  if (status !== "Enabled" && status !== "Disabled") throw malformed();
}

function malformed(): S3Error {
  return new S3Error("MalformedXML");
}

function invalidRequest(message: string): S3Error {
  return new S3Error("InvalidRequest", message);
}
