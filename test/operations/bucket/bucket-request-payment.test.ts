// Requester pays: who must agree to pay, and who is told that it did.
import { beforeAll, describe, expect, it } from "vitest";
import { makeAclBucket, nobody, outcome, put } from "../acl-fixtures.ts";
import { call, makeAccount, rootKeys, type TestAccount } from "./fixtures.ts";

let stranger: TestAccount;
let bucket: string;
const payer = { "x-amz-request-payer": "requester" };
const denied = "403 AccessDenied";

const setPayer = async (name: string) => {
  const body = `<RequestPaymentConfiguration><Payer>${name}</Payer></RequestPaymentConfiguration>`;
  expect((await call("PUT", `/${bucket}?requestPayment`, { body })).status).toBe(200);
};

beforeAll(async () => {
  stranger = await makeAccount();
  bucket = await makeAclBucket("payer", { acl: "public-read-write" });
  await put(`/${bucket}/k`, { "x-amz-acl": "public-read" });
  await setPayer("Requester");
});

describe("PutBucketRequestPayment", () => {
  it("makes others say that they pay, and tells them that they did", async () => {
    for (const path of [
      `/${bucket}/k`,
      `/${bucket}`,
      `/${bucket}?list-type=2`,
      `/${bucket}?versions`,
    ]) {
      expect(await outcome(stranger.keys, "GET", path)).toBe(denied);
      const answer = await call("GET", path, { keys: stranger.keys, headers: payer });
      expect([answer.status, answer.headers.get("x-amz-request-charged")]).toEqual([
        200,
        "requester",
      ]);
    }
    expect(await outcome(stranger.keys, "PUT", `/${bucket}/new`, { body: "x" })).toBe(denied);
    const wish = { body: "x", headers: payer };
    expect(await outcome(stranger.keys, "PUT", `/${bucket}/new`, wish)).toBe("200");
    expect(await outcome(stranger.keys, "DELETE", `/${bucket}/new`)).toBe(denied);
    expect(await outcome(stranger.keys, "DELETE", `/${bucket}/new`, { headers: payer })).toBe(
      "204",
    );
  });

  it("refuses the anonymous, whatever they say", async () => {
    expect(await outcome(nobody, "GET", `/${bucket}/k`)).toBe(denied);
    expect(await outcome(nobody, "GET", `/${bucket}/k`, { headers: payer })).toBe(denied);
  });

  it("asks nothing of the owner, who is not charged", async () => {
    for (const headers of [{}, payer]) {
      const answer = await call("GET", `/${bucket}/k`, { headers });
      expect([answer.status, answer.headers.get("x-amz-request-charged")]).toEqual([200, null]);
    }
  });

  it("counts for the source of a copy as well", async () => {
    const mine = `payer-mine-${crypto.randomUUID().slice(0, 8)}`;
    expect((await call("PUT", `/${mine}`, { keys: stranger.keys })).status).toBe(200);
    const headers = { "x-amz-copy-source": `${bucket}/k` };
    expect(await outcome(stranger.keys, "PUT", `/${mine}/k`, { headers })).toBe(denied);
    const agreed = { headers: { ...headers, ...payer } };
    expect(await outcome(stranger.keys, "PUT", `/${mine}/k`, agreed)).toBe("200");
  });

  it("takes only the two words for it, and ends with the other", async () => {
    const body = "<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>";
    expect(await outcome(rootKeys, "PUT", `/${bucket}?requestPayment`, { body })).toBe(
      "400 MalformedXML",
    );
    await setPayer("BucketOwner");
    expect(await outcome(nobody, "GET", `/${bucket}/k`)).toBe("200");
    const answer = await call("GET", `/${bucket}/k`, { keys: stranger.keys, headers: payer });
    expect(answer.headers.get("x-amz-request-charged")).toBe(null);
  });
});
