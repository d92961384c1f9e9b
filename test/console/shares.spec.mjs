// @ts-check
// What a link that can be ended may do, without a browser: its policy, read back, and judged by the server's
// own evaluator; and addresses as people type them.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isAddress, splitAddresses } from "../../console/src/screens/shares/addresses.ts";
import { policyOf, readGrant } from "../../console/src/screens/shares/grant.ts";

const endsAt = new Date("2026-12-01T00:00:00Z");

test("the policy of a link says what it is for, whatever the key", () => {
  const keys = fc.oneof(
    fc.string({ minLength: 1, unit: "binary" }),
    fc.constantFrom("*", "a/*", "${aws:username}", "${*}", "$", "what?", "\u65e5\u672c/\u{1f600}"),
  );
  const grants = fc.record({
    key: keys,
    mayWrite: fc.boolean(),
    addresses: fc.constantFrom([], ["10.0.0.0/8", "::1/128"]),
    version: fc.constantFrom(undefined, "v1"),
  });
  fc.assert(
    fc.property(grants, ({ key, mayWrite, addresses, version }) => {
      const place = { bucket: "photos", key, ...(version && { versionId: version }) };
      const document = policyOf({ place, mayWrite, endsAt, addresses });
      // What IAM takes at all.
      assert.match(document, /^[\t\n\r\x20-\xff]+$/);
      const [statement] = JSON.parse(document).Statement;
      // No star and no question mark that is not escaped.
      assert.equal(statement.Resource.replace(/\$\{[*?$]\}/g, "").match(/[*?]|\$\{/), null);
      assert.deepEqual(readGrant(document), { place, mayWrite, endsAt, addresses });
    }),
  );
});

test("what is no policy of a link is none", () => {
  const others = ["", "{}", '{"Statement":[]}', '{"Statement":[{"Resource":"arn:aws:s3:::a/b"}]}'];
  for (const document of others) assert.equal(readGrant(document), undefined);
});

test("addresses are IPv4 and IPv6, with and without a prefix", () => {
  assert.deepEqual(splitAddresses(" 1.2.3.4,::1\n10.0.0.0/8 "), ["1.2.3.4", "::1", "10.0.0.0/8"]);
  for (const good of [
    "0.0.0.0/0",
    "255.1.2.3",
    "10.0.0.0/32",
    "::/0",
    "2001:db8::/32",
    "::ffff:1.2.3.4",
  ])
    assert.ok(isAddress(good), good);
  for (const bad of [
    "1.2.3",
    "256.0.0.1",
    "10.0.0.0/33",
    "::1/129",
    "localhost",
    "1.2.3.4/",
    "g::1",
    ":",
  ])
    assert.ok(!isAddress(bad), bad);
});
