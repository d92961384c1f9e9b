// Replication rules, read once and matched: which destinations a version, a delete marker or a change
// goes to. Both versions of the document come out as the same rules. Pure; whether a document is
// allowed is judged where it is stored.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html

/** The document as the SDK shapes it, as far as it matters here. */
export interface ReplicationDocument {
  readonly Role?: string | undefined;
  readonly Rules?: readonly RuleDocument[] | undefined;
}

interface Status {
  readonly Status?: string | undefined;
}

interface TagDocument {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export interface RuleDocument extends Status {
  readonly ID?: string | undefined;
  readonly Priority?: number | undefined;
  readonly Prefix?: string | undefined;
  readonly Filter?:
    | {
        readonly Prefix?: string | undefined;
        readonly Tag?: TagDocument | undefined;
        readonly And?:
          | {
              readonly Prefix?: string | undefined;
              readonly Tags?: readonly TagDocument[] | undefined;
            }
          | undefined;
      }
    | undefined;
  readonly SourceSelectionCriteria?:
    | {
        readonly SseKmsEncryptedObjects?: Status | undefined;
        readonly ReplicaModifications?: Status | undefined;
      }
    | undefined;
  readonly ExistingObjectReplication?: Status | undefined;
  readonly DeleteMarkerReplication?: Status | undefined;
  readonly Destination?: DestinationDocument | undefined;
}

export interface DestinationDocument {
  readonly Bucket?: string | undefined;
  readonly Account?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly AccessControlTranslation?: { readonly Owner?: string | undefined } | undefined;
  readonly EncryptionConfiguration?: { readonly ReplicaKmsKeyID?: string | undefined } | undefined;
  readonly ReplicationTime?:
    | (Status & { readonly Time?: { readonly Minutes?: number | undefined } | undefined })
    | undefined;
  readonly Metrics?:
    | (Status & { readonly EventThreshold?: { readonly Minutes?: number | undefined } | undefined })
    | undefined;
}

/** An enabled rule, as the index is told of it: plain data, small. */
export interface ReplicationRule {
  readonly id: string;
  /** Of two rules for one destination the greater wins. */
  readonly priority: number;
  readonly prefix: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
  /** The ARN in `Destination.Bucket`: names the destination. */
  readonly target: string;
  readonly takesMarkers: boolean;
  /** SSE-KMS and DSSE-KMS objects too. */
  readonly takesKms: boolean;
  /** Changes made to replicas go back. */
  readonly takesReplicaChanges: boolean;
}

/** What a rule may be asked about. */
export interface ReplicationSubject {
  readonly key: string;
  readonly kind: "version" | "marker";
  /** The version is a replica itself: only changes to it may be replicated, never it. */
  readonly isReplica?: boolean;
  readonly tags?: readonly (readonly [key: string, value: string])[] | undefined;
  /** The detail's encryption algorithm; absent for SSE-S3. */
  readonly algorithm?: string | undefined;
}

/** The enabled rules of a document that is allowed. */
export function compileReplication({ Rules = [] }: ReplicationDocument): ReplicationRule[] {
  return Rules.filter((rule) => rule.Status === "Enabled").map(compileRule);
}

function compileRule(rule: RuleDocument): ReplicationRule {
  const { Filter: filter, SourceSelectionCriteria: criteria } = rule;
  const tags = filter?.And?.Tags ?? (filter?.Tag === undefined ? [] : [filter.Tag]);
  return {
    id: rule.ID ?? "",
    priority: rule.Priority ?? 0,
    prefix: filter?.And?.Prefix ?? filter?.Prefix ?? rule.Prefix ?? "",
    tags: tags.map(({ Key = "", Value = "" }) => [Key, Value]),
    target: rule.Destination?.Bucket ?? "",
    // The first version of the document cannot say it, and always means yes.
    takesMarkers: filter === undefined || rule.DeleteMarkerReplication?.Status === "Enabled",
    takesKms: criteria?.SseKmsEncryptedObjects?.Status === "Enabled",
    takesReplicaChanges: criteria?.ReplicaModifications?.Status === "Enabled",
  };
}

/**
 * The rules that apply, at most one for each destination: of those whose filter fits the one with
 * the greatest priority decides, and may decide that nothing is replicated.
 */
export function matchReplication(
  rules: readonly ReplicationRule[],
  subject: ReplicationSubject,
): readonly ReplicationRule[] {
  const deciding = new Map<string, ReplicationRule>();
  for (const rule of rules) {
    if (!fits(rule, subject)) continue;
    const other = deciding.get(rule.target);
    if (other === undefined || rule.priority > other.priority) deciding.set(rule.target, rule);
  }
  return [...deciding.values()].filter((rule) => takes(rule, subject));
}

function fits({ prefix, tags }: ReplicationRule, subject: ReplicationSubject): boolean {
  if (!subject.key.startsWith(prefix)) return false;
  return tags.every(([key, value]) =>
    (subject.tags ?? []).some(([name, text]) => name === key && text === value),
  );
}

function takes(rule: ReplicationRule, { kind, isReplica, algorithm }: ReplicationSubject): boolean {
  if (isReplica === true && !rule.takesReplicaChanges) return false;
  if (kind === "marker") return rule.takesMarkers;
  const isKms = algorithm === "aws:kms" || algorithm === "aws:kms:dsse";
  return !isKms || rule.takesKms;
}

const remoteArn = /^arn:cairn:replication:::([a-z0-9][a-z0-9-]{0,62})$/;
const bucketArn = /^arn:aws:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/;

/** What a destination's ARN names: a bucket of this deployment, or a registered remote. */
export type ReplicationTarget =
  | { readonly kind: "bucket"; readonly bucket: string }
  | { readonly kind: "remote"; readonly remote: string };

/** `undefined` for text that names no destination. */
export function parseReplicationTarget(arn: string): ReplicationTarget | undefined {
  const [, bucket] = bucketArn.exec(arn) ?? [];
  if (bucket !== undefined) return { kind: "bucket", bucket };
  const [, remote] = remoteArn.exec(arn) ?? [];
  return remote === undefined ? undefined : { kind: "remote", remote };
}
