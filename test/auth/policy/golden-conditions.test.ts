// Golden cases of the condition operators and of policy variables, from AWS's documentation:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html

import { describe, expect, it } from "vitest";
import { allow, ask, holds, type Keys } from "./fixtures.ts";

/** Operator, policy values, the request's value (`undefined`: no key), whether it holds. */
type Case = [
  operator: string,
  wanted: unknown,
  found: string | string[] | undefined,
  holds: boolean,
];

function keysOf(found: string | string[] | undefined): Keys {
  return found === undefined ? {} : { "aws:Test": found };
}

const strings: Case[] = [
  ["StringEquals", "iamuser-admin", "iamuser-admin", true],
  ["StringEquals", "iamuser-admin", "IamUser-Admin", false],
  ["StringEquals", "iamuser-admin", "iamuser-admin ", false],
  ["StringEquals", ["a", "b"], "b", true],
  ["StringEquals", ["a", "b"], "c", false],
  ["StringEquals", "*", "anything", false],
  ["StringEquals", "*", "*", true],
  ["StringEquals", "a?", "ab", false],
  ["StringEquals", "", "", true],
  ["StringEquals", "", "x", false],
  ["StringEquals", [], "x", false],
  ["StringEquals", 5, "5", true],
  ["StringEquals", true, "true", true],
  ["StringNotEquals", ["a", "b"], "b", false],
  ["StringNotEquals", ["a", "b"], "c", true],
  ["StringNotEquals", ["a", "b"], undefined, true],
  ["StringNotEquals", [], "x", true],
  ["StringEqualsIgnoreCase", "Admin", "aDMIN", true],
  ["StringEqualsIgnoreCase", "Admin", "administrator", false],
  ["StringNotEqualsIgnoreCase", "Admin", "aDMIN", false],
  ["StringNotEqualsIgnoreCase", "Admin", "root", true],
  ["StringLike", "projects/*", "projects/blue/one", true],
  ["StringLike", "projects/*", "projects", false],
  ["StringLike", "projects/*", "Projects/blue", false],
  ["StringLike", "*-admin", "blue-admin", true],
  ["StringLike", "*-admin", "blue-admins", false],
  ["StringLike", "p?t", "pat", true],
  ["StringLike", "p?t", "pt", false],
  ["StringLike", "p?t", "paat", false],
  ["StringLike", "p??t", "paat", true],
  ["StringLike", "*", "", true],
  ["StringLike", "?*", "", false],
  ["StringLike", "?*", "x", true],
  ["StringLike", "a*b*c", "axxbxxc", true],
  ["StringLike", "a*b*c", "abc", true],
  ["StringLike", "a*b*c", "acb", false],
  ["StringLike", "a**c", "ac", true],
  ["StringLike", "*a?c*", "xxabcxx", true],
  ["StringLike", "*a?c*", "xxacxx", false],
  ["StringLike", ["x*", "y*"], "yes", true],
  ["StringLike", "a.c", "abc", false],
  ["StringLike", "(a|b)", "a", false],
  ["StringLike", "a*", "a\nb", true],
  ["StringNotLike", "arn:aws:sts::*", "arn:aws:iam::1", true],
  ["StringNotLike", ["a*", "b*"], "bee", false],
  ["StringNotLike", ["a*", "b*"], "see", true],
  ["StringLikeIfExists", "ec2:*", undefined, true],
  ["StringLikeIfExists", "ec2:*", "s3:x", false],
  ["StringEqualsIfExists", "a", undefined, true],
  ["StringNotEqualsIfExists", "a", "a", false],
];

const numbers: Case[] = [
  ["NumericEquals", "10", "10", true],
  ["NumericEquals", 10, "10.00", true],
  ["NumericEquals", "10", "1e1", true],
  ["NumericEquals", "0", "-0", true],
  ["NumericEquals", "10", "ten", false],
  ["NumericEquals", "10", "", false],
  ["NumericEquals", "10", "10 ", false],
  ["NumericEquals", "10", "0x0a", false],
  ["NumericNotEquals", "10", "11", true],
  ["NumericNotEquals", "10", "10", false],
  ["NumericNotEquals", "10", undefined, true],
  ["NumericLessThan", "10", "9.99", true],
  ["NumericLessThan", "10", "10", false],
  ["NumericLessThanEquals", "10", "10", true],
  ["NumericLessThanEquals", "10", "1000", false],
  ["NumericLessThanEquals", ["10", "1000"], "1000", true],
  ["NumericGreaterThan", "-5", "-4", true],
  ["NumericGreaterThan", "1.2", "1.3", true],
  ["NumericGreaterThan", "1.2", "1.2", false],
  ["NumericGreaterThanEquals", "1.2", "1.2", true],
  ["NumericGreaterThanEquals", "1.2", undefined, false],
  ["NumericLessThanIfExists", "1.2", undefined, true],
];

const dates: Case[] = [
  ["DateEquals", "2013-06-30T00:00:00Z", "2013-06-30T00:00:00Z", true],
  ["DateEquals", "2013-06-30T00:00:00Z", "2013-06-30T02:00:00+02:00", true],
  ["DateEquals", "2013-06-30", "2013-06-30T00:00:00Z", true],
  ["DateEquals", "2013-06", "2013-06-01T00:00:00Z", true],
  ["DateEquals", "2013", "2013-01-01T00:00:00Z", true],
  ["DateEquals", "2013-06-30T00:00:00Z", "1372550400", true],
  ["DateEquals", "1372550400", "2013-06-30T00:00:00Z", true],
  ["DateEquals", "2013-06-30T00:00:00.5Z", "2013-06-30T00:00:00.500Z", true],
  ["DateEquals", "2013-06-30T00:00Z", "2013-06-30T00:00:00Z", true],
  ["DateEquals", "2013-06-30T00:00:00Z", "yesterday", false],
  ["DateEquals", "2013-06-30T00:00:00Z", "2013-13-01", false],
  ["DateNotEquals", "2013-06-30T00:00:00Z", "2013-06-30T00:00:01Z", true],
  ["DateNotEquals", "2013-06-30T00:00:00Z", "2013-06-30T00:00:00Z", false],
  ["DateLessThan", "2013-06-30T00:00:00Z", "2013-06-29T23:59:59Z", true],
  ["DateLessThan", "2013-06-30T00:00:00Z", "2013-06-30T00:00:00Z", false],
  ["DateLessThanEquals", "2013-06-30T00:00:00Z", "2013-06-30T00:00:00Z", true],
  ["DateGreaterThan", "2019-07-16T12:00:00Z", "2019-07-16T15:00:00Z", true],
  ["DateGreaterThan", "2019-07-16T12:00:00Z", "2019-07-16T12:00:00Z", false],
  ["DateGreaterThanEquals", "2019-07-16T12:00:00Z", "2019-07-16T12:00:00Z", true],
  ["DateGreaterThanEquals", "2019-07-16T12:00:00Z", undefined, false],
];

const others: Case[] = [
  ["Bool", "true", "true", true],
  ["Bool", "true", "TRUE", true],
  ["Bool", true, "true", true],
  ["Bool", "false", "false", true],
  ["Bool", "false", "true", false],
  ["Bool", "false", undefined, false],
  ["BoolIfExists", "true", undefined, true],
  ["BoolIfExists", "true", "false", false],
  ["Bool", "true", "1", false],
  ["Bool", ["true", "false"], "false", true],
  ["BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", true],
  ["BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA", true],
  ["BinaryEquals", "QmluYXJ5", "qmluyxj5", false],
  ["BinaryEquals", "QmluYXJ5", "not base64!", false],
  ["IpAddress", "203.0.113.0/24", "203.0.113.255", true],
  ["IpAddress", "203.0.113.0/24", "203.0.114.0", false],
  ["IpAddress", "203.0.113.5", "203.0.113.5", true],
  ["IpAddress", "203.0.113.5/32", "203.0.113.5", true],
  ["IpAddress", "203.0.113.5", "203.0.113.6", false],
  ["IpAddress", "0.0.0.0/0", "8.8.8.8", true],
  ["IpAddress", "0.0.0.0/0", "2001:db8::1", false],
  ["IpAddress", "192.0.2.128/25", "192.0.2.127", false],
  ["IpAddress", "192.0.2.128/25", "192.0.2.128", true],
  ["IpAddress", "10.0.0.0/9", "10.127.255.255", true],
  ["IpAddress", "10.0.0.0/9", "10.128.0.0", false],
  ["IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", true],
  ["IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5679::1", false],
  ["IpAddress", "2001:db8::1", "2001:0db8:0:0:0:0:0:1", true],
  ["IpAddress", "::/0", "::1", true],
  ["IpAddress", "::ffff:203.0.113.0/120", "203.0.113.7", true],
  ["IpAddress", "203.0.113.0/24", "::ffff:203.0.113.7", true],
  ["IpAddress", ["203.0.113.0/24", "2001:db8::/32"], "2001:db8:ffff::", true],
  ["IpAddress", "203.0.113.0/24", "203.0.113.5, 1.2.3.4", false],
  ["IpAddress", "203.0.113.0/24", "203.0.113.05", false],
  ["IpAddress", "203.0.113.0/24", "garbage", false],
  ["IpAddress", "203.0.113.0/24", undefined, false],
  ["NotIpAddress", "203.0.113.0/24", "203.0.113.5", false],
  ["NotIpAddress", "203.0.113.0/24", "198.51.100.1", true],
  ["NotIpAddress", "203.0.113.0/24", "2001:db8::1", true],
  ["NotIpAddress", "203.0.113.0/24", undefined, true],
  ["NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "198.51.100.1", false],
  [
    "ArnEquals",
    "arn:aws:sns:us-east-2:123456789012:t",
    "arn:aws:sns:us-east-2:123456789012:t",
    true,
  ],
  [
    "ArnEquals",
    "arn:aws:sns:us-east-2:123456789012:*",
    "arn:aws:sns:us-east-2:123456789012:t",
    true,
  ],
  [
    "ArnEquals",
    "arn:aws:sns:us-east-2:123456789012:T",
    "arn:aws:sns:us-east-2:123456789012:t",
    false,
  ],
  ["ArnLike", "arn:aws:sns:*:123456789012:t*", "arn:aws:sns:eu-west-1:123456789012:topic", true],
  ["ArnLike", "arn:aws:sns:*:123456789012:t*", "arn:aws:sns:eu-west-1:999999999999:topic", false],
  ["ArnLike", "arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/a/b", true],
  ["ArnLike", "arn:aws:iam::123456789012:user/*", "arn:aws:iam::123456789012:role/a", false],
  ["ArnLike", "arn:aws:s3:::b*", "arn:aws:s3:x:y:bucket", false],
  ["ArnLike", "arn:aws:*", "arn:aws:sns:eu:1:t", true],
  ["ArnLike", "arn:*:*:*:*:*", "arn:aws:sns:eu:1:t:with:colons", true],
  ["ArnLike", "arn:aws:sns:*", "not-an-arn", false],
  ["ArnLike", "*", "not-an-arn", false],
  ["ArnNotLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/y", true],
  ["ArnNotLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", false],
  ["ArnNotEquals", "arn:aws:iam::1:role/x", undefined, true],
  ["ArnEqualsIfExists", "arn:aws:iam::1:role/x", undefined, true],
];

const sets: Case[] = [
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a"], true],
  ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
  ["ForAllValues:StringEquals", ["a", "b"], undefined, true],
  ["ForAllValues:StringLike", ["team*"], ["team1", "team2"], true],
  ["ForAllValues:StringNotEquals", ["secret"], ["a", "b"], true],
  ["ForAllValues:StringNotEquals", ["secret"], ["a", "secret"], false],
  ["ForAllValues:StringNotLike", ["sec*"], ["a", "secret"], false],
  ["ForAnyValue:StringEquals", ["a", "b"], ["b", "c"], true],
  ["ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], false],
  ["ForAnyValue:StringEquals", ["a", "b"], undefined, false],
  ["ForAnyValue:StringNotEquals", ["a"], ["a", "b"], true],
  ["ForAnyValue:StringNotEquals", ["a"], ["a"], false],
  ["ForAnyValue:StringNotEquals", ["a"], undefined, false],
  ["ForAnyValue:StringLike", ["o-a1b2/r-ab12/*"], ["o-a1b2/r-ab12/ou-x/"], true],
  ["ForAllValues:NumericLessThan", "5", ["1", "4"], true],
  ["ForAllValues:NumericLessThan", "5", ["1", "6"], false],
  ["ForAnyValue:IpAddress", "10.0.0.0/8", ["1.2.3.4", "10.1.1.1"], true],
  ["StringEquals", ["a", "b"], ["a", "b"], false],
  ["StringNotEquals", ["c"], ["a", "b"], false],
];

describe.each([
  ["strings", strings],
  ["numbers", numbers],
  ["dates", dates],
  ["booleans, addresses, ARNs", others],
  ["sets", sets],
] as const)("Operators on %s", (_title, cases) => {
  it.each(cases)("%s %j with %j gives %s", (operator, wanted, found, expected) => {
    expect(holds(operator, "aws:Test", wanted, keysOf(found))).toBe(expected);
  });
});

describe("Keys", () => {
  it.each([
    ["aws:SourceIp", "AWS:sourceip"],
    ["s3:Prefix", "s3:prefix"],
    ["aws:PrincipalTag/Team", "aws:principaltag/team"],
  ])("are not case-sensitive: %s is %s", (written, held) => {
    expect(holds("StringEquals", written, "x", { [held]: "x" })).toBe(true);
  });

  it("must hold all, under all operators", () => {
    const Condition = {
      StringEquals: { "a:a": "1", "b:b": "2" },
      NumericLessThan: { "c:c": "3" },
    };
    const statement = allow({ Condition });
    const keys = { "a:a": "1", "b:b": "2", "c:c": "2" };
    expect(ask({ identity: [statement], keys }).isAllowed).toBe(true);
    for (const name of Object.keys(keys)) {
      expect(ask({ identity: [statement], keys: { ...keys, [name]: "9" } }).isAllowed).toBe(false);
    }
  });
});

/** Policy text, keys of the request, a value that matches, one that does not. */
const variables: [text: string, keys: Keys, matching: string, other: string][] = [
  ["home/${aws:username}/*", { "aws:username": "bob" }, "home/bob/x", "home/alice/x"],
  ["home/${aws:username}", { "aws:username": "bob" }, "home/bob", "home/bobby"],
  ["home/${AWS:UserName}", { "aws:username": "bob" }, "home/bob", "home/${AWS:UserName}"],
  ["${aws:username}", { "aws:username": "*" }, "*", "alice"],
  ["${aws:username}/*", { "aws:username": "b?b" }, "b?b/x", "bob/x"],
  ["${aws:username}", { "aws:username": "${aws:userid}" }, "${aws:userid}", "x"],
  ["${aws:username}x${aws:userid}", { "aws:username": "a", "aws:userid": "b" }, "axb", "aXb"],
  ["${aws:PrincipalTag/team}/*", { "aws:PrincipalTag/team": "red" }, "red/1", "blue/1"],
  ["${aws:PrincipalTag/team, 'company-wide'}/*", {}, "company-wide/1", "red/1"],
  ["${aws:PrincipalTag/team, 'all'}/*", { "aws:PrincipalTag/team": "red" }, "red/1", "all/1"],
  ["${aws:username,'x'}", {}, "x", "y"],
  ["${aws:username, 'a*'}", {}, "a*", "ab"],
  ["${aws:username, ''}", {}, "", "x"],
  ["a${*}b", {}, "a*b", "axb"],
  ["a${?}b", {}, "a?b", "axb"],
  ["a${$}b", {}, "a$b", "axb"],
  ["${$}{aws:username}", { "aws:username": "bob" }, "${aws:username}", "bob"],
  ["a${", {}, "a${", "a"],
  ["a$b", {}, "a$b", "ab"],
  ["*${aws:username}*", { "aws:username": "bob" }, "xxbobyy", "xxboyy"],
];

describe("SEC-079 Policy variables", () => {
  it.each(variables)("%s with %j matches %s and not %s", (text, keys, matching, other) => {
    const value = (found: string) => ({ ...keys, "aws:Test": found });
    expect(holds("StringLike", "aws:Test", text, value(matching))).toBe(true);
    expect(holds("StringLike", "aws:Test", text, value(other))).toBe(false);
  });

  it.each([
    ["StringEquals", false],
    ["StringLike", false],
    ["StringEqualsIgnoreCase", false],
    ["ArnLike", false],
    ["StringNotEquals", true],
    ["StringNotLike", true],
    ["ArnNotLike", true],
  ])("without a value make %s %s", (operator, expected) => {
    const text = operator.startsWith("Arn")
      ? "arn:aws:iam::1:user/${aws:username}"
      : "${aws:username}";
    const found = operator.startsWith("Arn") ? "arn:aws:iam::1:user/bob" : "bob";
    expect(holds(operator, "aws:Test", text, { "aws:Test": found })).toBe(expected);
  });

  it("with several values have none", () => {
    const keys = { "aws:TagKeys": ["a", "b"], "aws:Test": "a" };
    expect(holds("StringLike", "aws:Test", "${aws:TagKeys}", keys)).toBe(false);
  });

  it("are plain text in policies of version 2008-10-17", () => {
    const keys = { "aws:username": "bob", "aws:Test": "bob" };
    const text = "${aws:username}";
    expect(holds("StringEquals", "aws:Test", text, keys, "2008-10-17")).toBe(false);
    const same = { ...keys, "aws:Test": text };
    expect(holds("StringEquals", "aws:Test", text, same, "2008-10-17")).toBe(true);
  });

  it("stand in resources, and match no resource without a value", () => {
    const Resource = "arn:aws:s3:::docs/home/${aws:username}/*";
    const question = { identity: [allow({ Resource })], on: "arn:aws:s3:::docs/home/bob/a" };
    expect(ask({ ...question, keys: { "aws:username": "bob" } }).isAllowed).toBe(true);
    expect(ask({ ...question, keys: { "aws:username": "*" } }).isAllowed).toBe(false);
    expect(ask({ ...question, keys: { "aws:username": "bob/a" } }).isAllowed).toBe(false);
    expect(ask(question).isAllowed).toBe(false);
  });

  it("may be what a Bool is compared with", () => {
    const keys = { "aws:PrincipalTag/mfa": "true", "aws:Test": "true" };
    expect(holds("Bool", "aws:Test", "${aws:PrincipalTag/mfa}", keys)).toBe(true);
  });
});
