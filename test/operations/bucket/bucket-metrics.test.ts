// Metrics and analytics configurations: kept under their ids, given back, listed, refused when they
// are not what S3 takes.
import { describe, expect, it } from "vitest";
import { call, makeBucket } from "./fixtures.ts";

const ns = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const metrics = (id: string, filter = "") =>
  `<MetricsConfiguration ${ns}><Id>${id}</Id>${filter}</MetricsConfiguration>`;
const put = (bucket: string, kind: string, id: string, body: string) =>
  call("PUT", `/${bucket}?${kind}&id=${id}`, { body });

describe("PutBucketMetricsConfiguration", () => {
  it("keeps configurations under their ids, and forgets them", async () => {
    const bucket = await makeBucket("metrics");
    const filter =
      "<Filter><And><Prefix>docs/</Prefix><Tag><Key>a</Key><Value>1</Value></Tag></And></Filter>";
    expect((await put(bucket, "metrics", "EntireBucket", metrics("EntireBucket"))).status).toBe(
      200,
    );
    expect((await put(bucket, "metrics", "docs", metrics("docs", filter))).status).toBe(200);
    const one = await call("GET", `/${bucket}?metrics&id=docs`);
    expect([one.first("Id"), one.first("Prefix"), one.first("Key")]).toEqual([
      "docs",
      "docs/",
      "a",
    ]);
    const all = await call("GET", `/${bucket}?metrics`);
    expect(all.all("Id")).toEqual(["EntireBucket", "docs"]);
    expect((await call("DELETE", `/${bucket}?metrics&id=docs`)).status).toBe(204);
    const gone = await call("GET", `/${bucket}?metrics&id=docs`);
    expect([gone.status, gone.first("Code")]).toEqual([404, "NoSuchConfiguration"]);
  });

  it("refuses filters that are none and ids that differ", async () => {
    const bucket = await makeBucket("metrics");
    const code = async (id: string, body: string) =>
      (await put(bucket, "metrics", id, body)).first("Code");
    expect(await code("a", metrics("a", "<Filter></Filter>"))).toBe("MalformedXML");
    const lone = "<Filter><And><Prefix>x</Prefix></And></Filter>";
    expect(await code("a", metrics("a", lone))).toBe("MalformedXML");
    const twice =
      "<Filter><And><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>a</Key><Value>2</Value></Tag></And></Filter>";
    expect(await code("a", metrics("a", twice))).toBe("InvalidTag");
    const point = "<Filter><AccessPointArn>nothing</AccessPointArn></Filter>";
    expect(await code("a", metrics("a", point))).toBe("InvalidArgument");
    expect(await code("a", metrics("b"))).toBe("InvalidArgument");
    expect((await call("GET", `/${bucket}?metrics`)).all("Id")).toEqual([]);
  });
});

describe("PutBucketAnalyticsConfiguration", () => {
  const analytics = (id: string, inner: string) =>
    `<AnalyticsConfiguration ${ns}><Id>${id}</Id>${inner}</AnalyticsConfiguration>`;
  const exporting = (arn: string) =>
    `<StorageClassAnalysis><DataExport><OutputSchemaVersion>V_1</OutputSchemaVersion><Destination><S3BucketDestination><Format>CSV</Format><Bucket>${arn}</Bucket></S3BucketDestination></Destination></DataExport></StorageClassAnalysis>`;

  it("keeps configurations and gives them back", async () => {
    const bucket = await makeBucket("analytics");
    const inner = `<Filter><Prefix>x/</Prefix></Filter>${exporting(`arn:aws:s3:::${bucket}`)}`;
    expect((await put(bucket, "analytics", "one", analytics("one", inner))).status).toBe(200);
    const told = await call("GET", `/${bucket}?analytics&id=one`);
    expect(told.first("OutputSchemaVersion")).toBe("V_1");
    expect(told.first("Bucket")).toBe(`arn:aws:s3:::${bucket}`);
    expect((await call("GET", `/${bucket}?analytics`)).all("Id")).toEqual(["one"]);
    expect((await call("DELETE", `/${bucket}?analytics&id=one`)).status).toBe(204);
    expect((await call("GET", `/${bucket}?analytics&id=one`)).status).toBe(404);
  });

  it("refuses what lacks an analysis, or exports nowhere", async () => {
    const bucket = await makeBucket("analytics");
    const code = async (inner: string) =>
      (await put(bucket, "analytics", "a", analytics("a", inner))).first("Code");
    expect(await code("")).toBe("MalformedXML");
    expect(await code(exporting("nowhere"))).toBe("InvalidArgument");
    expect(await code("<StorageClassAnalysis></StorageClassAnalysis>")).toBeUndefined();
  });
});
