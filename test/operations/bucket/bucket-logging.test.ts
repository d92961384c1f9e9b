// PutBucketLogging: what a target must be, and that a refusal changes nothing.
import { describe, expect, it } from "vitest";
import { call, makeAccount, makeBucket } from "./fixtures.ts";

const status = (inner: string) =>
  `<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</BucketLoggingStatus>`;
const enabled = (bucket: string, more = "") =>
  status(
    `<LoggingEnabled><TargetBucket>${bucket}</TargetBucket><TargetPrefix>logs/</TargetPrefix>${more}</LoggingEnabled>`,
  );
const put = (bucket: string, body: string) => call("PUT", `/${bucket}?logging`, { body });

async function letLogsIn(bucket: string, condition: object = {}) {
  const Statement = [
    {
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${bucket}/logs/*`,
      ...condition,
    },
  ];
  const body = JSON.stringify({ Version: "2012-10-17", Statement });
  const answer = await call("PUT", `/${bucket}?policy`, { body });
  if (answer.status !== 204) throw new Error(answer.text);
}

describe("PutBucketLogging", () => {
  it("keeps the target and gives it back; an empty status switches it off", async () => {
    const [bucket, target] = [await makeBucket("logged"), await makeBucket("target")];
    const before = await call("GET", `/${bucket}?logging`);
    expect(before.first("LoggingEnabled")).toBeUndefined();
    await letLogsIn(target);
    const format =
      "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>";
    expect((await put(bucket, enabled(target, format))).status).toBe(200);
    const told = await call("GET", `/${bucket}?logging`);
    expect(told.first("TargetBucket")).toBe(target);
    expect(told.first("PartitionDateSource")).toBe("EventTime");
    expect((await put(bucket, status(""))).status).toBe(200);
    const after = await call("GET", `/${bucket}?logging`);
    expect(after.first("LoggingEnabled")).toBeUndefined();
  });

  it("refuses targets that are not there, not ours, or do not let the service write", async () => {
    const [bucket, target] = [await makeBucket("logged"), await makeBucket("target")];
    const stranger = await makeAccount();
    const foreign = `foreign-${crypto.randomUUID().slice(0, 8)}`;
    await call("PUT", `/${foreign}`, { keys: stranger.keys });
    const refused = async (name: string, words: string) => {
      const answer = await put(bucket, enabled(name));
      expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidTargetBucketForLogging"]);
      expect(answer.text).toContain(words);
      expect(answer.first("TargetBucket")).toBe(name);
    };
    await refused("no-such-bucket-at-all", "does not exist");
    await refused(foreign, "must be the same");
    await refused(target, "provide the necessary permissions");
    const other = { ArnLike: { "aws:SourceArn": "arn:aws:s3:::somebody-else" } };
    await letLogsIn(target, { Condition: other });
    await refused(target, "provide the necessary permissions");
    const own = { ArnLike: { "aws:SourceArn": `arn:aws:s3:::${bucket}` } };
    await letLogsIn(target, { Condition: own });
    expect((await put(bucket, enabled(target))).status).toBe(200);
  });

  it("takes a target whose ACL lets the log-delivery group write, and grants where ACLs count", async () => {
    const bucket = await makeBucket("logged");
    const target = `acl-target-${crypto.randomUUID().slice(0, 8)}`;
    const headers = { "x-amz-object-ownership": "ObjectWriter" };
    expect((await call("PUT", `/${target}`, { headers })).status).toBe(200);
    expect((await put(bucket, enabled(target))).first("Code")).toBe(
      "InvalidTargetBucketForLogging",
    );
    const canned = { headers: { "x-amz-acl": "log-delivery-write" } };
    expect((await call("PUT", `/${target}?acl`, canned)).status).toBe(200);
    const grants =
      '<TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group"><URI>http://acs.amazonaws.com/groups/global/AuthenticatedUsers</URI></Grantee><Permission>READ</Permission></Grant></TargetGrants>';
    expect((await put(bucket, enabled(target, grants))).status).toBe(200);
    expect((await call("GET", `/${bucket}?logging`)).first("Permission")).toBe("READ");
  });

  it("refuses documents that are none, and grants where there are no ACLs", async () => {
    const [bucket, target] = [await makeBucket("logged"), await makeBucket("target")];
    await letLogsIn(target);
    const code = async (body: string) => (await put(bucket, body)).first("Code");
    const noPrefix = status(
      `<LoggingEnabled><TargetBucket>${target}</TargetBucket></LoggingEnabled>`,
    );
    expect(await code(noPrefix)).toBe("MalformedXML");
    const both =
      "<TargetObjectKeyFormat><SimplePrefix/><PartitionedPrefix><PartitionDateSource>EventTime</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>";
    expect(await code(enabled(target, both))).toBe("MalformedXML");
    const wrong =
      "<TargetObjectKeyFormat><PartitionedPrefix><PartitionDateSource>Never</PartitionDateSource></PartitionedPrefix></TargetObjectKeyFormat>";
    expect(await code(enabled(target, wrong))).toBe("MalformedXML");
    const grants =
      '<TargetGrants><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>1</ID></Grantee><Permission>READ</Permission></Grant></TargetGrants>';
    expect(await code(enabled(target, grants))).toBe("AccessControlListNotSupported");
    const told = await call("GET", `/${bucket}?logging`);
    expect(told.first("LoggingEnabled")).toBeUndefined();
  });
});
