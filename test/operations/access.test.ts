// Who may do what, by the wire: users and strangers under policies of their own and of buckets. Each
// attack of docs' threat list that concerns policies, by its id.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { secondLookMs } from "../../src/auth/second-look.ts";
import { openBucket } from "../../src/bucket/client.ts";
import { deleteSetting, loadBucket, setSetting } from "../../src/catalog/buckets.ts";
import { systemSeams } from "../../src/env.ts";
import { makeUser, type SessionKeys } from "../iam/fixtures.ts";
import {
  type Answer,
  call,
  callAnonymously,
  contentMd5,
  type Keys,
  makeAccount,
  makeBucket,
  rootKeys,
} from "./bucket/fixtures.ts";

type Json = Readonly<Record<string, unknown>>;

let stranger: { keys: Keys; accountId: string };
let users = 0;

beforeAll(async () => {
  stranger = await makeAccount();
});

/** A user of the operator's account with these statements. */
function userWith(...statements: Json[]): Promise<SessionKeys> {
  users += 1;
  const document = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  return makeUser(rootKeys, `user-${users}-${crypto.randomUUID().slice(0, 8)}`, document);
}

function allow(Action: string | string[], Resource: string | string[], more: Json = {}): Json {
  return { Effect: "Allow", Action, Resource, ...more };
}

function deny(Action: string | string[], Resource: string | string[], more: Json = {}): Json {
  return { Effect: "Deny", Action, Resource, ...more };
}

const arn = (bucket: string, key?: string) =>
  `arn:aws:s3:::${bucket}${key === undefined ? "" : `/${key}`}`;

async function openToAll(bucket: string): Promise<void> {
  expect((await call("DELETE", `/${bucket}?publicAccessBlock`)).status).toBe(204);
}

async function setPolicy(bucket: string, ...statements: Json[]): Promise<void> {
  const Statement = statements.map((statement) => ({ Principal: "*", ...statement }));
  const body = JSON.stringify({ Version: "2012-10-17", Statement });
  const answer = await call("PUT", `/${bucket}?policy`, { body });
  expect(answer.status, answer.text).toBe(204);
}

async function put(path: string, headers: Record<string, string> = {}, body = "secret") {
  const answer = await call("PUT", path, { body, headers });
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

const outcome = (answer: Answer) => [answer.status, answer.first("Code")];
const forbidden = [403, "AccessDenied"];

describe("Copies", () => {
  let source: string;
  let target: string;
  beforeAll(async () => {
    [source, target] = [await makeBucket("source"), await makeBucket("target")];
    await put(`/${source}/open/a`, { "x-amz-tagging": "kind=x" });
    await put(`/${source}/open/plain`);
    await put(`/${source}/closed/a`);
  });

  const copy = (keys: Keys, from: string, to = `/${target}/copy`, headers: Json = {}) =>
    call("PUT", to, { keys, headers: { "x-amz-copy-source": from, ...(headers as object) } });

  async function partCopy(keys: Keys, from: string): Promise<Answer> {
    const started = await call("POST", `/${target}/parts?uploads`);
    const uploadId = started.first("UploadId") ?? "";
    const path = `/${target}/parts?partNumber=1&uploadId=${uploadId}`;
    return call("PUT", path, { keys, headers: { "x-amz-copy-source": from } });
  }

  it("SEC-053 need the source, the target, and the version, each by itself", async () => {
    const write = allow("s3:PutObject", arn(target, "*"));
    const read = allow("s3:GetObject", arn(source, "*"));
    const writer = await userWith(write);
    const reader = await userWith(read);
    const both = await userWith(write, read);
    for (const step of [copy, partCopy]) {
      expect(outcome(await step(writer, `${source}/open/plain`))).toEqual(forbidden);
      expect(outcome(await step(reader, `${source}/open/plain`))).toEqual(forbidden);
      expect((await step(both, `${source}/open/plain`)).status).toBe(200);
      expect(outcome(await step(both, `${source}/open/plain?versionId=null`))).toEqual(forbidden);
      expect(outcome(await step(stranger.keys, `${source}/open/plain`))).toEqual(forbidden);
    }
    expect((await call("GET", `/${target}/copy`)).text).toBe("secret");
  });

  it("SEC-053 inside one bucket need to read the source too", async () => {
    const writer = await userWith(allow("s3:PutObject", arn(source, "*")));
    expect(outcome(await copy(writer, `${source}/open/plain`, `/${source}/copy`))).toEqual(
      forbidden,
    );
    expect((await call("HEAD", `/${source}/copy`)).status).toBe(404);
  });

  it("SEC-053 take tags along only for who may read and set them", async () => {
    const basic = [
      allow("s3:PutObject", arn(target, "*")),
      allow("s3:GetObject", arn(source, "*")),
    ];
    const plain = await userWith(...basic);
    const tagger = await userWith(
      ...basic,
      allow("s3:GetObjectTagging", arn(source, "*")),
      allow("s3:PutObjectTagging", arn(target, "*")),
    );
    expect(outcome(await copy(plain, `${source}/open/a`))).toEqual(forbidden);
    const replaced = { "x-amz-tagging-directive": "REPLACE" };
    expect((await copy(plain, `${source}/open/a`, undefined, replaced)).status).toBe(200);
    expect((await copy(tagger, `${source}/open/a`)).status).toBe(200);
  });

  it("SEC-090 read no more than the prefix that may be read", async () => {
    const user = await userWith(
      allow("s3:PutObject", arn(target, "*")),
      allow("s3:GetObject", arn(source, "open/*")),
    );
    for (const from of ["closed/a", "open/../closed/a", "closed%2Fa", "%63losed/a"]) {
      expect((await copy(user, `${source}/${from}`)).status, from).toBe(403);
    }
    expect((await copy(user, `${source}/%6Fpen/plain`)).status).toBe(200);
  });

  it("SEC-054 obey a condition on where they come from, however it is written", async () => {
    await setPolicy(
      target,
      deny("s3:PutObject", arn(target, "*"), {
        Condition: {
          StringNotLike: { "s3:x-amz-copy-source": `${source}/open/*` },
          Null: { "s3:x-amz-copy-source": "false" },
        },
      }),
    );
    for (const from of [`${source}/closed/a`, `/${source}/closed/a`, `${source}%2Fclosed%2Fa`]) {
      expect(outcome(await copy(rootKeys, from))).toEqual(forbidden);
    }
    for (const from of [`${source}/open/a`, `/${source}/open/a`, `%2F${source}/%6Fpen/a`]) {
      expect((await copy(rootKeys, from)).status).toBe(200);
    }
  });

  it("SEC-060 do not tell what a source that may not be listed lacks", async () => {
    const writes = allow("s3:PutObject", arn(target, "*"));
    const reads = allow("s3:GetObject", arn(source, "*"));
    const blind = await userWith(writes, reads);
    const seeing = await userWith(writes, reads, allow("s3:ListBucket", arn(source)));
    await setPolicy(
      target,
      allow("s3:PutObject", arn(target, "*"), { Principal: { AWS: stranger.accountId } }),
    );
    expect(outcome(await copy(blind, `${source}/nothing`))).toEqual(forbidden);
    expect(outcome(await copy(seeing, `${source}/nothing`))).toEqual([404, "NoSuchKey"]);
  });
});

describe("Versions", () => {
  it("SEC-055 are not read, tagged or deleted by who may touch the current one alone", async () => {
    const bucket = await makeBucket("versions");
    const enable = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`;
    await call("PUT", `/${bucket}?versioning`, { body: enable });
    const old = (await put(`/${bucket}/a`)).headers.get("x-amz-version-id");
    await put(`/${bucket}/a`, {}, "new");
    const current = [
      "GetObject",
      "GetObjectTagging",
      "GetObjectAcl",
      "GetObjectAttributes",
      "DeleteObject",
    ];
    const user = await userWith(
      allow(
        current.map((name) => `s3:${name}`),
        arn(bucket, "*"),
      ),
      allow("s3:ListBucket", arn(bucket)),
    );
    const attributes = { "x-amz-object-attributes": "ETag" };
    for (const versionId of [old, "null"]) {
      const version = `versionId=${versionId}`;
      expect(outcome(await call("GET", `/${bucket}/a?${version}`, { keys: user }))).toEqual(
        forbidden,
      );
      expect((await call("HEAD", `/${bucket}/a?${version}`, { keys: user })).status).toBe(403);
      for (const part of ["tagging", "acl"]) {
        const answer = await call("GET", `/${bucket}/a?${part}&${version}`, { keys: user });
        expect(outcome(answer)).toEqual(forbidden);
      }
      const asked = { keys: user, headers: attributes };
      expect(outcome(await call("GET", `/${bucket}/a?attributes&${version}`, asked))).toEqual(
        forbidden,
      );
      expect(outcome(await call("DELETE", `/${bucket}/a?${version}`, { keys: user }))).toEqual(
        forbidden,
      );
    }
    expect((await call("GET", `/${bucket}/a`, { keys: user })).text).toBe("new");
    expect(
      (await call("GET", `/${bucket}/a?attributes`, { keys: user, headers: attributes })).status,
    ).toBe(200);
  });
});

describe("What is not there", () => {
  let bucket: string;
  beforeAll(async () => {
    bucket = await makeBucket("hidden");
    await put(`/${bucket}/denied`);
    await put(`/${bucket}/shown`);
  });

  const bare = (answer: Answer) => {
    // The sentence names the key that was asked for, and its sealed trace is another one each time.
    const text = answer.text
      .replace(/<(RequestId|HostId|EncodedMessage)>[^<]*/g, "<$1>")
      .replaceAll(/\/(?:denied|nothing)/g, "/KEY");
    const headers = [...answer.headers].filter(
      ([name]) => !/^(?:x-amz-(?:request-id|id-2)|date)$/.test(name),
    );
    return [answer.status, text, headers];
  };

  it("SEC-060 looks like what is denied, to who may not list", async () => {
    const reader = await userWith(allow("s3:GetObject", arn(bucket, "*")));
    const lister = await userWith(
      allow("s3:GetObject", arn(bucket, "*")),
      allow("s3:ListBucket", arn(bucket)),
    );
    expect(outcome(await call("GET", `/${bucket}/nothing`, { keys: reader }))).toEqual(forbidden);
    expect((await call("HEAD", `/${bucket}/nothing`, { keys: reader })).status).toBe(403);
    expect(outcome(await call("GET", `/${bucket}/nothing`, { keys: lister }))).toEqual([
      404,
      "NoSuchKey",
    ]);
    expect((await call("HEAD", `/${bucket}/nothing`, { keys: lister })).status).toBe(404);
    expect((await call("GET", `/${bucket}/shown`, { keys: reader })).status).toBe(200);
  });

  it("SEC-059 is told by no condition: denied and missing answer alike", async () => {
    const nothing = await userWith(allow("s3:ListAllMyBuckets", "*"));
    const conditions: Record<string, string>[] = [
      {},
      { "if-match": "*" },
      { "if-none-match": "*" },
      { "if-modified-since": "Sat, 01 Jan 2000 00:00:00 GMT" },
      { "if-unmodified-since": "Sat, 01 Jan 2000 00:00:00 GMT" },
      { range: "bytes=0-0" },
      { range: "bytes=999-" },
      { "x-amz-checksum-mode": "ENABLED" },
    ];
    for (const keys of [nothing, stranger.keys]) {
      for (const headers of conditions) {
        const [there, missing] = [
          await call("GET", `/${bucket}/denied`, { keys, headers }),
          await call("GET", `/${bucket}/nothing`, { keys, headers }),
        ];
        expect(bare(there)).toEqual(bare(missing));
        expect(there.status).toBe(403);
      }
    }
  });
});

describe("Governance", () => {
  it("SEC-061 is bypassed only with the header and the permission, and a denial counts", async () => {
    const bucket = await makeBucket("unlocked");
    const locked = `locked-${crypto.randomUUID().slice(0, 8)}`;
    const made = await call("PUT", `/${locked}`, {
      headers: { "x-amz-bucket-object-lock-enabled": "true" },
    });
    expect(made.status).toBe(200);
    const lock = {
      "x-amz-object-lock-mode": "GOVERNANCE",
      "x-amz-object-lock-retain-until-date": new Date(Date.now() + 86_400_000).toISOString(),
      ...(await contentMd5("secret")),
    };
    const basic = allow("s3:DeleteObjectVersion", arn(locked, "*"));
    const bypass = allow("s3:BypassGovernanceRetention", arn(locked, "*"));
    const [plain, able, denied] = [
      await userWith(basic),
      await userWith(basic, bypass),
      await userWith(basic, bypass, deny("s3:BypassGovernanceRetention", arn(locked, "*"))),
    ];
    const version = (await put(`/${locked}/a`, lock)).headers.get("x-amz-version-id");
    const remove = (keys: Keys, headers: Record<string, string> = {}) =>
      call("DELETE", `/${locked}/a?versionId=${version}`, { keys, headers });
    const header = { "x-amz-bypass-governance-retention": "true" };
    expect((await remove(denied, header)).status).toBe(403);
    expect((await remove(plain, header)).status).toBe(403);
    expect((await remove(able)).status).toBe(403);
    expect((await remove(able, header)).status).toBe(204);
    expect((await call("GET", `/${bucket}`)).status).toBe(200);
  });
});

describe("Conditions", () => {
  let bucket: string;
  beforeAll(async () => {
    bucket = await makeBucket("conditions");
    await openToAll(bucket);
    await put(`/${bucket}/a`);
  });

  const onlyIf = (Condition: Json) =>
    setPolicy(bucket, allow("s3:GetObject", arn(bucket, "*"), { Condition }));
  const get = async (headers: Record<string, string> = {}, keys: Keys = stranger.keys) =>
    (await call("GET", `/${bucket}/a`, { keys, headers })).status;

  it("SEC-073 cannot be met by headers named after keys", async () => {
    const forged = {
      "aws:userid": "root",
      userid: "root",
      "aws-userid": "root",
      "s3:authtype": "x",
    };
    const sendable = Object.fromEntries(
      Object.entries(forged).filter(([name]) => !name.includes(":")),
    );
    await onlyIf({ StringEquals: { "aws:userid": "root" } });
    expect(await get(sendable)).toBe(403);
    await onlyIf({ StringEquals: { "aws:PrincipalTag/userid": "root" } });
    expect(await get(sendable)).toBe(403);
    await onlyIf({ StringEquals: { "aws:PrincipalAccount": stranger.accountId } });
    expect(await get()).toBe(200);
  });

  it("SEC-081 take the address from the runtime and from no other header", async () => {
    await onlyIf({ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } });
    const address = "203.0.113.7";
    for (const name of [
      "x-forwarded-for",
      "x-real-ip",
      "forwarded",
      "true-client-ip",
      "client-ip",
    ]) {
      expect(await get({ [name]: address }), name).toBe(403);
    }
    // This header is the edge's own; on a laptop, where anybody may send it, it is not looked at.
    expect(await get({ "cf-connecting-ip": address })).toBe(200);
    expect(await get({ "cf-connecting-ip": "198.51.100.1" })).toBe(403);
  });

  it("SEC-082 take TLS and the time from the runtime", async () => {
    await onlyIf({ Bool: { "aws:SecureTransport": "true" } });
    const lies = { "x-forwarded-proto": "https", "cf-visitor": '{"scheme":"https"}' };
    expect(await get(lies)).toBe(403);
    await onlyIf({ DateLessThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } });
    expect(await get()).toBe(403);
    await onlyIf({ DateGreaterThan: { "aws:CurrentTime": "2020-01-01T00:00:00Z" } });
    expect(await get()).toBe(200);
  });

  it.each([
    [{ StringEquals: { "s3:authType": "REST-HEADER" } }, 200],
    [{ StringEquals: { "s3:authType": "POST" } }, 403],
    [{ StringEquals: { "s3:signatureversion": "AWS4-HMAC-SHA256" } }, 200],
    [{ NumericLessThan: { "s3:signatureAge": "600000" } }, 200],
    [{ NumericGreaterThan: { "s3:signatureAge": "600000" } }, 403],
    [{ StringLike: { "aws:UserAgent": "curl/*" } }, 403],
    [{ Null: { "aws:UserAgent": "true" } }, 200],
    [{ StringEquals: { "aws:PrincipalType": "Account" } }, 200],
    [{ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" } }, 200],
    [{ StringEquals: { "aws:RequestedRegion": "us-east-1" } }, 200],
    [{ StringEquals: { "s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }, 200],
    [{ Null: { "s3:VersionId": "true" } }, 200],
    [{ Null: { "aws:PrincipalOrgID": "true" } }, 200],
    [{ Bool: { "aws:ViaAWSService": "false" } }, 200],
    [{ NumericGreaterThanEquals: { "aws:EpochTime": "1600000000" } }, 200],
    [{ StringNotEquals: { "cf:country": "XX" } }, 200],
  ])("%j answers %i", async (Condition, status) => {
    await onlyIf(Condition as unknown as Json);
    expect(await get()).toBe(status);
  });

  it("bound what a list may ask for", async () => {
    const Condition = {
      StringLike: { "s3:prefix": ["home/*"] },
      NumericLessThanEquals: { "s3:max-keys": "10" },
    };
    await setPolicy(bucket, allow("s3:ListBucket", arn(bucket), { Condition }));
    const list = async (query: string) =>
      (await callAnonymously("GET", `/${bucket}?${query}`)).status;
    expect(await list("list-type=2&prefix=home/&max-keys=10")).toBe(200);
    expect(await list("prefix=home/x&max-keys=1")).toBe(200);
    expect(await list("list-type=2&prefix=home/&max-keys=11")).toBe(403);
    expect(await list("list-type=2&prefix=home/")).toBe(403);
    expect(await list("list-type=2&prefix=&max-keys=1")).toBe(403);
    expect(await list("list-type=2&max-keys=1")).toBe(403);
  });

  it("force writes to be conditional, as AWS advises", async () => {
    const Condition = {
      Null: { "s3:if-none-match": "true" },
      Bool: { "s3:ObjectCreationOperation": "true" },
    };
    await setPolicy(bucket, deny("s3:PutObject", arn(bucket, "*"), { Condition }));
    expect((await call("PUT", `/${bucket}/new`, { body: "x" })).status).toBe(403);
    const headers = { "if-none-match": "*" };
    expect((await call("PUT", `/${bucket}/new`, { body: "x", headers })).status).toBe(200);
    expect((await call("POST", `/${bucket}/parts?uploads`)).status).toBe(200);
  });
});

describe("Tags", () => {
  let bucket: string;
  beforeAll(async () => {
    bucket = await makeBucket("tags");
    await openToAll(bucket);
    await put(`/${bucket}/secret`, { "x-amz-tagging": "secret=1" });
    await put(`/${bucket}/open`, { "x-amz-tagging": "secret=0" });
    await put(`/${bucket}/bare`);
  });

  it("SEC-075 of the object are known when a denial hangs on them", async () => {
    const Condition = { StringEquals: { "s3:ExistingObjectTag/secret": "1" } };
    await setPolicy(
      bucket,
      allow(["s3:GetObject", "s3:GetObjectTagging"], arn(bucket, "*")),
      deny(["s3:GetObject", "s3:GetObjectTagging"], arn(bucket, "*"), { Condition }),
    );
    for (const [key, status] of [
      ["secret", 403],
      ["open", 200],
      ["bare", 200],
    ] as const) {
      expect((await callAnonymously("GET", `/${bucket}/${key}`)).status).toBe(status);
      expect((await callAnonymously("HEAD", `/${bucket}/${key}`)).status).toBe(status);
      expect((await callAnonymously("GET", `/${bucket}/${key}?tagging`)).status).toBe(status);
    }
    expect((await call("GET", `/${bucket}/secret`)).status).toBe(403);
    const headers = { "x-amz-copy-source": `${bucket}/secret` };
    expect((await call("PUT", `/${bucket}/copied`, { headers })).status).toBe(403);
    await put(`/${bucket}/secret`, { "x-amz-tagging": "secret=0" });
    expect((await callAnonymously("GET", `/${bucket}/secret`)).status).toBe(200);
  });

  it("SEC-075 allow only where they are, and nothing that is missing", async () => {
    const Condition = { StringEquals: { "s3:ExistingObjectTag/secret": "0" } };
    await setPolicy(bucket, allow("s3:GetObject", arn(bucket, "*"), { Condition }));
    expect((await callAnonymously("GET", `/${bucket}/open`)).status).toBe(200);
    expect((await callAnonymously("GET", `/${bucket}/bare`)).status).toBe(403);
    expect((await callAnonymously("GET", `/${bucket}/nothing`)).status).toBe(403);
  });

  it("of the request are known, in the header and in the body", async () => {
    const tags = (value: string) =>
      `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet><Tag><Key>kind</Key><Value>${value}</Value></Tag></TagSet></Tagging>`;
    const user = await userWith(
      allow(["s3:PutObject", "s3:PutObjectTagging"], arn(bucket, "*"), {
        Condition: {
          StringEquals: { "s3:RequestObjectTag/kind": "good" },
          "ForAllValues:StringEquals": { "s3:RequestObjectTagKeys": ["kind"] },
        },
      }),
    );
    const write = async (tagging: string) =>
      (
        await call("PUT", `/${bucket}/mine`, {
          keys: user,
          body: "x",
          headers: { "x-amz-tagging": tagging },
        })
      ).status;
    expect(await write("kind=good")).toBe(200);
    expect(await write("kind=bad")).toBe(403);
    expect(await write("kind=good&other=1")).toBe(403);
    const tag = async (value: string) => {
      const body = tags(value);
      return (
        await call("PUT", `/${bucket}/mine?tagging`, {
          keys: user,
          body,
          headers: await contentMd5(body),
        })
      ).status;
    };
    expect(await tag("good")).toBe(200);
    expect(await tag("bad")).toBe(403);
    expect((await call("GET", `/${bucket}/mine?tagging`)).text).toContain("<Value>good</Value>");
  });
});

describe("Names of users", () => {
  it("SEC-079 stand for themselves in policies", async () => {
    const bucket = await makeBucket("homes");
    const name = `ann+${crypto.randomUUID().slice(0, 8)}`;
    const Resource = `arn:aws:s3:::${bucket}/home/\${aws:username}/*`;
    const document = JSON.stringify({
      Version: "2012-10-17",
      Statement: [allow("s3:*", Resource)],
    });
    const keys = await makeUser(rootKeys, name, document);
    const write = async (path: string) => (await call("PUT", path, { keys, body: "x" })).status;
    expect(await write(`/${bucket}/home/${encodeURIComponent(name)}/a`)).toBe(200);
    expect(await write(`/${bucket}/home/bob/a`)).toBe(403);
    expect(await write(`/${bucket}/home/%2A/a`)).toBe(403);
  });
});

describe("DeleteObjects", () => {
  it("SEC-089 asks for every key and deletes only those that may go", async () => {
    const bucket = await makeBucket("batch");
    for (const key of ["a/1", "b/1", "a/2"]) await put(`/${bucket}/${key}`);
    const user = await userWith(allow("s3:DeleteObject", arn(bucket, "a/*")));
    const objects = ["a/1", "b/1", "a/2"].map((key) => `<Object><Key>${key}</Key></Object>`);
    const body = `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${objects.join("")}</Delete>`;
    const headers = await contentMd5(body);
    const answer = await call("POST", `/${bucket}?delete`, { keys: user, body, headers });
    expect(answer.status).toBe(200);
    const [error = ""] = answer.all("Error");
    expect(error).toMatch(
      /<Key>b\/1<\/Key><Code>AccessDenied<\/Code><Message>User: \S+ is not authorized to perform: s3:DeleteObject/,
    );
    expect(answer.all("Deleted").length).toBe(2);
    const left = await call("GET", `/${bucket}?list-type=2`);
    expect(left.all("Key")).toEqual(["b/1"]);
  });
});

describe("Settings", () => {
  const now = () => ({ env, seams: systemSeams, nowMs: Date.now() });

  it("SEC-086 that are gone or broken let nobody in", async () => {
    const bucket = await makeBucket("broken");
    await openToAll(bucket);
    await put(`/${bucket}/a`);
    await setPolicy(bucket, allow("s3:GetObject", arn(bucket, "*")));
    expect((await callAnonymously("GET", `/${bucket}/a`)).status).toBe(200);
    const record = await loadBucket(now(), bucket);
    if (record === undefined) throw new Error("no bucket");
    const index = openBucket(env, record.bucketId);
    const publish = async (epoch: number | undefined) => index.advanceEpoch(epoch ?? 0);
    for (const broken of ["", "{", "null", '{"Statement":[{"Effect":"Allow"}]}']) {
      await publish(await setSetting(now(), record, "policy", broken));
      expect((await callAnonymously("GET", `/${bucket}/a`)).status, broken).toBe(403);
      expect((await call("GET", `/${bucket}/a`, { keys: stranger.keys })).status).toBe(403);
      expect((await call("GET", `/${bucket}?policy`)).status).toBe(200);
    }
    await publish(await deleteSetting(now(), record, "policy"));
    expect((await callAnonymously("GET", `/${bucket}/a`)).status).toBe(403);
    expect((await call("GET", `/${bucket}/a`)).status).toBe(200);
  });

  it("SEC-087 bind the next read, though this isolate remembers others", async () => {
    const bucket = await makeBucket("stale");
    await openToAll(bucket);
    await put(`/${bucket}/a`);
    await setPolicy(bucket, allow("s3:GetObject", arn(bucket, "*")));
    expect((await callAnonymously("GET", `/${bucket}/a`)).status).toBe(200);
    // Another isolate changes the policy: this one's memory is not told.
    const record = await loadBucket(now(), bucket);
    if (record === undefined) throw new Error("no bucket");
    await env.CATALOG.batch([
      env.CATALOG.prepare(
        "DELETE FROM bucket_settings WHERE bucket_id = ? AND setting = 'policy'",
      ).bind(record.bucketId),
      env.CATALOG.prepare("UPDATE buckets SET epoch = epoch + 1 WHERE bucket_id = ?").bind(
        record.bucketId,
      ),
    ]);
    await openBucket(env, record.bucketId).advanceEpoch(record.epoch + 1);
    expect((await callAnonymously("GET", `/${bucket}/a`)).status).toBe(403);
  });
});

describe("A policy that another isolate put", () => {
  it("lets in at the latest a second later", async () => {
    const bucket = await makeBucket("granted");
    await openToAll(bucket);
    await put(`/${bucket}/a`);
    const get = async () => (await callAnonymously("GET", `/${bucket}/a`)).status;
    expect(await get()).toBe(403);
    const record = await loadBucket({ env, seams: systemSeams, nowMs: Date.now() }, bucket);
    if (record === undefined) throw new Error("no bucket");
    const Statement = [{ Principal: "*", ...allow("s3:GetObject", arn(bucket, "*")) }];
    const document = JSON.stringify({ Version: "2012-10-17", Statement });
    await env.CATALOG.batch([
      env.CATALOG.prepare(
        "INSERT INTO bucket_settings (bucket_id, setting, document) VALUES (?, 'policy', ?)",
      ).bind(record.bucketId, document),
      env.CATALOG.prepare("UPDATE buckets SET epoch = epoch + 1 WHERE bucket_id = ?").bind(
        record.bucketId,
      ),
    ]);
    await openBucket(env, record.bucketId).advanceEpoch(record.epoch + 1);
    await scheduler.wait(secondLookMs);
    expect(await get()).toBe(200);
  });
});

describe("x-amz-expected-bucket-owner", () => {
  it("SEC-084 refuses every operation on a bucket of somebody else", async () => {
    const bucket = await makeBucket("owned");
    await put(`/${bucket}/a`);
    const headers = { "x-amz-expected-bucket-owner": stranger.accountId };
    for (const [method, path] of [
      ["GET", "/a"],
      ["HEAD", ""],
      ["GET", "?policy"],
      ["DELETE", "/a"],
      ["GET", "?list-type=2"],
    ] as const) {
      expect((await call(method, `/${bucket}${path}`, { headers })).status).toBe(403);
    }
    expect((await call("GET", `/${bucket}/a`)).status).toBe(200);
  });
});
