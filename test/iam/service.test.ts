import * as iamClient from "@aws-sdk/client-iam";
import * as stsClient from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { iamActions, stsActions } from "../../src/iam/actions.ts";
import {
  type Answer,
  call,
  callAnonymously,
  type Keys,
  makeAccount,
} from "../operations/bucket/fixtures.ts";

const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A form as the JavaScript SDK sends it: the body's hash in a header. */
async function post(service: string, body: string, keys?: Keys): Promise<Answer> {
  const headers = { ...form, "x-amz-content-sha256": await sha256(body) };
  return call("POST", "/", { ...(keys && { keys }), body, headers, service });
}

describe("GetCallerIdentity", () => {
  it("tells an account's root who it is", async () => {
    const { keys, accountId } = await makeAccount();
    const answer = await post("sts", "Action=GetCallerIdentity&Version=2011-06-15", keys);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/xml");
    expect(answer.text).toContain(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>',
    );
    expect(answer.first("Arn")).toBe(`arn:aws:iam::${accountId}:root`);
    expect([answer.first("UserId"), answer.first("Account")]).toEqual([accountId, accountId]);
    expect(answer.first("RequestId")).toBe(answer.headers.get("x-amzn-requestid"));
  });

  it("reads the query string of a GET", async () => {
    const path = "/?Action=GetCallerIdentity&Version=2011-06-15";
    const headers = { "x-amz-content-sha256": await sha256("") };
    const answer = await call("GET", path, { service: "sts", headers });
    expect([answer.status, answer.all("Account").length]).toEqual([200, 1]);
  });

  it("takes a body whose hash is signed without being sent, as botocore does", async () => {
    const body = "Action=GetCallerIdentity&Version=2011-06-15";
    const answer = await call("POST", "/", { body, headers: form, service: "sts" });
    expect([answer.status, answer.all("Account").length]).toEqual([200, 1]);
  });

  it("is not served to a call signed for S3, nor without a signature (SEC-029)", async () => {
    const path = "/?Action=GetCallerIdentity&Version=2011-06-15";
    expect((await call("POST", path)).status).toBe(405);
    expect((await callAnonymously("POST", path)).text).not.toContain("Account>");
  });

  it("refuses a body that is not the one signed", async () => {
    const headers = { ...form, "x-amz-content-sha256": await sha256("something else") };
    const body = "Action=GetCallerIdentity&Version=2011-06-15";
    const answer = await call("POST", "/", { body, headers, service: "sts" });
    expect([answer.status, answer.first("Code")]).toEqual([400, "XAmzContentSHA256Mismatch"]);
    expect(answer.text).toContain("<ErrorResponse");
  });
});

describe("the Query protocol", () => {
  it.each([
    ["iam", "CreateSAMLProvider", "2010-05-08"],
    ["sts", "AssumeRoot", "2011-06-15"],
  ])("answers %s %s with NotImplemented by name", async (service, action, version) => {
    const answer = await post(service, `Action=${action}&Version=${version}`);
    expect([answer.status, answer.first("Code")]).toEqual([501, "NotImplemented"]);
    expect(answer.first("Message")).toContain(action);
    expect(answer.text).toContain(
      `<ErrorResponse xmlns="https://${service}.amazonaws.com/doc/${version}/"><Error><Type>Receiver</Type>`,
    );
  });

  it.each([
    ["iam", "Action=Frobnicate&Version=2010-05-08", "InvalidAction"],
    ["iam", "Action=ListUsers&Version=2011-06-15", "InvalidAction"],
    ["iam", "Action=ListUsers", "InvalidAction"],
    ["iam", "Action=GetCallerIdentity&Version=2010-05-08", "InvalidAction"],
    ["sts", "Action=toString&Version=2011-06-15", "InvalidAction"],
    ["sts", "Version=2011-06-15", "MissingAction"],
    ["sts", "nonsense", "MissingAction"],
  ])("answers %s %s with %s", async (service, body, code) => {
    const answer = await post(service, body);
    expect([answer.status, answer.first("Code")]).toEqual([400, code]);
    expect(answer.first("Type")).toBe("Sender");
  });

  it("escapes what it repeats", async () => {
    const answer = await post("sts", "Action=%3Cscript%3E&Version=2011-06-15");
    expect(answer.first("Message")).toContain("&lt;script&gt;");
  });
});

describe("the names of the actions", () => {
  const commandsOf = (client: object) =>
    Object.keys(client)
      .filter((name) => name.endsWith("Command") && name !== "$Command")
      .map((name) => name.slice(0, -"Command".length))
      .sort();

  it("are the SDK's", () => {
    expect([...iamActions].sort()).toEqual(commandsOf(iamClient));
    expect([...stsActions].sort()).toEqual(commandsOf(stsClient));
  });
});
