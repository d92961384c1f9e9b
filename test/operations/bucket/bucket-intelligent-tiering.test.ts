import {
  DeleteBucketIntelligentTieringConfigurationCommand,
  GetBucketIntelligentTieringConfigurationCommand,
  type IntelligentTieringConfiguration,
  ListBucketIntelligentTieringConfigurationsCommand,
  PutBucketIntelligentTieringConfigurationCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { about, daysOn, openTestBucket, put, runJob } from "../../jobs/fixture.ts";
import { refusal, sdk } from "../object/fixtures.ts";
import { makeBucket } from "./fixtures.ts";

const client = sdk();
const archive = { AccessTier: "ARCHIVE_ACCESS", Days: 90 } as const;
const deep = { AccessTier: "DEEP_ARCHIVE_ACCESS", Days: 180 } as const;

function save(Bucket: string, more: Partial<IntelligentTieringConfiguration> = {}, Id = "one") {
  const document = { Id, Status: "Enabled" as const, Tierings: [archive, deep], ...more };
  return client.send(
    new PutBucketIntelligentTieringConfigurationCommand({
      Bucket,
      Id,
      IntelligentTieringConfiguration: document,
    }),
  );
}

async function listed(Bucket: string) {
  const list = new ListBucketIntelligentTieringConfigurationsCommand({ Bucket });
  return (await client.send(list)).IntelligentTieringConfigurationList ?? [];
}

describe("PutBucketIntelligentTieringConfiguration", () => {
  it("keeps documents by id, as they were given", async () => {
    const Bucket = await makeBucket("tiers");
    expect(await listed(Bucket)).toEqual([]);
    const get = new GetBucketIntelligentTieringConfigurationCommand({ Bucket, Id: "one" });
    await refusal(client.send(get), "NoSuchConfiguration", 404);
    const Filter = { And: { Prefix: "a/", Tags: [{ Key: "k", Value: "v" }] } };
    await save(Bucket, { Filter });
    await save(Bucket, { Status: "Disabled", Tierings: [archive] }, "two");
    const one = { Id: "one", Status: "Enabled", Tierings: [archive, deep], Filter };
    expect((await client.send(get)).IntelligentTieringConfiguration).toEqual(one);
    const two = { Id: "two", Status: "Disabled", Tierings: [archive] };
    expect(await listed(Bucket)).toEqual([one, two]);
    await save(Bucket, { Filter: { Tag: { Key: "k", Value: "v" } } });
    expect(await listed(Bucket)).toHaveLength(2);
    const remove = new DeleteBucketIntelligentTieringConfigurationCommand({ Bucket, Id: "one" });
    await client.send(remove);
    expect(await listed(Bucket)).toEqual([two]);
    await refusal(client.send(remove), "NoSuchConfiguration", 404);
  });

  const tag = { Key: "k", Value: "v" };
  it.each<[string, Partial<IntelligentTieringConfiguration>, string]>([
    ["no tier", { Tierings: [] }, "MalformedXML"],
    ["an unknown tier", { Tierings: [{ ...archive, AccessTier: "X" as never }] }, "MalformedXML"],
    ["no days", { Tierings: [{ ...archive, Days: undefined }] }, "MalformedXML"],
    ["a status of its own", { Status: "On" as never }, "MalformedXML"],
    ["89 days", { Tierings: [{ ...archive, Days: 89 }] }, "InvalidArgument"],
    ["179 days", { Tierings: [{ ...deep, Days: 179 }] }, "InvalidArgument"],
    ["731 days", { Tierings: [{ ...archive, Days: 731 }] }, "InvalidArgument"],
    ["a tier twice", { Tierings: [archive, archive] }, "InvalidArgument"],
    ["tiers out of order", { Tierings: [{ ...archive, Days: 180 }, deep] }, "InvalidArgument"],
    ["two filters", { Filter: { Prefix: "a", Tag: tag } }, "MalformedXML"],
    ["And of one", { Filter: { And: { Tags: [tag] } } }, "MalformedXML"],
    ["a tag twice", { Filter: { And: { Tags: [tag, tag] } } }, "InvalidArgument"],
    ["another id", { Id: "other" }, "MalformedXML"],
  ])("refuses %s, and keeps what was", async (_, document, code) => {
    const Bucket = await makeBucket("bad-tiers");
    await save(Bucket);
    const before = await listed(Bucket);
    await refusal(save(Bucket, document), code, 400);
    expect(await listed(Bucket)).toEqual(before);
  });

  it("is obeyed by the upkeep of tiers", async () => {
    const bucket = await openTestBucket("obeyed");
    const body = "x".repeat(128 * 1024);
    await put(bucket.name, "a/k", body, { StorageClass: "INTELLIGENT_TIERING" });
    await put(bucket.name, "b/k", body, { StorageClass: "INTELLIGENT_TIERING" });
    await save(bucket.name, { Filter: { Prefix: "a/" } });
    const options = about(bucket);
    await runJob({ kind: "tiering", options, seams: daysOn(181) });
    const { rows } = await bucket.index.scanTiered({ limit: 10 });
    expect(rows.map(({ key, tier }) => [key, tier])).toEqual([
      ["a/k", "DEEP_ARCHIVE"],
      ["b/k", "ARCHIVE_INSTANT"],
    ]);
  });
});
