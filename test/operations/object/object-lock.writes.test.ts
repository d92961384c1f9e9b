// Object Lock on every way to write: the headers of writes, the default of the bucket, event holds.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
import { beforeAll, describe, expect, it } from "vitest";
import { call, contentMd5, makeBucket } from "../bucket/fixtures.ts";
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
  putRetention,
  rule,
  send,
} from "./lock-fixtures.ts";
import { post } from "./post-form.ts";

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

describe("x-amz-object-lock headers of a write", () => {
  const mode = "x-amz-object-lock-mode";
  const date = "x-amz-object-lock-retain-until-date";
  const legal = "x-amz-object-lock-legal-hold";
  const event = "x-amz-object-lock-event-hold";
  const days = `${event}-duration-days`;
  const years = `${event}-duration-years`;
  const future = iso(inDays(60));
  const both =
    "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";

  const refused: [headers: Record<string, string>, code: string, message: string, name?: string][] =
    [
      [{ [mode]: "GOVERNANCE" }, "InvalidArgument", both, date],
      [{ [date]: future }, "InvalidArgument", both, mode],
      [{ [mode]: "X", [date]: future }, "InvalidArgument", "Unknown wormMode directive.", mode],
      [
        { [mode]: "GOVERNANCE", [date]: "2020-01-01T00:00:00Z" },
        "InvalidArgument",
        "The retain until date must be in the future!",
        date,
      ],
      [
        { [mode]: "GOVERNANCE", [date]: "tomorrow" },
        "InvalidArgument",
        "The retain until date must be provided in ISO 8601 format",
        date,
      ],
      [{ [legal]: "on" }, "InvalidArgument", "Legal Hold must be either of 'ON' or 'OFF'", legal],
      [
        { [mode]: "GOVERNANCE", [event]: "yes" },
        "InvalidArgument",
        "Event hold must be either of 'ON' or 'OFF'",
        event,
      ],
      [{ [event]: "ON", [days]: "1" }, "InvalidRequest", `${mode} is required for an event hold.`],
      [
        { [mode]: "GOVERNANCE", [event]: "ON" },
        "InvalidRequest",
        "An event hold that is ON needs a duration.",
      ],
      [
        { [mode]: "GOVERNANCE", [event]: "ON", [days]: "1", [years]: "1" },
        "InvalidRequest",
        "An event hold duration is given in days or in years, not in both.",
      ],
      [
        { [mode]: "GOVERNANCE", [event]: "ON", [days]: "36501" },
        "InvalidArgument",
        "Event hold duration must be at most 36500 days.",
        days,
      ],
      [
        { [mode]: "GOVERNANCE", [event]: "OFF" },
        "InvalidRequest",
        `${date} is required when ${event} is OFF.`,
      ],
      [
        { [mode]: "GOVERNANCE", [event]: "OFF", [days]: "1", [date]: future },
        "InvalidRequest",
        "Only an event hold that is ON has a duration.",
      ],
    ];

  it.each(refused)("%j: %s, %s (B097)", async (headers, code, message, name) => {
    const copy = { ...headers, "x-amz-copy-source": `/${plain}/k` };
    const answers = [
      await send("PUT", `/${bucket}/refused`, { body: "x", headers }),
      await call("PUT", `/${bucket}/refused`, { headers: copy }),
      await call("POST", `/${bucket}/refused?uploads`, { headers }),
    ];
    for (const answer of answers) {
      expect([...codeOf(answer), answer.first("Message")]).toEqual([400, code, message]);
      expect(answer.first("ArgumentName")).toBe(name);
    }
    expect((await call("HEAD", `/${bucket}/refused`)).status).toBe(404);
  });

  const digestText = (what: string) =>
    `Content-MD5 OR x-amz-checksum- HTTP header is required for Put ${what} requests with Object Lock parameters`;

  it("want a digest of the bytes, a default of the bucket too", async () => {
    const headers = { [legal]: "OFF" };
    const put = await call("PUT", `/${bucket}/digest`, { body: "x", headers });
    expect([...codeOf(put), put.first("Message")]).toEqual([
      400,
      "InvalidRequest",
      digestText("Object"),
    ]);
    const other = await makeLockBucket(rule("<Mode>GOVERNANCE</Mode><Days>1</Days>"));
    expect(codeOf(await call("PUT", `/${other}/k`, { body: "x" }))).toEqual([
      400,
      "InvalidRequest",
    ]);
    const crc = { "x-amz-checksum-crc32": "jNwWgw==" };
    expect((await call("PUT", `/${other}/k`, { body: "x", headers: crc })).status).toBe(200);
    const md5 = await contentMd5("x");
    expect((await call("PUT", `/${other}/k`, { body: "x", headers: md5 })).status).toBe(200);
    const begun = await ok(call("POST", `/${other}/parts?uploads`));
    const query = `partNumber=1&uploadId=${begun.first("UploadId")}`;
    const part = await call("PUT", `/${other}/parts?${query}`, { body: "x" });
    expect([...codeOf(part), part.first("Message")]).toEqual([
      400,
      "InvalidRequest",
      digestText("Part"),
    ]);
  });

  it("lock what PutObject writes, with a legal hold if they say so", async () => {
    const until = inDays(2);
    await putObject(bucket, "headers", {
      [mode]: "COMPLIANCE",
      [date]: iso(until),
      [legal]: "ON",
    });
    expect(await lockOf(`/${bucket}/headers`)).toEqual({
      mode: "COMPLIANCE",
      "retain-until-date": iso(until),
      "legal-hold": "ON",
    });
    await putObject(bucket, "legal-only", { [legal]: "OFF" });
    expect(await lockOf(`/${bucket}/legal-only`)).toEqual({ "legal-hold": "OFF" });
  });

  it("lock copies; the lock of a source is not copied", async () => {
    await putObject(bucket, "source", governance(5));
    const source = { "x-amz-copy-source": `/${bucket}/source` };
    await ok(call("PUT", `/${bucket}/copy`, { headers: source }));
    expect(await lockOf(`/${bucket}/copy`)).toEqual({});
    const until = inDays(1);
    const headers = { ...source, [mode]: "COMPLIANCE", [date]: iso(until) };
    await ok(call("PUT", `/${bucket}/copy`, { headers }));
    const lock = { mode: "COMPLIANCE", "retain-until-date": iso(until) };
    expect(await lockOf(`/${bucket}/copy`)).toEqual(lock);
  });

  it("of CreateMultipartUpload lock what is completed", async () => {
    const until = inDays(1);
    const headers = { [mode]: "GOVERNANCE", [date]: iso(until), [legal]: "ON" };
    await upload(bucket, "upload", headers);
    expect(await lockOf(`/${bucket}/upload`)).toEqual({
      mode: "GOVERNANCE",
      "retain-until-date": iso(until),
      "legal-hold": "ON",
    });
  });
});

/** A multipart upload of one part. */
async function upload(name: string, key: string, headers: Record<string, string> = {}) {
  const begun = await ok(call("POST", `/${name}/${key}?uploads`, { headers }));
  const query = `uploadId=${encodeURIComponent(begun.first("UploadId") ?? "")}`;
  const part = await ok(send("PUT", `/${name}/${key}?partNumber=1&${query}`, { body: "x" }));
  const etag = part.headers.get("etag");
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
  return ok(call("POST", `/${name}/${key}?${query}`, { body }));
}

describe("the bucket's default retention", () => {
  const writes: [how: string, write: (name: string) => Promise<unknown>][] = [
    ["PutObject", (name) => putObject(name, "k")],
    [
      "CopyObject from the bucket itself, by reference",
      async (name) => {
        await putObject(name, "source");
        const headers = { "x-amz-copy-source": `/${name}/source` };
        await ok(call("PUT", `/${name}/k`, { headers }));
      },
    ],
    [
      "CopyObject from another bucket",
      (name) => ok(call("PUT", `/${name}/k`, { headers: { "x-amz-copy-source": `/${plain}/k` } })),
    ],
    ["CompleteMultipartUpload", (name) => upload(name, "k")],
    [
      "PostObject",
      async (name) => {
        const answer = await post({ bucket: name, fields: { key: "k" } });
        expect([answer.status, answer.text]).toEqual([204, ""]);
      },
    ],
  ];

  it.each(writes)(
    "is given to what %s writes, from its creation on (SEC-097)",
    async (_, write) => {
      const name = await makeLockBucket(rule("<Mode>GOVERNANCE</Mode><Days>2</Days>"));
      await write(name);
      const { headers } = await ok(call("HEAD", `/${name}/k`));
      const lock = await lockOf(`/${name}/k`);
      expect(lock["mode"]).toBe("GOVERNANCE");
      const until = Date.parse(lock["retain-until-date"] ?? "");
      const modified = Date.parse(headers.get("last-modified") ?? "");
      expect(until - modified - 2 * 86_400_000).toBeGreaterThanOrEqual(0);
      expect(until - modified - 2 * 86_400_000).toBeLessThanOrEqual(1000);
      const id = headers.get("x-amz-version-id");
      expect((await call("DELETE", `/${name}/k?versionId=${id}`)).status).toBe(403);
    },
  );

  it("yields to the object's own, and is not given to what was there before", async () => {
    const name = await makeLockBucket();
    await putObject(name, "before");
    await ok(
      putConfiguration(name, configuration(rule("<Mode>COMPLIANCE</Mode><Years>1</Years>"))),
    );
    expect(await lockOf(`/${name}/before`)).toEqual({});
    await putObject(name, "own", governance(1));
    expect((await lockOf(`/${name}/own`))["mode"]).toBe("GOVERNANCE");
    await ok(putConfiguration(name, configuration()));
    await putObject(name, "after");
    expect(await lockOf(`/${name}/after`)).toEqual({});
  });
});

describe("an event hold", () => {
  const held = (more: string) =>
    `<Retention><Mode>COMPLIANCE</Mode><EventHold>${more}</EventHold></Retention>`;
  const hold = {
    "x-amz-object-lock-mode": "COMPLIANCE",
    "x-amz-object-lock-event-hold": "ON",
  };

  it("keeps a version its duration from now; released, from the release", async () => {
    const id = await putObject(bucket, "event", {
      ...hold,
      "x-amz-object-lock-event-hold-duration-days": "30",
    });
    const path = `/${bucket}/event`;
    const lock = await lockOf(path);
    expect(lock).toMatchObject({
      mode: "COMPLIANCE",
      "event-hold": "ON",
      "event-hold-duration-days": "30",
    });
    const ahead = Date.parse(lock["retain-until-date"] ?? "") - inDays(30);
    expect(Math.abs(ahead)).toBeLessThan(3000);
    expect((await call("DELETE", `${path}?versionId=${id}`, { headers: bypass })).status).toBe(403);

    await ok(putRetention(path, held("OFF")));
    const released = await call("GET", `${path}?retention`);
    expect(released.first("EventHold")).toBe("OFF");
    expect(released.all("EventHoldDuration")).toEqual([]);
    const until = released.first("RetainUntilDate");
    expect(Math.abs(Date.parse(until ?? "") - inDays(30))).toBeLessThan(3000);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await call("GET", `${path}?retention`)).first("RetainUntilDate")).toBe(until);
    expect((await call("DELETE", `${path}?versionId=${id}`)).status).toBe(403);
  });

  it("is set on a version that is there, in years as well", async () => {
    await putObject(bucket, "later");
    const body =
      "<Retention><Mode>GOVERNANCE</Mode><EventHold>ON</EventHold><EventHoldDuration><Years>2</Years></EventHoldDuration></Retention>";
    await ok(putRetention(`/${bucket}/later`, body));
    const told = await call("GET", `/${bucket}/later?retention`);
    expect([told.first("EventHold"), told.first("Years")]).toEqual(["ON", "2"]);
    expect((await lockOf(`/${bucket}/later`))["event-hold-duration-years"]).toBe("2");
    const off = await putRetention(`/${bucket}/never-held`, held("OFF"));
    expect(codeOf(off)).toEqual([404, "NoSuchKey"]);
  });

  it("cannot be released where there is none and no date", async () => {
    await putObject(bucket, "unheld");
    const answer = await putRetention(`/${bucket}/unheld`, held("OFF"));
    expect(codeOf(answer)).toEqual([400, "InvalidRequest"]);
    expect(answer.first("Message")).toContain("To turn off an event hold");
  });

  it("comes from the bucket's default", async () => {
    const name = await makeLockBucket(
      rule("<Mode>GOVERNANCE</Mode><DefaultEventHold><Days>7</Days></DefaultEventHold>"),
    );
    await putObject(name, "k");
    expect(await lockOf(`/${name}/k`)).toMatchObject({
      "event-hold": "ON",
      "event-hold-duration-days": "7",
    });
  });
});
