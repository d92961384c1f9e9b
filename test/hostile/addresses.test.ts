// Buckets by host and by path, names that look like paths of our own, and the largest lists that a call
// may carry. Rows SEC-038, SEC-137, SEC-148 and SEC-149.

import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { byHeader, byNobody, elements, makeBucket, must, send } from "./front-door.ts";

describe("SEC-149 a bucket by host and by path", () => {
  it("is the same bucket, and never two at once", async () => {
    const bucket = await makeBucket();
    const host = `${bucket}.localhost`;
    expect((await must(200, { path: "/there", host })).text).toBe("content");
    expect((await must(200, { path: "/there", host: `${host}:9000` })).text).toBe("content");
    const other = await makeBucket();
    await must(200, { method: "PUT", path: `/${other}/there`, host, body: "inside" });
    expect((await must(200, { path: `/${other}/there` })).text).toBe("content");
    expect((await must(200, { path: `/${bucket}/${other}/there` })).text).toBe("inside");
    expect((await must(200, { path: `/${other}/there`, host })).text).toBe("inside");
  });

  it("with dots in its name is one bucket", async () => {
    const bucket = `a.b.${crypto.randomUUID().slice(0, 8)}`;
    await must(200, { method: "PUT", path: `/${bucket}` });
    await must(200, { method: "PUT", path: `/${bucket}/key`, body: "dotted" });
    const host = `${bucket}.localhost`;
    expect((await must(200, { path: "/key", host })).text).toBe("dotted");
  });

  it("is not the suffix or the prefix of another's name (SEC-038)", async () => {
    const bucket = await makeBucket();
    for (const name of [`${bucket}-other`, bucket.slice(0, -1)]) {
      const answer = await send(byHeader({ path: `/${name}/there` }));
      expect([answer.status, answer.first("Code")]).toEqual([404, "NoSuchBucket"]);
    }
  });
});

describe("SEC-148 a bucket that looks like a path of ours", () => {
  it.each([
    "admin",
    "console",
    "api",
    "health",
    "metrics",
    "favicon.ico",
    "robots.txt",
    "index.html",
  ])("%s is a bucket like any other", async (name) => {
    await must(200, { method: "PUT", path: `/${name}` });
    await must(200, { method: "PUT", path: `/${name}/api/v1/status`, body: "mine" });
    expect((await must(200, { path: `/${name}/api/v1/status` })).text).toBe("mine");
    expect((await send(byNobody({ path: `/${name}/api/v1/status` }))).status).toBe(403);
  });

  it.each(["-", "_console", "cdn-cgi"])("%s cannot be one", async (name) => {
    const answer = await send(byHeader({ method: "PUT", path: `/${name}` }));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it("has keys under `-/`, when the host names it", async () => {
    const bucket = await makeBucket();
    const host = `${bucket}.localhost`;
    await must(200, { method: "PUT", path: "/-/api/v1/status", host, body: "mine" });
    expect((await must(200, { path: "/-/api/v1/status", host })).text).toBe("mine");
    expect((await must(200, { path: `/${bucket}/-/api/v1/status` })).text).toBe("mine");
  });
});

describe("SEC-137 the largest lists", () => {
  it("1,000 keys of 1,024 bytes are deleted in one call", async () => {
    const bucket = await makeBucket();
    const names = Array.from({ length: 1000 }, (_, at) => `${at}-`.padEnd(1024, "k"));
    await must(200, { method: "PUT", path: `/${bucket}/${names[999]}`, body: "x" });
    const body = `<Delete>${names.map((name) => `<Object><Key>${name}</Key></Object>`).join("")}</Delete>`;
    const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
    const answer = await must(200, { method: "POST", path: `/${bucket}?delete`, body, headers });
    expect(elements(answer.text).filter(({ name }) => name === "Deleted")).toHaveLength(1000);
    expect((await must(200, { path: `/${bucket}` })).text).not.toContain("999-");
  });

  it("10,000 parts are read and judged; the one that is there completes", async () => {
    const bucket = await makeBucket();
    const created = await must(200, { method: "POST", path: `/${bucket}/big?uploads` });
    const path = `/${bucket}/big?uploadId=${created.first("UploadId")}`;
    const put = await must(200, { method: "PUT", path: `${path}&partNumber=10000`, body: "last" });
    const etag = put.headers.get("etag") ?? "";
    const part = (number: number) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag><ChecksumCRC32>AAAAAA==</ChecksumCRC32></Part>`;
    const all = Array.from({ length: 10_000 }, (_, at) => part(at + 1)).join("");
    const whole = (content: string) =>
      `<CompleteMultipartUpload>${content}</CompleteMultipartUpload>`;
    const refused = await send(byHeader({ method: "POST", path, body: whole(all) }));
    expect([refused.status, refused.first("Code")]).toEqual([400, "InvalidPart"]);
    const last = `<Part><PartNumber>10000</PartNumber><ETag>${etag}</ETag></Part>`;
    await must(200, { method: "POST", path, body: whole(last) });
    expect((await must(200, { path: `/${bucket}/big` })).text).toBe("last");
  });
});
