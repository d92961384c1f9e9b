// Object Lock of buckets.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { forgetBucket, setSettingAt } from "../../../src/catalog/buckets.ts";
import { systemSeams } from "../../../src/env.ts";
import {
  bypass,
  codeOf,
  configuration,
  inDays,
  iso,
  lockOf,
  makeLockBucket,
  ok,
  putConfiguration,
  putObject,
  rule,
  send,
} from "../object/lock-fixtures.ts";
import { call, makeAccount, makeBucket } from "./fixtures.ts";

const versioning = (status: string) =>
  `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
const setVersioning = (bucket: string, status: string) =>
  call("PUT", `/${bucket}?versioning`, { body: versioning(status) });

/** Puts a document where the setting is kept, behind everybody's back. */
async function corrupt(bucket: string, document: string): Promise<void> {
  await env.CATALOG.prepare(
    `UPDATE bucket_settings SET document = ?2 WHERE setting = 'objectLock'
       AND bucket_id = (SELECT bucket_id FROM buckets WHERE name = ?1)`,
  )
    .bind(bucket, document)
    .run();
  forgetBucket(env, bucket);
}

describe("PutObjectLockConfiguration", () => {
  it("enables Object Lock on an existing bucket, once its versioning is Enabled", async () => {
    const bucket = await makeBucket("existing");
    const refused = await putConfiguration(bucket, configuration());
    expect([...codeOf(refused), refused.first("Message")]).toEqual([
      409,
      "InvalidBucketState",
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    ]);
    await setVersioning(bucket, "Suspended");
    expect(codeOf(await putConfiguration(bucket, configuration()))).toEqual([
      409,
      "InvalidBucketState",
    ]);
    await setVersioning(bucket, "Enabled");
    const headers = { "x-amz-bucket-object-lock-token": "any" };
    const path = `/${bucket}?object-lock`;
    const enabled = await send("PUT", path, { body: configuration(), headers });
    expect([enabled.status, enabled.text]).toEqual([200, ""]);
    const told = await call("GET", path);
    expect([told.first("ObjectLockEnabled"), told.all("Rule")]).toEqual(["Enabled", []]);
  });

  it.each([
    "<Mode>GOVERNANCE</Mode><Days>1</Days>",
    "<Mode>COMPLIANCE</Mode><Years>100</Years>",
    "<Mode>COMPLIANCE</Mode><Days>36500</Days>",
    "<Mode>GOVERNANCE</Mode><DefaultEventHold><Days>36500</Days></DefaultEventHold>",
    "<Mode>GOVERNANCE</Mode><Days>1</Days><DefaultEventHold><Years>100</Years></DefaultEventHold>",
  ])("keeps the default %s", async (content) => {
    const bucket = await makeLockBucket(rule(content));
    const told = await call("GET", `/${bucket}?object-lock`);
    const elements = (text: string) => [...text.matchAll(/<(\w+)>(\w+)/g)].map(([all]) => all);
    const expected = elements(content).toSorted();
    expect(elements(told.first("DefaultRetention") ?? "").toSorted()).toEqual(expected);
  });

  const mode = "<Mode>GOVERNANCE</Mode>";
  const refused: [body: string, code: string, message?: string][] = [
    [configuration(rule(`${mode}<Days>1</Days><Years>1</Years>`)), "MalformedXML"],
    [configuration(rule("<Mode>governance</Mode><Days>1</Days>")), "MalformedXML"],
    [configuration(rule("<Mode>abc</Mode><Days>1</Days>")), "MalformedXML"],
    [configuration(rule("<Days>1</Days>")), "MalformedXML"],
    [configuration(rule(mode)), "MalformedXML"],
    [configuration(rule("")), "MalformedXML"],
    [configuration("<Rule/>"), "MalformedXML"],
    [configuration().replace("Enabled<", "Disabled<"), "MalformedXML"],
    ["<ObjectLockConfiguration/>", "MalformedXML"],
    ["<Retention/>", "MalformedXML"],
    ["", "MissingRequestBodyError"],
    [
      configuration(rule(`${mode}<Days>0</Days>`)),
      "InvalidArgument",
      "Default retention period must be a positive integer value.",
    ],
    [
      configuration(rule(`${mode}<Days>-3</Days>`)),
      "InvalidArgument",
      "Default retention period must be a positive integer value.",
    ],
    [
      configuration(rule(`${mode}<Years>-1</Years>`)),
      "InvalidArgument",
      "Default retention period must be a positive integer value.",
    ],
    [
      configuration(rule(`${mode}<Days>36501</Days>`)),
      "InvalidArgument",
      "Default retention period too large.",
    ],
    [
      configuration(rule(`${mode}<Years>101</Years>`)),
      "InvalidArgument",
      "Default retention period too large.",
    ],
    [
      configuration(rule(`${mode}<DefaultEventHold><Days>0</Days></DefaultEventHold>`)),
      "InvalidArgument",
      "Event hold duration must be a positive integer value.",
    ],
    [configuration(rule(`${mode}<DefaultEventHold/>`)), "MalformedXML"],
  ];

  it.each(refused)("refuses %s with %s (B094, B095)", async (body, code, message) => {
    const bucket = await makeLockBucket(rule(`${mode}<Days>5</Days>`));
    const answer = await putConfiguration(bucket, body);
    expect(codeOf(answer)).toEqual([400, code]);
    if (message !== undefined) expect(answer.first("Message")).toBe(message);
    expect((await call("GET", `/${bucket}?object-lock`)).first("Days")).toBe("5");
  });

  it("wants a digest, and the owner", async () => {
    const bucket = await makeLockBucket();
    const bare = await call("PUT", `/${bucket}?object-lock`, { body: configuration() });
    expect(codeOf(bare)).toEqual([400, "InvalidRequest"]);
    const { keys } = await makeAccount();
    const wish = { body: configuration(), keys };
    const strange = await send("PUT", `/${bucket}?object-lock`, wish);
    expect(codeOf(strange)).toEqual([403, "AccessDenied"]);
  });
});

describe("versioning of a bucket with Object Lock", () => {
  it("cannot be suspended (B093, SEC-095)", async () => {
    const bucket = await makeLockBucket();
    const answer = await setVersioning(bucket, "Suspended");
    expect([...codeOf(answer), answer.first("Message")]).toEqual([
      409,
      "InvalidBucketState",
      "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
    ]);
    expect((await setVersioning(bucket, "Enabled")).status).toBe(200);
    expect((await call("GET", `/${bucket}?versioning`)).first("Status")).toBe("Enabled");
  });

  it("is never suspended by a race with enabling the lock (SEC-095)", async () => {
    for (let round = 0; round < 20; round += 1) {
      const bucket = await makeBucket("race");
      await ok(setVersioning(bucket, "Enabled"));
      await Promise.all([
        putConfiguration(bucket, configuration()),
        setVersioning(bucket, "Suspended"),
      ]);
      const isLocked = (await call("GET", `/${bucket}?object-lock`)).status === 200;
      const status = (await call("GET", `/${bucket}?versioning`)).first("Status");
      expect([isLocked, status]).not.toEqual([true, "Suspended"]);
    }
  });

  it("is judged against the settings it changes: an epoch that moved on stores nothing", async () => {
    const bucket = await makeBucket("epoch");
    const record = { bucketId: "", name: bucket, epoch: 0 };
    const row = await env.CATALOG.prepare("SELECT bucket_id, epoch FROM buckets WHERE name = ?")
      .bind(bucket)
      .first<{ bucket_id: string; epoch: number }>();
    Object.assign(record, { bucketId: row?.bucket_id, epoch: row?.epoch });
    const facts = { env, seams: systemSeams, nowMs: Date.now() };
    const first = await setSettingAt(facts, record, "versioning", "Enabled");
    expect(first).toBe(record.epoch + 1);
    expect(await setSettingAt(facts, record, "versioning", "Suspended")).toBeUndefined();
    expect((await call("GET", `/${bucket}?versioning`)).first("Status")).toBe("Enabled");
  });

  it("refuses MFA delete, on and by code (SEC-102)", async () => {
    const bucket = await makeBucket("mfa");
    const body = versioning("Enabled").replace(
      "<Status>",
      "<MfaDelete>Enabled</MfaDelete><Status>",
    );
    expect(codeOf(await call("PUT", `/${bucket}?versioning`, { body }))).toEqual([
      501,
      "NotImplemented",
    ]);
    const headers = { "x-amz-mfa": "arn:aws:iam::123456789012:mfa/user 123456" };
    const coded = await call("PUT", `/${bucket}?versioning`, {
      body: versioning("Enabled"),
      headers,
    });
    expect(codeOf(coded)).toEqual([501, "NotImplemented"]);
  });
});

describe("a lock setting that cannot be read (SEC-094)", () => {
  const documents = [
    "{",
    "null",
    "{}",
    '{"ObjectLockConfiguration":{}}',
    '{"ObjectLockConfiguration":{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{}}}}',
    '{"ObjectLockConfiguration":{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"X","Days":1}}}}',
  ];

  it.each(documents)("fails closed: %s", async (document) => {
    const bucket = await makeLockBucket(rule("<Mode>COMPLIANCE</Mode><Days>1</Days>"));
    const id = await putObject(bucket, "locked");
    await corrupt(bucket, document);
    const body = "x";
    const put = await send("PUT", `/${bucket}/new`, { body });
    expect(codeOf(put)).toEqual([500, "InternalError"]);
    expect((await call("HEAD", `/${bucket}/new`)).status).toBe(404);
    const path = `/${bucket}/locked?versionId=${id}`;
    expect((await call("DELETE", path, { headers: bypass })).status).toBe(403);
    expect((await call("DELETE", `/${bucket}`)).status).toBe(409);
    expect((await setVersioning(bucket, "Suspended")).status).toBe(409);
    expect((await call("GET", path)).status).toBe(200);
  });

  it("that is gone leaves the versions locked", async () => {
    const bucket = await makeLockBucket();
    const id = await putObject(bucket, "k", {
      "x-amz-object-lock-mode": "COMPLIANCE",
      "x-amz-object-lock-retain-until-date": iso(inDays(1)),
    });
    await env.CATALOG.prepare(
      "DELETE FROM bucket_settings WHERE bucket_id = (SELECT bucket_id FROM buckets WHERE name = ?)",
    )
      .bind(bucket)
      .run();
    forgetBucket(env, bucket);
    expect((await call("DELETE", `/${bucket}/k?versionId=${id}`)).status).toBe(403);
    expect((await call("DELETE", `/${bucket}`)).status).toBe(409);
    expect((await lockOf(`/${bucket}/k`))["mode"]).toBe("COMPLIANCE");
  });
});

describe("a default that was just set", () => {
  it("is given by calls that remember the bucket without it (SEC-097)", async () => {
    const bucket = await makeLockBucket();
    await putObject(bucket, "warm");
    // Another isolate sets it: the catalog and the index know, this isolate's memory does not.
    const seen = await env.CATALOG.prepare("SELECT * FROM buckets WHERE name = ?")
      .bind(bucket)
      .first<{ bucket_id: string; epoch: number }>();
    const document = JSON.stringify({
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
      },
    });
    await env.CATALOG.batch([
      env.CATALOG.prepare(
        "UPDATE bucket_settings SET document = ?2 WHERE bucket_id = ?1 AND setting = 'objectLock'",
      ).bind(seen?.bucket_id, document),
      env.CATALOG.prepare("UPDATE buckets SET epoch = epoch + 1 WHERE bucket_id = ?").bind(
        seen?.bucket_id,
      ),
    ]);
    const index = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(seen?.bucket_id ?? ""));
    await (index as unknown as { advanceEpoch(epoch: number): Promise<void> }).advanceEpoch(
      (seen?.epoch ?? 0) + 1,
    );
    await putObject(bucket, "k");
    expect((await lockOf(`/${bucket}/k`))["mode"]).toBe("GOVERNANCE");
  });
});
