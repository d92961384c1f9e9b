import { describe, expect, it } from "vitest";
import { call, makeAccount, makeBucket, putObjects } from "./fixtures.ts";

describe("DeleteBucket", () => {
  it("deletes an empty bucket, whose name is free again for its owner", async () => {
    const name = await makeBucket();
    expect((await call("DELETE", `/${name}`)).status).toBe(204);
    expect((await call("HEAD", `/${name}`)).status).toBe(404);
    expect((await call("PUT", `/${name}/key`, { body: "x" })).first("Code")).toBe("NoSuchBucket");
    expect((await call("PUT", `/${name}`)).status).toBe(200);
    expect((await call("GET", `/${name}?list-type=2`)).first("KeyCount")).toBe("0");
  });

  it("answers NoSuchBucket the second time", async () => {
    const name = await makeBucket();
    await call("DELETE", `/${name}`);
    const answer = await call("DELETE", `/${name}`);
    expect([answer.status, answer.first("Code")]).toEqual([404, "NoSuchBucket"]);
  });

  it("refuses strangers with AccessDenied and keeps the bucket", async () => {
    const name = await makeBucket();
    const { keys } = await makeAccount();
    const answer = await call("DELETE", `/${name}`, { keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
    expect((await call("HEAD", `/${name}`)).status).toBe(200);
  });

  it("refuses a bucket with objects with BucketNotEmpty, and goes on serving it (B041)", async () => {
    const name = await makeBucket();
    await putObjects(name, ["key"]);
    const answer = await call("DELETE", `/${name}`);
    expect([answer.status, answer.first("Code")]).toEqual([409, "BucketNotEmpty"]);
    expect(answer.first("Message")).toBe("The bucket you tried to delete is not empty");
    expect((await call("GET", `/${name}/key`)).text).toBe("x");
    await putObjects(name, ["other"]);
  });

  it("refuses a versioned bucket while a delete marker is left", async () => {
    const name = await makeBucket();
    await call("PUT", `/${name}?versioning`, {
      body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    });
    await call("DELETE", `/${name}/never-there`);
    const answer = await call("DELETE", `/${name}`);
    expect(answer.first("Message")).toBe(
      "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    );
  });

  it("forgets the settings of the bucket that had the name", async () => {
    const name = await makeBucket();
    await call("PUT", `/${name}?requestPayment`, {
      body: "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
    });
    await call("DELETE", `/${name}`);
    await call("PUT", `/${name}`);
    expect((await call("GET", `/${name}?requestPayment`)).first("Payer")).toBe("BucketOwner");
  });
});
