// @ts-check
// What the editor of policies notices and offers, without a browser: findings by their place, words by
// the place of the cursor.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkPolicy } from "../../console/src/policy/check.ts";
import { completePolicy } from "../../console/src/policy/complete.ts";
import { parseWithPlaces } from "../../console/src/policy/json-places.ts";

/** @import { PolicySubject } from "../../console/src/policy/check.ts" */

/** @type {PolicySubject} */
const ofBucket = { kind: "bucket", bucket: "photos" };
/** @type {PolicySubject} */
const ofUser = { kind: "identity" };

const read = {
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::123456789012:root" },
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::photos/*",
};

/** @param {object[]} statements */
const policy = (...statements) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2);

/**
 * The findings as `severity: marked text: message`.
 * @param {string} source @param {PolicySubject} subject
 */
function findings(source, subject = ofBucket) {
  return checkPolicy(source, subject).map(
    ({ severity, from, to, message }) => `${severity}: ${source.slice(from, to)}: ${message}`,
  );
}

describe("checks of a policy", () => {
  test("find nothing in a good one, and leave what is no JSON to the editor", () => {
    assert.deepEqual(findings(policy(read)), []);
    assert.deepEqual(findings('{"Statement": ['), []);
    assert.deepEqual(findings('"text"'), []);
  });

  test("mark what the server refuses, where it stands", () => {
    const wrong = [
      [{ ...read, Action: "s3:GetObjct" }, /^error: "s3:GetObjct": .*Did you mean s3:GetObject\?/],
      [{ ...read, Action: "s3:Fly*" }, /^error: "s3:Fly\*": s3:Fly\* matches no action/],
      [
        { ...read, Resource: "arn:aws:s3:::other/*" },
        /^error: "arn:aws:s3:::other\/\*": .*another/,
      ],
      [{ ...read, Condition: { Likes: { "aws:SourceIp": "1" } } }, /^error: "Likes": /],
      [{ ...read, Action: "s3:ListBucket" }, /^error: "Effect": Action does not apply/],
      [{ ...read, Principal: "nobody" }, /^error: "Effect": /],
    ];
    for (const [statement, expected] of wrong) {
      const found = findings(policy(/** @type {object} */ (statement)));
      assert.match(found.join("\n"), /** @type {RegExp} */ (expected));
    }
    const twice = '{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}';
    assert.match(findings(twice).join("\n"), /error: "Version": Version stands here twice/);
    const sids = policy({ Sid: "a", ...read }, { Sid: "a", ...read });
    assert.match(findings(sids).join("\n"), /error: "a": Another statement has this Sid/);
  });

  test("warn of what is wider than it looks", () => {
    const wide = [
      [{ ...read, Principal: "*" }, /^warning: "Principal": .*anybody on the internet, without/],
      [
        { ...read, Principal: "*", Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } },
        /^warning: "Principal": .*who meets the condition/,
      ],
      [{ ...read, NotAction: "s3:GetObject", Action: undefined }, /^warning: "NotAction": /],
    ];
    for (const [statement, expected] of wide) {
      const found = findings(policy(/** @type {object} */ (statement)));
      assert.match(found.join("\n"), /** @type {RegExp} */ (expected));
    }
    const { Principal: _, ...own } = read;
    const old = JSON.stringify({ Statement: [{ ...own, Action: ["*"] }, own, own] });
    const found = findings(old, ofUser).join("\n");
    assert.match(found, /warning: \{: Without "Version"/);
    assert.match(found, /warning: "\*": Every action is allowed/);
    assert.match(found, /warning: "Effect": Another statement says the same/);
    const elsewhere = policy({ ...own, Action: "ec2:RunInstances" });
    assert.match(findings(elsewhere, ofUser).join("\n"), /warning: .*Nothing here is called ec2/);
  });

  test("stand at the right place behind escapes and unusual spaces", () => {
    const source = '\n{ "a\\"}" :[ 1,-2.5e3 ,null,{}, [ ] ],"b":"\\u202e" }';
    assert.deepEqual(parseWithPlaces(source)?.value, JSON.parse(source));
    const b = parseWithPlaces(source)?.members?.[1];
    assert.equal(source.slice(b?.from, b?.to), '"b"');
    assert.equal(source.slice(b?.value.from, b?.value.to), '"\\u202e"');
  });
});

describe("completion in a policy", () => {
  const known = { buckets: ["photos"], principals: ["arn:aws:iam::123456789012:user/anna"] };
  const at = (/** @type {string} */ textBefore, subject = ofBucket) =>
    completePolicy(textBefore, subject, known);

  test("offers what may stand where the cursor is", () => {
    const open = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", ';
    assert.deepEqual(at('{"'), ["Version", "Id", "Statement"]);
    assert.ok(at(`${open}"`).includes("Principal"));
    assert.ok(!at(`${open}"`, ofUser).includes("Principal"));
    assert.ok(at(`${open}"Action": ["s3:GetObject", "s3:Pu`).includes("s3:PutObject"));
    assert.ok(!at(`${open}"Action": "`).includes("iam:CreateUser"));
    assert.ok(at(`${open}"Action": "`, ofUser).includes("iam:CreateUser"));
    assert.deepEqual(at(`${open}"Resource": "`), ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]);
    assert.ok(at(`${open}"Principal": {"AWS": ["`).includes(known.principals[0] ?? ""));
    assert.ok(at(`${open}"Condition": {"`).includes("StringLikeIfExists"));
    assert.ok(at(`${open}"Condition": {"Bool": {"`).includes("aws:SecureTransport"));
    assert.deepEqual(at(`${open}"Effect": "`), ["Allow", "Deny"]);
  });

  test("offers nothing between words, or where anything may stand", () => {
    assert.deepEqual(at('{"Statement": [{'), []);
    assert.deepEqual(at('{"Statement": [{"Sid": "'), []);
  });
});
