import { beforeAll, describe, expect, it } from "vitest";
import { call, makeAccount, makeBucket, putObjects } from "./fixtures.ts";

let bucket = "";

beforeAll(async () => {
  bucket = await makeBucket("stored");
});

const put = (query: string, body: string) => call("PUT", `/${bucket}?${query}`, { body });
const get = (query: string) => call("GET", `/${bucket}?${query}`);

/** Operation, sub-resource, a document that is accepted, documents that are not. */
const documents: [operation: string, query: string, good: string, bad: string[]][] = [
  [
    "PutBucketVersioning",
    "versioning",
    "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
    [
      "<VersioningConfiguration><Status>enabled</Status></VersioningConfiguration>",
      "<VersioningConfiguration><Status/></VersioningConfiguration>",
      "<Versioning><Status>Enabled</Status></Versioning>",
    ],
  ],
  [
    "PutBucketTagging",
    "tagging",
    "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
    ["<Tagging/>", "<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>"],
  ],
  [
    "PutBucketRequestPayment",
    "requestPayment",
    "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
    [
      "<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>",
      "<RequestPaymentConfiguration/>",
    ],
  ],
  [
    "PutBucketAccelerateConfiguration",
    "accelerate",
    "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>",
    [
      "<AccelerateConfiguration><Status>enabled</Status></AccelerateConfiguration>",
      "<AccelerateConfiguration/>",
    ],
  ],
  [
    "PutBucketOwnershipControls",
    "ownershipControls",
    "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
    [
      "<OwnershipControls/>",
      "<OwnershipControls><Rule/></OwnershipControls>",
      "<OwnershipControls><Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule></OwnershipControls>",
      "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>",
    ],
  ],
  [
    "PutPublicAccessBlock",
    "publicAccessBlock",
    "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>",
    [
      "<PublicAccessBlock/>",
      "<PublicAccessBlockConfiguration><Unknown/></PublicAccessBlockConfiguration>",
    ],
  ],
];

describe.each(documents)("%s", (_operation, query, good, bad) => {
  it("stores a good document, which the next call shows", async () => {
    expect((await put(query, good)).status).toBeLessThan(205);
    const answer = await get(query);
    expect(answer.status).toBe(200);
    const value = />([A-Za-z]+)<\/(?:Status|Key|Payer|ObjectOwnership|BlockPublicAcls)>/.exec(good);
    expect(answer.text).toContain(value?.[0]);
  });

  it.each(bad)("refuses %s with MalformedXML (B086)", async (document) => {
    const answer = await put(query, document);
    expect([answer.status, answer.first("Code")]).toEqual([400, "MalformedXML"]);
  });

  it("refuses what is no XML with MalformedXML (B086)", async () => {
    const answer = await put(query, "{}");
    expect([answer.status, answer.first("Code")]).toEqual([400, "MalformedXML"]);
  });

  it("refuses an empty body with MissingRequestBodyError (B087)", async () => {
    const answer = await put(query, "");
    expect([answer.status, answer.first("Code")]).toEqual([400, "MissingRequestBodyError"]);
  });

  it("refuses strangers with AccessDenied", async () => {
    const { keys } = await makeAccount();
    const answer = await call("PUT", `/${bucket}?${query}`, { body: good, keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });

  it("answers NoSuchBucket when there is no bucket", async () => {
    const answer = await call("PUT", `/not-there-at-all?${query}`, { body: good });
    expect([answer.status, answer.first("Code")]).toEqual([404, "NoSuchBucket"]);
  });
});

const versioning = (content: string) =>
  `<VersioningConfiguration>${content}</VersioningConfiguration>`;

describe("PutBucketVersioning", () => {
  it("is seen by the very next write", async () => {
    const name = await makeBucket();
    const before = await call("PUT", `/${name}/key`, { body: "1" });
    expect(before.headers.get("x-amz-version-id")).toBeNull();
    await call("PUT", `/${name}?versioning`, { body: versioning("<Status>Enabled</Status>") });
    const enabled = await call("PUT", `/${name}/key`, { body: "2" });
    expect(enabled.headers.get("x-amz-version-id")).toMatch(/^.{32}$/);
    await call("PUT", `/${name}?versioning`, { body: versioning("<Status>Suspended</Status>") });
    const suspended = await call("PUT", `/${name}/key`, { body: "3" });
    expect(suspended.headers.get("x-amz-version-id") ?? "null").toBe("null");
    const versions = await call("GET", `/${name}?versions`);
    expect(versions.all("VersionId")).toEqual(["null", enabled.headers.get("x-amz-version-id")]);
  });

  it("refuses a document without a status with IllegalVersioningConfigurationException", async () => {
    const answer = await put("versioning", versioning(""));
    expect([answer.status, answer.first("Code")]).toEqual([
      400,
      "IllegalVersioningConfigurationException",
    ]);
  });

  it("refuses MFA delete with NotImplemented (SEC-102)", async () => {
    const name = await makeBucket();
    const body = versioning("<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>");
    const answer = await call("PUT", `/${name}?versioning`, { body });
    expect([answer.status, answer.first("Code")]).toEqual([501, "NotImplemented"]);
    expect((await call("GET", `/${name}?versioning`)).text).not.toContain("Status");
  });
});

const tags = (pairs: (readonly [string, string])[]) =>
  `<Tagging><TagSet>${pairs
    .map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`)
    .join("")}</TagSet></Tagging>`;

describe("PutBucketTagging", () => {
  it("keeps order and empty values, and replaces the whole set", async () => {
    expect(
      (
        await put(
          "tagging",
          tags([
            ["b", "2"],
            ["a", ""],
          ]),
        )
      ).status,
    ).toBe(204);
    expect((await get("tagging")).all("Key")).toEqual(["b", "a"]);
    await put("tagging", tags([["c", "3"]]));
    expect((await get("tagging")).all("Key")).toEqual(["c"]);
  });

  it("takes an empty set for none", async () => {
    expect((await put("tagging", "<Tagging><TagSet/></Tagging>")).status).toBe(204);
    expect((await get("tagging")).first("Code")).toBe("NoSuchTagSet");
  });

  it.each([
    ["51 tags (B111)", Array.from({ length: 51 }, (_, n) => [`k${n}`, ""] as const), "BadRequest"],
    [
      "a key twice (B109)",
      [
        ["a", "1"],
        ["a", "2"],
      ] as const,
      "InvalidTag",
    ],
    ["a system key (B109)", [["aws:x", "1"]] as const, "InvalidTag"],
    ["an empty key", [["", "1"]] as const, "InvalidTag"],
    ["a key of 129 characters", [["k".repeat(129), "1"]] as const, "InvalidTag"],
    ["a value of 257 characters", [["k", "v".repeat(257)]] as const, "InvalidTag"],
    ["a key with a comma", [["Key1,Key2", "1"]] as const, "InvalidTag"],
  ])("refuses %s", async (_what, pairs, code) => {
    const answer = await put("tagging", tags([...pairs]));
    expect([answer.status, answer.first("Code")]).toEqual([400, code]);
  });
});

describe("DeleteBucketTagging", () => {
  it("removes the set, and again", async () => {
    await put("tagging", tags([["a", "1"]]));
    expect((await call("DELETE", `/${bucket}?tagging`)).status).toBe(204);
    expect((await get("tagging")).first("Code")).toBe("NoSuchTagSet");
    expect((await call("DELETE", `/${bucket}?tagging`)).status).toBe(204);
  });
});

describe("PutBucketAccelerateConfiguration", () => {
  it("refuses buckets with dots in their names with InvalidRequest", async () => {
    await call("PUT", "/dotted.name");
    const body = "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>";
    const answer = await call("PUT", "/dotted.name?accelerate", { body });
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidRequest"]);
  });
});

describe("DeleteBucketOwnershipControls", () => {
  it("leaves none to be found, again and again", async () => {
    expect((await call("DELETE", `/${bucket}?ownershipControls`)).status).toBe(204);
    expect((await call("DELETE", `/${bucket}?ownershipControls`)).status).toBe(204);
    expect((await get("ownershipControls")).first("Code")).toBe("OwnershipControlsNotFoundError");
  });
});

describe("PutPublicAccessBlock", () => {
  it("takes a switch that is left out for off", async () => {
    await put(
      "publicAccessBlock",
      "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>",
    );
    const answer = await get("publicAccessBlock");
    expect(answer.first("IgnorePublicAcls")).toBe("true");
    expect(answer.first("BlockPublicPolicy")).toBe("false");
  });
});

describe("DeletePublicAccessBlock", () => {
  it("leaves none to be found, again and again", async () => {
    expect((await call("DELETE", `/${bucket}?publicAccessBlock`)).status).toBe(204);
    expect((await call("DELETE", `/${bucket}?publicAccessBlock`)).status).toBe(204);
    const answer = await get("publicAccessBlock");
    expect([answer.status, answer.first("Code")]).toEqual([
      404,
      "NoSuchPublicAccessBlockConfiguration",
    ]);
  });
});

describe("a setting that changes", () => {
  it("disturbs no object", async () => {
    await putObjects(bucket, ["kept"], "content");
    await put(
      "accelerate",
      "<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>",
    );
    expect((await call("GET", `/${bucket}/kept`)).text).toBe("content");
  });
});
