import { describe, expect, it } from "vitest";
import { call, callAnonymously, makeAccount } from "../bucket/fixtures.ts";

async function accountWith(names: readonly string[]) {
  const account = await makeAccount("owner of many");
  for (const name of names) await call("PUT", `/${name}`, { keys: account.keys });
  return account;
}

describe("ListBuckets", () => {
  it("lists the account's own buckets in order, with owner, date, region and ARN", async () => {
    const { keys, canonicalId } = await accountWith(["list-b", "list-a", "list-c"]);
    const answer = await call("GET", "/", { keys });
    expect(answer.status).toBe(200);
    expect(answer.all("Name")).toEqual(["list-a", "list-b", "list-c"]);
    expect(answer.all("BucketRegion")).toEqual(["us-east-1", "us-east-1", "us-east-1"]);
    expect(answer.first("BucketArn")).toBe("arn:aws:s3:::list-a");
    expect(answer.first("CreationDate")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(answer.first("ID")).toBe(canonicalId);
    expect(answer.first("DisplayName")).toBe("owner of many");
  });

  it("shows an empty list to an account without buckets", async () => {
    const { keys } = await makeAccount();
    const answer = await call("GET", "/", { keys });
    expect([answer.status, answer.all("Name")]).toEqual([200, []]);
    expect(answer.text).toMatch(/<Buckets(\/>|><\/Buckets>)/);
  });

  it("refuses anonymous callers with AccessDenied (B001)", async () => {
    const answer = await callAnonymously("GET", "/");
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });

  it("pages by max-buckets and continuation-token", async () => {
    const { keys } = await accountWith(["page-1", "page-2", "page-3"]);
    const seen: string[] = [];
    let token: string | undefined = "";
    while (token !== undefined) {
      const path: string = `/?max-buckets=2&continuation-token=${encodeURIComponent(token)}`;
      const answer = await call("GET", path, { keys });
      expect(answer.status).toBe(200);
      seen.push(...answer.all("Name"));
      token = answer.first("ContinuationToken");
    }
    expect(seen).toEqual(["page-1", "page-2", "page-3"]);
  });

  it("filters by prefix and region, and shows the prefix", async () => {
    const { keys } = await accountWith(["filter-x-1", "filter-x-2", "filter-y-1"]);
    const answer = await call("GET", "/?prefix=filter-x&bucket-region=us-east-1", { keys });
    expect(answer.all("Name")).toEqual(["filter-x-1", "filter-x-2"]);
    expect(answer.first("Prefix")).toBe("filter-x");
    expect((await call("GET", "/?bucket-region=eu-west-1", { keys })).all("Name")).toEqual([]);
  });

  it.each([
    "max-buckets=0",
    "max-buckets=10001",
    "max-buckets=abc",
    "continuation-token=garbage",
    "bucket-region=eu-east-1",
  ])("refuses %s with InvalidArgument", async (query) => {
    const answer = await call("GET", `/?${query}`);
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidArgument"]);
  });
});
