import { beforeAll, describe, expect, it } from "vitest";
import { call, makeAccount, makeBucket } from "./fixtures.ts";

let bucket = "";

beforeAll(async () => {
  bucket = await makeBucket("settings");
});

/** Sub-resource and the code that AWS answers when nothing is configured. */
const notConfigured: [operation: string, query: string, code: string][] = [
  ["GetBucketCors", "cors", "NoSuchCORSConfiguration"],
  ["GetBucketLifecycleConfiguration", "lifecycle", "NoSuchLifecycleConfiguration"],
  ["GetBucketPolicy", "policy", "NoSuchBucketPolicy"],
  ["GetBucketPolicyStatus", "policyStatus", "NoSuchBucketPolicy"],
  ["GetBucketTagging", "tagging", "NoSuchTagSet"],
  ["GetBucketWebsite", "website", "NoSuchWebsiteConfiguration"],
  ["GetBucketReplication", "replication", "ReplicationConfigurationNotFoundError"],
  ["GetObjectLockConfiguration", "object-lock", "ObjectLockConfigurationNotFoundError"],
  ["GetBucketMetadataConfiguration", "metadataConfiguration", "MetadataConfigurationNotFound"],
  ["GetBucketMetadataTableConfiguration", "metadataTable", "MetadataTableConfigurationNotFound"],
  ["GetBucketAnalyticsConfiguration", "analytics&id=x", "NoSuchConfiguration"],
  ["GetBucketInventoryConfiguration", "inventory&id=x", "NoSuchConfiguration"],
  ["GetBucketMetricsConfiguration", "metrics&id=x", "NoSuchConfiguration"],
  ["GetBucketIntelligentTieringConfiguration", "intelligent-tiering&id=x", "NoSuchConfiguration"],
];

/** Sub-resource, root element, and what the default document contains. */
const defaults: [operation: string, query: string, root: string, content: RegExp][] = [
  ["GetBucketAcl", "acl", "AccessControlPolicy", /<Permission>FULL_CONTROL<\/Permission>/],
  ["GetBucketVersioning", "versioning", "VersioningConfiguration", /<\/?[A-Z]/],
  ["GetBucketLogging", "logging", "BucketLoggingStatus", /<\/?[A-Z]/],
  ["GetBucketNotificationConfiguration", "notification", "NotificationConfiguration", /<\/?[A-Z]/],
  ["GetBucketAccelerateConfiguration", "accelerate", "AccelerateConfiguration", /<\/?[A-Z]/],
  ["GetBucketRequestPayment", "requestPayment", "RequestPaymentConfiguration", /BucketOwner/],
  ["GetBucketOwnershipControls", "ownershipControls", "OwnershipControls", /BucketOwnerEnforced/],
  ["GetBucketAbac", "abac", "AbacStatus", /<Status>Disabled<\/Status>/],
  [
    "GetPublicAccessBlock",
    "publicAccessBlock",
    "PublicAccessBlockConfiguration",
    /<RestrictPublicBuckets>true/,
  ],
  [
    "GetBucketEncryption",
    "encryption",
    "ServerSideEncryptionConfiguration",
    /<BucketKeyEnabled>false</,
  ],
  [
    "ListBucketAnalyticsConfigurations",
    "analytics",
    "ListBucketAnalyticsConfigurationResult",
    /<IsTruncated>false/,
  ],
  [
    "ListBucketInventoryConfigurations",
    "inventory",
    "ListInventoryConfigurationsResult",
    /<IsTruncated>false/,
  ],
  [
    "ListBucketMetricsConfigurations",
    "metrics",
    "ListMetricsConfigurationsResult",
    /<IsTruncated>false/,
  ],
  [
    "ListBucketIntelligentTieringConfigurations",
    "intelligent-tiering",
    "ListBucketIntelligentTieringConfigurationsOutput",
    /<IsTruncated>false/,
  ],
];

describe.each(notConfigured)("%s", (_operation, query, code) => {
  it(`answers ${code} when nothing is configured`, async () => {
    const answer = await call("GET", `/${bucket}?${query}`);
    expect([answer.status, answer.first("Code")]).toEqual([404, code]);
    expect(answer.first("BucketName")).toBe(bucket);
  });

  it("refuses strangers with AccessDenied", async () => {
    const { keys } = await makeAccount();
    const answer = await call("GET", `/${bucket}?${query}`, { keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });

  it("answers NoSuchBucket when there is no bucket", async () => {
    const answer = await call("GET", `/not-there-at-all?${query}`);
    expect([answer.status, answer.first("Code")]).toEqual([404, "NoSuchBucket"]);
  });
});

describe.each(defaults)("%s", (_operation, query, root, content) => {
  it("answers AWS's default document", async () => {
    const answer = await call("GET", `/${bucket}?${query}`);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`);
    expect(answer.text).toMatch(content);
  });

  it("refuses strangers with AccessDenied", async () => {
    const { keys } = await makeAccount();
    const answer = await call("GET", `/${bucket}?${query}`, { keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });

  it("answers NoSuchBucket when there is no bucket", async () => {
    const answer = await call("GET", `/not-there-at-all?${query}`);
    expect([answer.status, answer.first("Code")]).toEqual([404, "NoSuchBucket"]);
  });
});

describe("GetBucketAcl", () => {
  it("names the owner as grantee, with the type as an attribute", async () => {
    const answer = await call("GET", `/${bucket}?acl`);
    expect(answer.text).toContain('xsi:type="CanonicalUser"');
    expect(new Set(answer.all("ID")).size).toBe(1);
  });
});

describe("PutBucketAcl", () => {
  it("is refused, since ownership is enforced (B119)", async () => {
    const headers = { "x-amz-acl": "public-read" };
    const answer = await call("PUT", `/${bucket}?acl`, { headers });
    expect([answer.status, answer.first("Code")]).toEqual([400, "AccessControlListNotSupported"]);
  });
});

describe("GetBucketEncryption", () => {
  it("is SSE-S3 and blocks SSE-C", async () => {
    const answer = await call("GET", `/${bucket}?encryption`);
    expect(answer.first("EncryptionType")).toBe("SSE-C");
    expect(answer.first("SSEAlgorithm")).toBe("AES256");
  });
});

describe("settings that are not built", () => {
  it.each(["abac"])("refuses to put %s with NotImplemented", async (query) => {
    const answer = await call("PUT", `/${bucket}?${query}`, { body: "<X/>" });
    expect([answer.status, answer.first("Code")]).toEqual([501, "NotImplemented"]);
  });
});
