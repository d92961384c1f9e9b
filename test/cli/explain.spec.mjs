// @ts-check
// `cairn explain` and `cairn access` against a real server: a message that came with a denial, questions
// judged now, and the table of who may do what.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { AwsClient } from "aws4fetch";
import { startCairn } from "../../server/index.mjs";
import { asCaller, runCairn } from "./run-cairn.mjs";

/** @type {import("../../server/index.mjs").CairnServer} */
let server;
/** @type {string} */
let message;
/** @type {string} */
let arn;

/** @param {string[]} words */
const cairn = (...words) =>
  runCairn(words, { environment: asCaller(server.endpoint, server.credentials) });

/**
 * @param {string} action
 * @param {Record<string, string>} parameters
 */
async function iam(action, parameters) {
  const client = new AwsClient({ ...server.credentials, service: "iam", region: server.region });
  const body = new URLSearchParams({ Action: action, Version: "2010-05-08", ...parameters });
  const answer = await client.fetch(server.endpoint, {
    method: "POST",
    body: body.toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return (/** @type {string} */ name) => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? "";
}

describe("cairn explain", () => {
  before(async () => {
    server = await startCairn({ quiet: true });
    const client = new AwsClient({ ...server.credentials, service: "s3", region: server.region });
    await client.fetch(`${server.endpoint}/books`, { method: "PUT" });
    arn = (await iam("CreateUser", { UserName: "anna" }))("Arn");
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: {
        ...{ Sid: "FromHome", Effect: "Allow", Action: "s3:GetObject" },
        Resource: "arn:aws:s3:::books/*",
        Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
      },
    });
    await iam("PutUserPolicy", { UserName: "anna", PolicyName: "reads", PolicyDocument });
    const key = await iam("CreateAccessKey", { UserName: "anna" });
    const anna = new AwsClient({
      ...{ accessKeyId: key("AccessKeyId"), secretAccessKey: key("SecretAccessKey") },
      ...{ service: "s3", region: server.region },
    });
    const denial = await (await anna.fetch(`${server.endpoint}/books/a`)).text();
    message = /<EncodedMessage>([^<]*)/.exec(denial)?.[1] ?? "";
    assert.notEqual(message, "", denial);
  });
  after(() => server.stop());

  it("tells the story of a denial, and the statement that would allow it", async () => {
    const { stdout, exitCode } = await cairn("explain", message);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^Denied\.$/m);
    assert.match(stdout, /because no identity-based policy allows the s3:GetObject action/);
    assert.match(
      stdout,
      /Statement 1 \("FromHome"\) of the identity-based policy reads would allow it, but its condition IpAddress aws:SourceIp wants "192\.0\.2\.0\/24" and the request does not have it/,
    );
    assert.match(stdout, /"Resource": "arn:aws:s3:::books\/a"/);
  });

  it("judges a question as things are now, with what is supposed", async () => {
    const question = ["--principal", arn, "--action", "s3:GetObject"];
    const resource = ["--resource", "arn:aws:s3:::books/a"];
    const denied = await cairn("explain", ...question, ...resource);
    assert.match(denied.stdout, /^Denied\.$/m);
    const home = ["--context", "aws:SourceIp=192.0.2.7"];
    const allowed = await cairn("explain", ...question, ...resource, ...home, "--json");
    assert.equal(JSON.parse(allowed.stdout).allowed, true);
    const nobody = await cairn("explain", "--principal", "*", ...question.slice(2), ...resource);
    assert.match(nobody.stdout, /no resource-based policy allows/);
  });

  it("says who may do what in a bucket", async () => {
    const { stdout } = await cairn("access", "books", "--key", "a");
    assert.match(stdout, /root +yes +yes +yes +yes/);
    assert.match(stdout, /anybody +no +no +no +no/);
    assert.match(stdout, /user\/anna +no +no +no +no +no-identity-allow/);
  });

  it("refuses half a question and what is no message", async () => {
    assert.equal((await cairn("explain")).exitCode, 2);
    assert.equal((await cairn("explain", message, "--action", "s3:GetObject")).exitCode, 2);
    const nonsense = await cairn("explain", "nonsense");
    assert.equal(nonsense.exitCode, 1);
    assert.match(nonsense.stderr, /InvalidAuthorizationMessage/);
  });
});
