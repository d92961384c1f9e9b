// Inventory configurations, and with them what all settings of many ids have in common.
import { describe, expect, it } from "vitest";
import { call, makeBucket } from "./fixtures.ts";

interface Wish {
  readonly id?: string;
  readonly bucket?: string;
  readonly format?: string;
  readonly fields?: string;
  readonly inside?: string;
}

function inventory(wish: Wish = {}): string {
  const { id = "report", bucket = "arn:aws:s3:::reports", format = "CSV" } = wish;
  const fields = wish.fields ?? "<OptionalFields><Field>Size</Field></OptionalFields>";
  return (
    `<InventoryConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Destination>` +
    `<S3BucketDestination><Format>${format}</Format><Bucket>${bucket}</Bucket>` +
    `<Prefix>in</Prefix></S3BucketDestination></Destination><IsEnabled>true</IsEnabled>` +
    `<Id>${id}</Id><IncludedObjectVersions>All</IncludedObjectVersions>${fields}` +
    `<Schedule><Frequency>Daily</Frequency></Schedule>${wish.inside ?? ""}</InventoryConfiguration>`
  );
}

const put = (bucket: string, id: string, body: string) =>
  call("PUT", `/${bucket}?inventory&id=${id}`, { body });

describe("PutBucketInventoryConfiguration", () => {
  it("keeps the document, and shows it as it was given", async () => {
    const bucket = await makeBucket("inventory");
    expect((await put(bucket, "report", inventory())).status).toBe(200);
    const answer = await call("GET", `/${bucket}?inventory&id=report`);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain("<OptionalFields><Field>Size</Field></OptionalFields>");
    expect([answer.first("Format"), answer.first("Bucket")]).toEqual([
      "CSV",
      "arn:aws:s3:::reports",
    ]);
    expect((await put(bucket, "report", inventory({ format: "Parquet" }))).status).toBe(200);
    const again = await call("GET", `/${bucket}?inventory&id=report`);
    expect(again.first("Format")).toBe("Parquet");
  });

  it.each([
    ["a word that is none of the formats", "report", { format: "XLS" }, 400, "MalformedXML"],
    [
      "a field there is not",
      "report",
      { fields: "<OptionalFields><Field>Colour</Field></OptionalFields>" },
      400,
      "MalformedXML",
    ],
    [
      "a field twice",
      "report",
      { fields: "<OptionalFields><Field>Size</Field><Field>Size</Field></OptionalFields>" },
      400,
      "MalformedXML",
    ],
    [
      "a bucket without its ARN",
      "report",
      { bucket: "reports" },
      400,
      "InvalidS3DestinationBucket",
    ],
    [
      "a bucket with an account in its ARN",
      "report",
      { bucket: "arn:aws:s3::111122223333:reports" },
      400,
      "InvalidS3DestinationBucket",
    ],
    ["another id than in the URL", "other", {}, 400, "IdMismatch"],
    ["an id with a slash", "a%2Fb", { id: "a/b" }, 400, "InvalidArgument"],
    ["an id of 65 characters", "a".repeat(65), { id: "a".repeat(65) }, 400, "InvalidArgument"],
    ["the format ORC", "report", { format: "ORC" }, 501, "NotImplemented"],
  ])("refuses %s", async (_name, id, wish, status, code) => {
    const bucket = await makeBucket("inventory");
    const answer = await put(bucket, id, inventory(wish));
    expect([answer.status, answer.first("Code")]).toEqual([status, code]);
    expect((await call("GET", `/${bucket}?inventory`)).all("Id")).toEqual([]);
  });

  it("refuses text that is no document", async () => {
    const bucket = await makeBucket("inventory");
    const answer = await put(bucket, "report", "<InventoryConfiguration/>");
    expect([answer.status, answer.first("Code")]).toEqual([400, "MalformedXML"]);
  });
});

describe("ListBucketInventoryConfigurations", () => {
  it("lists 100 at a time in the order of ids, and refuses a token it never gave", async () => {
    const bucket = await makeBucket("inventory");
    const ids = Array.from({ length: 101 }, (_, at) => `r${String(at).padStart(3, "0")}`);
    for (const id of ids) expect((await put(bucket, id, inventory({ id }))).status).toBe(200);
    const first = await call("GET", `/${bucket}?inventory`);
    expect(first.all("Id")).toEqual(ids.slice(0, 100));
    expect(first.first("IsTruncated")).toBe("true");
    const token = encodeURIComponent(first.first("NextContinuationToken") ?? "");
    const second = await call("GET", `/${bucket}?continuation-token=${token}&inventory`);
    expect([second.all("Id"), second.first("IsTruncated")]).toEqual([["r100"], "false"]);
    const bad = await call("GET", `/${bucket}?continuation-token=abc&inventory`);
    expect([bad.status, bad.first("Code")]).toEqual([400, "InvalidArgument"]);
  });
});

describe("DeleteBucketInventoryConfiguration", () => {
  it("removes the document once", async () => {
    const bucket = await makeBucket("inventory");
    await put(bucket, "report", inventory());
    expect((await call("DELETE", `/${bucket}?inventory&id=report`)).status).toBe(204);
    const gone = await call("DELETE", `/${bucket}?inventory&id=report`);
    expect([gone.status, gone.first("Code")]).toEqual([404, "NoSuchConfiguration"]);
    const missing = await call("GET", `/${bucket}?inventory&id=report`);
    expect(missing.first("Code")).toBe("NoSuchConfiguration");
  });
});
