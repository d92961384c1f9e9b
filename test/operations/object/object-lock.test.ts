// Object Lock of versions through the front door.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
import { beforeAll, describe, expect, it } from "vitest";
import type { ObjectContext } from "../../../src/operations/context.ts";
import { lockMembers } from "../../../src/operations/object/lock.ts";
import { call, makeAccount, makeBucket } from "../bucket/fixtures.ts";
import {
  bypass,
  codeOf,
  inDays,
  iso,
  lockOf,
  makeLockBucket,
  ok,
  putLegalHold,
  putObject,
  putRetention,
  retention,
  send,
} from "./lock-fixtures.ts";

let bucket = "";
let plain = "";
beforeAll(async () => {
  bucket = await makeLockBucket();
  plain = await makeBucket("plain");
  await putObject(plain, "k");
});

const governance = (days: number) => ({
  "x-amz-object-lock-mode": "GOVERNANCE",
  "x-amz-object-lock-retain-until-date": iso(inDays(days)),
});
const protectedText = "Access Denied because object protected by object lock.";

describe("PutObjectRetention", () => {
  it("sets what GetObjectRetention, GET and HEAD tell", async () => {
    await putObject(bucket, "set");
    const until = inDays(3);
    const answer = await ok(putRetention(`/${bucket}/set`, retention("COMPLIANCE", until)));
    expect([answer.status, answer.text]).toEqual([200, ""]);
    const told = await call("GET", `/${bucket}/set?retention`);
    expect([told.first("Mode"), told.first("RetainUntilDate")]).toEqual(["COMPLIANCE", iso(until)]);
    expect(told.all("EventHold")).toEqual([]);
    const lock = { mode: "COMPLIANCE", "retain-until-date": iso(until) };
    expect(await lockOf(`/${bucket}/set`)).toEqual(lock);
  });

  it("belongs to the version named", async () => {
    const first = await putObject(bucket, "versions");
    await putObject(bucket, "versions");
    const until = inDays(1);
    const path = `/${bucket}/versions?versionId=${first}`;
    await ok(putRetention(path, retention("GOVERNANCE", until)));
    expect(await lockOf(`/${bucket}/versions`)).toEqual({});
    expect(await lockOf(path)).toEqual({ mode: "GOVERNANCE", "retain-until-date": iso(until) });
  });

  it("never retains for less than was asked: parts of a second count up", async () => {
    await putObject(bucket, "fraction");
    const until = inDays(1) + 1;
    await ok(putRetention(`/${bucket}/fraction`, retention("GOVERNANCE", until)));
    const shown = (await lockOf(`/${bucket}/fraction`))["retain-until-date"];
    expect(shown).toBe(iso(until + 999));
    // What was shown may be sent back.
    const again = retention("GOVERNANCE", Date.parse(shown ?? ""));
    expect((await putRetention(`/${bucket}/fraction`, again)).status).toBe(200);
  });

  // The rows of every mode and date are in test/bucket/locks.test.ts.
  it("refuses to shorten, and shortens with the bypass of GOVERNANCE only (B098)", async () => {
    for (const [mode, status] of [
      ["GOVERNANCE", 200],
      ["COMPLIANCE", 403],
    ] as const) {
      const key = `/${bucket}/shorten-${mode}`;
      await putObject(bucket, `shorten-${mode}`);
      await ok(putRetention(key, retention(mode, inDays(5))));
      const shorter = retention(mode, inDays(2));
      const refused = await putRetention(key, shorter);
      expect([...codeOf(refused), refused.first("Message")]).toEqual([
        403,
        "AccessDenied",
        protectedText,
      ]);
      expect((await putRetention(key, shorter, bypass)).status).toBe(status);
      expect((await putRetention(key, "<Retention/>")).status).toBe(403);
      expect((await putRetention(key, "<Retention/>", bypass)).status).toBe(status);
    }
    expect(await lockOf(`/${bucket}/shorten-GOVERNANCE`)).toEqual({});
  });

  const malformed: [what: string, body: string, code: string][] = [
    ["a mode without a date", "<Retention><Mode>GOVERNANCE</Mode></Retention>", "MalformedXML"],
    [
      "a date without a mode",
      `<Retention><RetainUntilDate>${iso(inDays(1))}</RetainUntilDate></Retention>`,
      "MalformedXML",
    ],
    ["an unknown mode", retention("GOVERNED", inDays(1)), "MalformedXML"],
    ["a mode in lower case", retention("governance", inDays(1)), "MalformedXML"],
    ["a date in the past", retention("GOVERNANCE", inDays(-1)), "InvalidArgument"],
    ["another document", "<LegalHold/>", "MalformedXML"],
    [
      "a date that is none",
      "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>tomorrow</RetainUntilDate></Retention>",
      "MalformedXML",
    ],
    [
      "an odd event hold",
      retention("GOVERNANCE", inDays(9), "<EventHold>MAYBE</EventHold>"),
      "MalformedXML",
    ],
    [
      "an event hold without a duration",
      retention("GOVERNANCE", inDays(9), "<EventHold>ON</EventHold>"),
      "InvalidRequest",
    ],
    [
      "a duration without an event hold",
      retention("GOVERNANCE", inDays(9), "<EventHoldDuration><Days>1</Days></EventHoldDuration>"),
      "MalformedXML",
    ],
    [
      "a duration for an event hold that is off",
      retention(
        "GOVERNANCE",
        inDays(9),
        "<EventHold>OFF</EventHold><EventHoldDuration><Days>1</Days></EventHoldDuration>",
      ),
      "InvalidRequest",
    ],
    [
      "a duration in days and in years",
      retention(
        "GOVERNANCE",
        inDays(9),
        "<EventHold>ON</EventHold><EventHoldDuration><Days>1</Days><Years>1</Years></EventHoldDuration>",
      ),
      "MalformedXML",
    ],
    [
      "a duration of 0 days",
      retention(
        "GOVERNANCE",
        inDays(9),
        "<EventHold>ON</EventHold><EventHoldDuration><Days>0</Days></EventHoldDuration>",
      ),
      "InvalidArgument",
    ],
    [
      "a duration of 101 years",
      retention(
        "GOVERNANCE",
        inDays(9),
        "<EventHold>ON</EventHold><EventHoldDuration><Years>101</Years></EventHoldDuration>",
      ),
      "InvalidArgument",
    ],
  ];

  it.each(malformed)("refuses %s (B097)", async (_what, body, code) => {
    await putObject(bucket, "malformed");
    expect(codeOf(await putRetention(`/${bucket}/malformed`, body))).toEqual([400, code]);
    expect(await lockOf(`/${bucket}/malformed`)).toEqual({});
  });

  it("says which date is past", async () => {
    const past = retention("GOVERNANCE", Date.UTC(2020, 0, 1));
    const answer = await putRetention(`/${bucket}/malformed`, past);
    expect(answer.first("Message")).toBe("The retain until date must be in the future!");
    expect(answer.first("ArgumentName")).toBe("RetainUntilDate");
  });

  it("wants a digest of the document", async () => {
    const body = retention("GOVERNANCE", inDays(1));
    const answer = await call("PUT", `/${bucket}/malformed?retention`, { body });
    expect(codeOf(answer)).toEqual([400, "InvalidRequest"]);
  });

  it("refuses strangers, missing keys and missing versions", async () => {
    const body = retention("GOVERNANCE", inDays(1));
    expect(codeOf(await putRetention(`/${bucket}/never`, body))).toEqual([404, "NoSuchKey"]);
    const nulled = await putRetention(`/${bucket}/malformed?versionId=null`, body);
    expect(codeOf(nulled)).toEqual([404, "NoSuchVersion"]);
    const { keys } = await makeAccount();
    const path = `/${bucket}/malformed?retention`;
    expect(codeOf(await send("PUT", path, { body, keys }))).toEqual([403, "AccessDenied"]);
  });

  it("refuses delete markers, which are never locked", async () => {
    await putObject(bucket, "marker");
    const deleted = await ok(call("DELETE", `/${bucket}/marker`));
    const id = deleted.headers.get("x-amz-version-id") ?? "";
    const body = retention("GOVERNANCE", inDays(1));
    const answer = await putRetention(`/${bucket}/marker?versionId=${id}`, body);
    expect([...codeOf(answer), answer.first("ResourceType")]).toEqual([
      405,
      "MethodNotAllowed",
      "DeleteMarker",
    ]);
    expect((await call("DELETE", `/${bucket}/marker?versionId=${id}`)).status).toBe(204);
  });
});

describe("PutObjectLegalHold", () => {
  it("holds a version until it is taken off, whatever is bypassed", async () => {
    const id = await putObject(bucket, "held", governance(1));
    await ok(putLegalHold(`/${bucket}/held`, "ON"));
    expect((await call("GET", `/${bucket}/held?legal-hold`)).first("Status")).toBe("ON");
    const path = `/${bucket}/held?versionId=${id}`;
    expect(codeOf(await call("DELETE", path, { headers: bypass }))).toEqual([403, "AccessDenied"]);
    await ok(putLegalHold(`/${bucket}/held`, "OFF"));
    expect((await lockOf(path))["legal-hold"]).toBe("OFF");
    expect((await call("DELETE", path)).status).toBe(403);
    expect((await call("DELETE", path, { headers: bypass })).status).toBe(204);
  });

  it.each(["on", "", "YES"])("refuses the status %j with MalformedXML", async (status) => {
    await putObject(bucket, "odd");
    expect(codeOf(await putLegalHold(`/${bucket}/odd`, status))).toEqual([400, "MalformedXML"]);
  });
});

describe("the lock headers of GET and HEAD", () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html, permissions
  it("are shown to those who may ask for them", () => {
    const lock = { mode: "GOVERNANCE", retainUntilMs: 1, legalHold: true } as const;
    const shownTo = (...actions: string[]) => {
      const allows = ({ action }: { readonly action: string }) => actions.includes(action);
      const target = { query: new Map<string, string>() } as unknown as ObjectContext["target"];
      return Object.keys(lockMembers({ allows, key: "k", nowMs: 0, target }, lock));
    };
    expect(shownTo()).toEqual([]);
    expect(shownTo("s3:GetObjectRetention")).toEqual([
      "ObjectLockMode",
      "ObjectLockRetainUntilDate",
    ]);
    expect(shownTo("s3:GetObjectLegalHold")).toEqual(["ObjectLockLegalHoldStatus"]);
  });
});

describe("versions and buckets without a lock", () => {
  it.each(["retention", "legal-hold"])(
    "GET ?%s: 404 NoSuchObjectLockConfiguration",
    async (query) => {
      await putObject(bucket, "free");
      const answer = await call("GET", `/${bucket}/free?${query}`);
      expect([...codeOf(answer), answer.first("Message")]).toEqual([
        404,
        "NoSuchObjectLockConfiguration",
        "The specified object does not have a ObjectLock configuration",
      ]);
    },
  );

  it("refuse to be asked for one: 400 InvalidRequest", async () => {
    const answers = [
      await call("GET", `/${plain}/k?retention`),
      await call("GET", `/${plain}/k?legal-hold`),
      await putRetention(`/${plain}/k`, retention("GOVERNANCE", inDays(1))),
      await putLegalHold(`/${plain}/k`, "ON"),
    ];
    for (const answer of answers) {
      expect([...codeOf(answer), answer.first("Message")]).toEqual([
        400,
        "InvalidRequest",
        "Bucket is missing Object Lock Configuration",
      ]);
    }
    const put = await send("PUT", `/${plain}/new`, { body: "x", headers: governance(1) });
    expect([...codeOf(put), put.first("Message")]).toEqual([
      400,
      "InvalidRequest",
      "Bucket is missing ObjectLockConfiguration",
    ]);
    expect((await call("HEAD", `/${plain}/new`)).status).toBe(404);
  });

  it.each(["true", "false"])("refuse a bypass of %s: 400 InvalidArgument", async (value) => {
    const headers = { "x-amz-bypass-governance-retention": value };
    const body = "<Delete><Object><Key>k</Key></Object></Delete>";
    const answers = [
      await call("DELETE", `/${plain}/k`, { headers }),
      await send("POST", `/${plain}?delete`, { body, headers }),
    ];
    for (const answer of answers) {
      expect([...codeOf(answer), answer.first("ArgumentName")]).toEqual([
        400,
        "InvalidArgument",
        "x-amz-bypass-governance-retention",
      ]);
    }
    expect((await call("HEAD", `/${plain}/k`)).status).toBe(200);
  });
});

describe("a locked version", () => {
  it("stays when it is deleted by id, and lets a marker be put on top", async () => {
    const id = await putObject(bucket, "locked", governance(1));
    const path = `/${bucket}/locked?versionId=${id}`;
    const refused = await call("DELETE", path);
    expect([...codeOf(refused), refused.first("Message")]).toEqual([
      403,
      "AccessDenied",
      protectedText,
    ]);
    expect((await call("DELETE", `/${bucket}/locked`)).status).toBe(204);
    await putObject(bucket, "locked");
    expect((await call("GET", path)).text).toBe("bytes");
    expect((await call("DELETE", path, { headers: bypass })).status).toBe(204);
    expect((await call("GET", path)).status).toBe(404);
  });

  it("is one refusal among the deletions of DeleteObjects", async () => {
    const locked = await putObject(bucket, "many", governance(1));
    const free = await putObject(bucket, "many");
    const object = (id: string) => `<Object><Key>many</Key><VersionId>${id}</VersionId></Object>`;
    const body = `<Delete>${object(locked)}${object(free)}</Delete>`;
    const first = await send("POST", `/${bucket}?delete`, { body });
    expect([first.status, first.first("Code"), first.first("Message")]).toEqual([
      200,
      "AccessDenied",
      protectedText,
    ]);
    expect(first.all("Deleted")).toHaveLength(1);
    expect((await call("GET", `/${bucket}/many?versionId=${locked}`)).status).toBe(200);
    const second = await send("POST", `/${bucket}?delete`, { body, headers: bypass });
    expect([second.all("Error"), second.all("Deleted").length]).toEqual([[], 2]);
  });

  it("goes when its time is over, by the server's clock", async () => {
    const until = new Date(Date.now() + 100);
    const id = await putObject(bucket, "short", {
      "x-amz-object-lock-mode": "COMPLIANCE",
      "x-amz-object-lock-retain-until-date": until.toISOString(),
    });
    const path = `/${bucket}/short?versionId=${id}`;
    expect((await call("DELETE", path)).status).toBe(403);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect((await call("DELETE", path)).status).toBe(204);
  });

  it("keeps its bucket (SEC-098)", async () => {
    const other = await makeLockBucket();
    const id = await putObject(other, "k", governance(1));
    expect(codeOf(await call("DELETE", `/${other}`))).toEqual([409, "BucketNotEmpty"]);
    await ok(call("DELETE", `/${other}/k?versionId=${id}`, { headers: bypass }));
    expect((await call("DELETE", `/${other}`)).status).toBe(204);
  });

  it("refuses a code for MFA delete, which is not there (SEC-102)", async () => {
    const headers = { "x-amz-mfa": "arn:aws:iam::123456789012:mfa/user 123456" };
    const answer = await call("DELETE", `/${bucket}/free`, { headers });
    expect([...codeOf(answer), answer.first("Header")]).toEqual([
      501,
      "NotImplemented",
      "x-amz-mfa",
    ]);
  });
});
