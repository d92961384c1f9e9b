// The properties of a bucket: versioning, tags, encryption, lock, logs, website, who pays, acceleration.

import {
  type AccelerateConfiguration,
  type BucketLoggingStatus,
  DeleteBucketTaggingCommand,
  DeleteBucketWebsiteCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketEncryptionCommand,
  GetBucketLoggingCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectLockConfigurationCommand,
  type ObjectLockConfiguration,
  PutBucketAccelerateConfigurationCommand,
  PutBucketEncryptionCommand,
  PutBucketLoggingCommand,
  PutBucketRequestPaymentCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutBucketWebsiteCommand,
  PutObjectLockConfigurationCommand,
  type RequestPaymentConfiguration,
  type ServerSideEncryptionConfiguration,
  type Tagging,
  type VersioningConfiguration,
  type WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import { send } from "../../clients/s3.ts";
import { Badge } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { orAbsent } from "./absent.ts";
import {
  AccelerationForm,
  EncryptionForm,
  LockForm,
  LoggingForm,
  PaymentForm,
  TagsForm,
  VersioningForm,
  WebsiteForm,
} from "./property-forms.tsx";
import type { AnySetting, Setting } from "./types.ts";
import { WebsiteStatus } from "./website-status.tsx";

const versioning: Setting<VersioningConfiguration> = {
  id: "versioning",
  title: text("versioning"),
  lead: text("versioningLead"),
  empty: { Status: "Enabled" },
  load: async (Bucket) => {
    const { Status } = await send(new GetBucketVersioningCommand({ Bucket }));
    return Status === undefined ? undefined : { Status };
  },
  deeds: (Bucket, VersioningConfiguration) => [
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }),
  ],
  summary: ({ Status }) =>
    Status === "Enabled" ? <Badge tone="good">{text("enabled")}</Badge> : text("suspended"),
  Form: VersioningForm,
};

const tags: Setting<Tagging> = {
  id: "tags",
  title: text("tags"),
  lead: text("tagsLead"),
  empty: { TagSet: [{ Key: "", Value: "" }] },
  load: async (Bucket) => {
    const answer = await orAbsent(send(new GetBucketTaggingCommand({ Bucket })));
    return answer && { TagSet: answer.TagSet };
  },
  deeds: (Bucket, Tagging) => [new PutBucketTaggingCommand({ Bucket, Tagging })],
  removal: (Bucket) => [new DeleteBucketTaggingCommand({ Bucket })],
  summary: ({ TagSet = [] }) => (
    <ul className="setting-list">
      {TagSet.map(({ Key = "", Value = "" }) => (
        <li key={Key}>
          <SafeText>{`${Key} = ${Value}`}</SafeText>
        </li>
      ))}
    </ul>
  ),
  Form: TagsForm,
};

const encryptionNames: Readonly<Record<string, string>> = {
  AES256: text("sseS3"),
  "aws:kms": text("sseKms"),
  "aws:kms:dsse": text("dsseKms"),
};

const encryption: Setting<ServerSideEncryptionConfiguration> = {
  id: "encryption",
  title: text("encryption"),
  lead: text("encryptionLead"),
  empty: {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
  },
  load: async (Bucket) =>
    (await orAbsent(send(new GetBucketEncryptionCommand({ Bucket }))))
      ?.ServerSideEncryptionConfiguration,
  deeds: (Bucket, ServerSideEncryptionConfiguration) => [
    new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }),
  ],
  summary: ({ Rules = [] }) => {
    const { SSEAlgorithm = "", KMSMasterKeyID = "" } =
      Rules[0]?.ApplyServerSideEncryptionByDefault ?? {};
    return (
      <>
        {encryptionNames[SSEAlgorithm] ?? SSEAlgorithm} <SafeText>{KMSMasterKeyID}</SafeText>
      </>
    );
  },
  Form: EncryptionForm,
};

const lock: Setting<ObjectLockConfiguration> = {
  id: "lock",
  title: text("lock"),
  lead: text("lockLead"),
  empty: { ObjectLockEnabled: "Enabled" },
  load: async (Bucket) =>
    (await orAbsent(send(new GetObjectLockConfigurationCommand({ Bucket }))))
      ?.ObjectLockConfiguration,
  deeds: (Bucket, ObjectLockConfiguration) => [
    new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }),
  ],
  summary: ({ Rule }) => {
    const { Mode, Days, Years } = Rule?.DefaultRetention ?? {};
    if (Mode === undefined) return text("lockNone");
    return `${text(Mode === "COMPLIANCE" ? "compliance" : "governance")}, ${text("daysCount", {
      count: Days ?? (Years ?? 0) * 365,
    })}`;
  },
  Form: LockForm,
};

const logging: Setting<BucketLoggingStatus> = {
  id: "logging",
  title: text("logging"),
  lead: text("loggingLead"),
  empty: { LoggingEnabled: { TargetBucket: "", TargetPrefix: "logs/" } },
  load: async (Bucket) => {
    const { LoggingEnabled } = await send(new GetBucketLoggingCommand({ Bucket }));
    return LoggingEnabled && { LoggingEnabled };
  },
  deeds: (Bucket, BucketLoggingStatus) => [
    new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus }),
  ],
  removal: (Bucket) => [new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} })],
  summary: ({ LoggingEnabled }) => (
    <SafeText>
      {text("loggingTo", {
        bucket: LoggingEnabled?.TargetBucket ?? "",
        prefix: LoggingEnabled?.TargetPrefix ?? "",
      })}
    </SafeText>
  ),
  Form: LoggingForm,
};

const website: Setting<WebsiteConfiguration> = {
  id: "website",
  title: text("website"),
  lead: text("websiteLead"),
  empty: { IndexDocument: { Suffix: "index.html" } },
  load: async (Bucket) => {
    const answer = await orAbsent(send(new GetBucketWebsiteCommand({ Bucket })));
    if (answer === undefined) return undefined;
    const { $metadata: _, ...document } = answer;
    return document;
  },
  deeds: (Bucket, WebsiteConfiguration) => [
    new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }),
  ],
  removal: (Bucket) => [new DeleteBucketWebsiteCommand({ Bucket })],
  summary: ({ IndexDocument, RedirectAllRequestsTo }) => (
    <SafeText>
      {RedirectAllRequestsTo?.HostName ??
        text("websiteIndex", { index: IndexDocument?.Suffix ?? "" })}
    </SafeText>
  ),
  Status: WebsiteStatus,
  Form: WebsiteForm,
};

const payment: Setting<RequestPaymentConfiguration> = {
  id: "payment",
  title: text("payment"),
  lead: text("paymentLead"),
  empty: { Payer: "BucketOwner" },
  load: async (Bucket) => {
    const { Payer } = await send(new GetBucketRequestPaymentCommand({ Bucket }));
    return { Payer: Payer ?? "BucketOwner" };
  },
  deeds: (Bucket, RequestPaymentConfiguration) => [
    new PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration }),
  ],
  summary: ({ Payer }) => text(Payer === "Requester" ? "requesterPays" : "ownerPays"),
  Form: PaymentForm,
};

const acceleration: Setting<AccelerateConfiguration> = {
  id: "acceleration",
  title: text("acceleration"),
  lead: text("accelerationLead"),
  empty: { Status: "Enabled" },
  load: async (Bucket) => {
    const { Status } = await send(new GetBucketAccelerateConfigurationCommand({ Bucket }));
    return Status && { Status };
  },
  deeds: (Bucket, configuration) => [
    new PutBucketAccelerateConfigurationCommand({ Bucket, AccelerateConfiguration: configuration }),
  ],
  summary: ({ Status }) => text(Status === "Enabled" ? "enabled" : "suspended"),
  Form: AccelerationForm,
};

export const properties: readonly AnySetting[] = [
  versioning,
  tags,
  encryption,
  lock,
  logging,
  website,
  payment,
  acceleration,
];
