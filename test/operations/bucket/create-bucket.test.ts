import { describe, expect, it } from "vitest";
import { allow, makeUser } from "../../iam/fixtures.ts";
import { call, callAnonymously, makeAccount, makeBucket } from "./fixtures.ts";

const configuration = (content: string) =>
  `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</CreateBucketConfiguration>`;

const location = (constraint: string) =>
  configuration(`<LocationConstraint>${constraint}</LocationConstraint>`);

describe("CreateBucket", () => {
  it("makes a bucket and says where it is", async () => {
    const answer = await call("PUT", "/created-here");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("location")).toBe("/created-here");
    expect(answer.headers.get("x-amz-bucket-arn")).toBe("arn:aws:s3:::created-here");
    expect((await call("HEAD", "/created-here")).status).toBe(200);
  });

  it("refuses anonymous callers with AccessDenied", async () => {
    const answer = await callAnonymously("PUT", "/nobodys-bucket");
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
    expect((await call("HEAD", "/nobodys-bucket")).status).toBe(404);
  });

  it.each(["ab", "a".repeat(64), "A_B", "1.2.3.4", "a..b", "-abc", "abc-", "xn--abc", "abc--x-s3"])(
    "refuses the name %s with InvalidBucketName (B035)",
    async (name) => {
      const answer = await call("PUT", `/${name}`);
      expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidBucketName"]);
    },
  );

  it("refuses a bucket of one's own with BucketAlreadyOwnedByYou (B038)", async () => {
    const name = await makeBucket();
    const answer = await call("PUT", `/${name}`);
    expect([answer.status, answer.first("Code")]).toEqual([409, "BucketAlreadyOwnedByYou"]);
    expect(answer.first("BucketName")).toBe(name);
  });

  it("refuses another account's name with BucketAlreadyExists (B037)", async () => {
    const name = await makeBucket();
    const { keys } = await makeAccount();
    const answer = await call("PUT", `/${name}`, { keys });
    expect([answer.status, answer.first("Code")]).toEqual([409, "BucketAlreadyExists"]);
  });

  it.each([
    ["moon-1", "InvalidLocationConstraint"],
    ["us-east-1", "InvalidLocationConstraint"],
    ["eu-west-1", "IllegalLocationConstraintException"],
    ["EU", "IllegalLocationConstraintException"],
  ])("refuses the location constraint %s with %s (B039)", async (constraint, code) => {
    const answer = await call("PUT", "/elsewhere", { body: location(constraint) });
    expect([answer.status, answer.first("Code")]).toEqual([400, code]);
    expect((await call("HEAD", "/elsewhere")).status).toBe(404);
  });

  it("takes an empty location constraint for us-east-1", async () => {
    expect((await call("PUT", "/empty-location", { body: location("") })).status).toBe(200);
  });

  it.each(["<LocationConstraint>", "nonsense", "<Other/>", configuration("<Unknown/>")])(
    "refuses the body %s with MalformedXML (B086)",
    async (body) => {
      const answer = await call("PUT", "/malformed", { body });
      expect([answer.status, answer.first("Code")]).toEqual([400, "MalformedXML"]);
    },
  );

  it("keeps the tags of the body", async () => {
    const body = configuration("<Tags><Tag><Key>team</Key><Value>core</Value></Tag></Tags>");
    expect((await call("PUT", "/tagged-at-birth", { body })).status).toBe(200);
    const tags = await call("GET", "/tagged-at-birth?tagging");
    expect([tags.first("Key"), tags.first("Value")]).toEqual(["team", "core"]);
  });

  it("asks for s3:TagResource where the body has tags", async () => {
    const { keys: root } = await makeAccount();
    const body = configuration("<Tags><Tag><Key>team</Key><Value>core</Value></Tag></Tags>");
    const maker = await makeUser(root, "maker", allow("s3:CreateBucket"));
    const tagger = await makeUser(root, "tagger", allow(["s3:CreateBucket", "s3:TagResource"]));
    expect((await call("PUT", "/tags-unasked", { keys: maker, body })).status).toBe(403);
    expect((await call("HEAD", "/tags-unasked")).status).toBe(404);
    expect((await call("PUT", "/tags-unasked", { keys: tagger, body })).status).toBe(200);
    expect((await call("PUT", "/tags-absent", { keys: maker })).status).toBe(200);
  });

  it.each([
    ["x-amz-acl", "public-read", 400, "InvalidBucketAclWithObjectOwnership"],
    ["x-amz-acl", "nonsense", 400, "InvalidArgument"],
    ["x-amz-grant-read", 'id="abc"', 400, "InvalidBucketAclWithObjectOwnership"],
    ["x-amz-object-ownership", "RandomValue", 400, "InvalidArgument"],
    ["x-amz-bucket-namespace", "elsewhere", 400, "InvalidArgument"],
    ["x-amz-bucket-namespace", "account-regional", 400, "InvalidNamespaceHeader"],
  ])("refuses %s: %s with %i %s", async (name, value, status, code) => {
    const answer = await call("PUT", "/refused-headers", { headers: { [name]: value } });
    expect([answer.status, answer.first("Code")]).toEqual([status, code]);
  });

  it("refuses a canned ACL beside grants with InvalidRequest (B121)", async () => {
    const headers = { "x-amz-acl": "private", "x-amz-grant-read": 'id="abc"' };
    const answer = await call("PUT", "/two-acls", { headers });
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidRequest"]);
  });

  it("takes the headers that say what is so anyway", async () => {
    const headers = {
      "x-amz-acl": "private",
      "x-amz-object-ownership": "BucketOwnerEnforced",
      "x-amz-bucket-object-lock-enabled": "false",
      "x-amz-bucket-namespace": "global",
    };
    expect((await call("PUT", "/harmless-headers", { headers })).status).toBe(200);
  });

  it("enables Object Lock and with it versioning (SEC-095)", async () => {
    const headers = { "x-amz-bucket-object-lock-enabled": "true" };
    expect((await call("PUT", "/locked-at-birth", { headers })).status).toBe(200);
    const lock = await call("GET", "/locked-at-birth?object-lock");
    expect([lock.first("ObjectLockEnabled"), lock.all("Rule")]).toEqual(["Enabled", []]);
    expect((await call("GET", "/locked-at-birth?versioning")).first("Status")).toBe("Enabled");
  });

  it("keeps account-regional names and their header together", async () => {
    const { keys, accountId } = await makeAccount();
    const name = `mine-${accountId}-us-east-1-an`;
    const missing = await call("PUT", `/${name}`, { keys });
    expect([missing.status, missing.first("Code")]).toEqual([400, "MissingNamespaceHeader"]);
    const headers = { "x-amz-bucket-namespace": "account-regional" };
    expect((await call("PUT", `/${name}`, { headers })).first("Code")).toBe(
      "InvalidNamespaceHeader",
    );
    expect((await call("PUT", `/${name}`, { headers, keys })).status).toBe(200);
  });
});
