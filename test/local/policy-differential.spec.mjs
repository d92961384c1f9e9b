// The policy evaluator against an independent one (@cloud-copilot/iam-simulate, which shares no line
// with ours) on random policies and requests: 20,000 pairs, 200,000 with CAIRN_FULL=1. Where the two
// differ is written below, each with the page that decides; any other difference fails.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { fixedContext } from "../../src/auth/policy/context.ts";
import { decide } from "../../src/auth/policy/decide.ts";
import { parsePolicy } from "../../src/auth/policy/document.ts";

const pairs = process.env["CAIRN_FULL"] === "1" ? 200_000 : 20_000;
const seed = Number(process.env["CAIRN_SEED"] ?? 20261122);

/** A small generator of its own, so that a failure can be repeated by its number (mulberry32). */
function generator(start) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const own = "111122223333";
const other = "444455556666";

const callers = [
  ["User", own, `arn:aws:iam::${own}:user/alice`],
  ["User", own, `arn:aws:iam::${own}:user/bob`],
  [
    "AssumedRole",
    own,
    `arn:aws:sts::${own}:assumed-role/reader/one`,
    `arn:aws:iam::${own}:role/reader`,
  ],
  ["User", other, `arn:aws:iam::${other}:user/carol`],
  [
    "AssumedRole",
    other,
    `arn:aws:sts::${other}:assumed-role/w/two`,
    `arn:aws:iam::${other}:role/w`,
  ],
  ["Anonymous", "", "*"],
].map(([type, accountId, arn, issuerArn]) => ({
  type,
  accountId,
  arn,
  canonicalId: "",
  ...(issuerArn !== undefined && { issuerArn }),
}));

const actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion"];
const actionPatterns = [
  ...actions,
  "s3:*",
  "*",
  "s3:Get*",
  "s3:*Object",
  "S3:getobject",
  "s3:?etObject",
  "iam:*",
  "s3:GetObject*",
];
// No wildcards: the other evaluator takes a resource with one for a family of requests.
const keys = ["a", "a/b", "home/alice/x", "home/bob/x", "x.jpg", "b", "a:b"];
const resourcePatterns = [
  "*",
  "arn:aws:s3:::docs/*",
  "arn:aws:s3:::docs/a",
  "arn:aws:s3:::docs/a*",
  "arn:aws:s3:::*/a",
  "arn:aws:s3:::docs/home/${aws:username}/*",
  "arn:aws:s3:::docs/${aws:PrincipalTag/team, 'a'}",
  "arn:aws:s3:::docs/${*}",
  "arn:aws:s3:::docs/a${?}b",
  "arn:aws:s3:::docs/?",
  "arn:aws:s3:::docs/*.jpg",
  "arn:aws:s3:::other/*",
  "arn:aws:s3:::docs",
  "arn:aws:s3:::do*",
];

/** Key, its values in requests, its values in policies, operators that fit. */
const conditionKeys = [
  {
    key: "aws:username",
    found: ["alice", "bob", "ALICE"],
    wanted: ["alice", "bob", "a*", "*", "${aws:PrincipalTag/team}", "?ob", "${aws:userid, 'bob'}"],
    operators: [
      "StringEquals",
      "StringNotEquals",
      "StringLike",
      "StringNotLike",
      "StringEqualsIgnoreCase",
      "StringNotEqualsIgnoreCase",
    ],
  },
  {
    key: "aws:PrincipalTag/team",
    found: ["red", "blue", "a"],
    wanted: ["red", "r*", "blue", "${aws:username}"],
    operators: ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"],
  },
  {
    key: "aws:CalledVia",
    isList: true,
    found: ["team", "cost", "env"],
    wanted: ["team", "cost", "t*", "env"],
    operators: ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"],
    quantifiers: ["ForAllValues:", "ForAnyValue:"],
  },
  {
    key: "s3:signatureAge",
    found: ["1", "10", "100", "10.5"],
    wanted: ["10", "1", "100", "10.5"],
    operators: [
      "NumericEquals",
      "NumericNotEquals",
      "NumericLessThan",
      "NumericLessThanEquals",
      "NumericGreaterThan",
      "NumericGreaterThanEquals",
    ],
  },
  {
    key: "aws:CurrentTime",
    found: ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "2027-01-01T00:00:00Z"],
    wanted: ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00+00:00", "2026-06-01"],
    operators: [
      "DateEquals",
      "DateNotEquals",
      "DateLessThan",
      "DateLessThanEquals",
      "DateGreaterThan",
      "DateGreaterThanEquals",
    ],
  },
  {
    key: "aws:SecureTransport",
    found: ["true", "false"],
    wanted: ["true", "false"],
    operators: ["Bool"],
  },
  {
    key: "aws:SourceIp",
    found: ["203.0.113.7", "198.51.100.1", "2001:db8::1", "10.1.2.3"],
    wanted: ["203.0.113.0/24", "0.0.0.0/0", "2001:db8::/32", "10.0.0.0/8", "198.51.100.1/32"],
    operators: ["IpAddress", "NotIpAddress"],
  },
  {
    key: "aws:PrincipalArn",
    found: [`arn:aws:iam::${own}:user/alice`, `arn:aws:iam::${own}:role/reader`],
    wanted: [
      `arn:aws:iam::${own}:user/*`,
      "arn:aws:iam::*:role/reader",
      `arn:aws:iam::${own}:user/\${aws:username}`,
    ],
    operators: ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
  },
];

function maker(random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const chance = (share) => random() < share;
  const some = (list, most) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(list));
  const oneOrMore = (list) => (chance(0.6) ? pick(list) : some(list, 3));

  function condition() {
    const blocks = {};
    for (let count = 1 + Math.floor(random() * 2); count > 0; count--) {
      const { key, wanted, operators, quantifiers } = pick(conditionKeys);
      const isNull = chance(0.1);
      const suffix = !isNull && quantifiers === undefined && chance(0.25) ? "IfExists" : "";
      const base = isNull ? "Null" : pick(operators);
      const name = `${quantifiers && !isNull ? pick(quantifiers) : ""}${base}${suffix}`;
      const values = isNull ? pick(["true", "false"]) : oneOrMore(wanted);
      blocks[name] = { ...blocks[name], [key]: values };
    }
    return blocks;
  }

  const principals = [
    "*",
    { AWS: "*" },
    { AWS: own },
    { AWS: `arn:aws:iam::${own}:root` },
    { AWS: other },
    ...callers
      .slice(0, -1)
      .flatMap(({ arn, issuerArn }) => [{ AWS: arn }, ...(issuerArn ? [{ AWS: issuerArn }] : [])]),
    { AWS: [callers[0].arn, callers[3].arn] },
    { Service: "logging.s3.amazonaws.com" },
  ];

  function statement(isResource) {
    const isDeny = chance(0.2);
    const notAction = chance(0.1);
    const notResource = chance(0.1);
    return {
      Effect: isDeny ? "Deny" : "Allow",
      [notAction ? "NotAction" : "Action"]: oneOrMore(actionPatterns),
      [notResource ? "NotResource" : "Resource"]: oneOrMore(resourcePatterns),
      ...(isResource && { Principal: pick(principals) }),
      ...(chance(isDeny ? 0.8 : 0.4) && { Condition: condition() }),
    };
  }

  const policy = (isResource) => ({
    Version: "2012-10-17",
    Statement: Array.from({ length: 1 + Math.floor(random() * 3) }, () => statement(isResource)),
  });

  function context() {
    const values = {};
    for (const { key, found, isList } of conditionKeys) {
      if (chance(0.3)) continue;
      values[key] = isList ? [...new Set(some(found, 3))] : pick(found);
    }
    return values;
  }

  return () => {
    const caller = pick(callers);
    const isSession = caller.type === "AssumedRole";
    return {
      caller,
      action: pick(actions),
      resource: `arn:aws:s3:::docs/${pick(keys)}`,
      context: context(),
      identity: chance(0.8) ? [policy(false)] : [],
      boundary: chance(0.2) ? policy(false) : undefined,
      session: isSession && chance(0.3) ? policy(false) : undefined,
      bucketPolicy: chance(0.7) ? policy(true) : undefined,
    };
  };
}

function ours(pair) {
  const named = (document, kind) => ({
    name: kind,
    policy: parsePolicy(JSON.stringify(document), kind),
  });
  const { caller, identity, boundary, session, bucketPolicy } = pair;
  const isAnonymous = caller.type === "Anonymous";
  return decide({
    request: {
      action: pair.action,
      resource: pair.resource,
      principal: caller,
      context: fixedContext(pair.context),
    },
    resourceAccountId: own,
    identity: isAnonymous ? [] : identity.map((document) => named(document, "identity")),
    ...(boundary && !isAnonymous && { boundary: named(boundary, "identity") }),
    ...(session && !isAnonymous && { session: [named(session, "identity")] }),
    ...(bucketPolicy && { resource: named(bucketPolicy, "resource") }),
  }).isAllowed;
}

async function theirs(pair) {
  const { caller, identity, boundary, session, bucketPolicy } = pair;
  const isAnonymous = caller.type === "Anonymous";
  const named = (documents) =>
    isAnonymous ? [] : documents.map((policy) => ({ name: "p", policy }));
  const answer = await runSimulation(
    {
      request: {
        principal: isAnonymous ? { type: "Anonymous" } : caller.arn,
        action: pair.action,
        resource: { resource: pair.resource, accountId: own },
        contextVariables: pair.context,
      },
      identityPolicies: named(identity),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(bucketPolicy && { resourcePolicy: bucketPolicy }),
      ...(boundary && !isAnonymous && { permissionBoundaryPolicies: named([boundary]) }),
      ...(session && !isAnonymous && { sessionPolicy: session }),
    },
    {},
  );
  if (answer.resultType === "error") throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult === "Allowed";
}

const never = { text: "\u0001", arn: "arn:aws:never:::matches" };

/** Whether a text has a variable that the request has no value for, and no default either. */
function isUnresolved(text, context) {
  const known = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  return [...text.matchAll(/\$\{([^}*?$,]+)\}/g)].some(
    ([, name]) => !known.has(name.toLowerCase()),
  );
}

/**
 * The pair in words that mean the same to both:
 * - A variable without a value is like nothing, so that `Not` operators match, and NotResource in a
 *   statement that denies. Theirs lets neither match.
 *   https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
 * - 0.0.0.0/0 is every IPv4 address (RFC 4632); theirs finds no address in it.
 */
function inCommonWords(pair) {
  const { context } = pair;
  const each = (given, change) => [given].flat().flatMap(change);
  const condition = (block) =>
    Object.fromEntries(
      Object.entries(block).map(([operator, keys]) => [
        operator,
        Object.fromEntries(
          Object.entries(keys).map(([key, values]) => [
            key,
            each(values, (value) => {
              if (value === "0.0.0.0/0") return ["0.0.0.0/1", "128.0.0.0/1"];
              if (!isUnresolved(value, context)) return [value];
              return [operator.includes("Arn") ? never.arn : never.text];
            }),
          ]),
        ),
      ]),
    );
  const statement = (given) => ({
    ...given,
    ...(given.Condition && { Condition: condition(given.Condition) }),
    ...(given.NotResource !== undefined &&
      given.Effect === "Deny" && {
        NotResource: each(given.NotResource, (text) => [
          isUnresolved(text, context) ? never.arn : text,
        ]),
      }),
  });
  const policy = (given) => given && { ...given, Statement: given.Statement.map(statement) };
  return {
    ...pair,
    identity: pair.identity.map(policy),
    boundary: policy(pair.boundary),
    session: policy(pair.session),
    bucketPolicy: policy(pair.bucketPolicy),
  };
}

const everything = { Effect: "Allow", Action: "*", Resource: "*" };
const denials = (statements) => statements.filter(({ Effect }) => Effect === "Deny");

/**
 * The same pair with nothing but the bucket policy to allow, and of that only what names the session
 * itself or everybody: what such a statement allows, session policies and boundaries do not limit
 * unless they deny. Theirs lets a session policy limit it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session
 */
function grantedDirectly(pair) {
  const open = (given) =>
    given && { ...given, Statement: [everything, ...denials(given.Statement)] };
  const only = (given) => ({ ...given, Statement: denials(given.Statement) });
  const isDirect = ({ Effect, Principal }) =>
    Effect === "Deny" ||
    Principal === "*" ||
    [Principal.AWS].flat().some((name) => name === "*" || name === pair.caller.arn);
  return {
    ...pair,
    identity: pair.identity.map(only).filter(({ Statement }) => Statement.length > 0),
    boundary: open(pair.boundary),
    session: open(pair.session),
    bucketPolicy: { ...pair.bucketPolicy, Statement: pair.bucketPolicy.Statement.filter(isDirect) },
  };
}

async function expected(given) {
  const pair = inCommonWords(given);
  if (await theirs(pair)) return true;
  const isLimited = pair.session !== undefined && pair.caller.accountId === own;
  if (!isLimited || pair.bucketPolicy === undefined) return false;
  const direct = grantedDirectly(pair);
  return direct.bucketPolicy.Statement.length > 0 && theirs(direct);
}

test(`${pairs} random pairs are judged as an independent evaluator judges them`, async () => {
  const next = maker(generator(seed));
  const tally = { allowed: 0, denied: 0 };
  const differences = [];
  for (let number = 0; number < pairs; number++) {
    const pair = next();
    const isAllowed = ours(pair);
    tally[isAllowed ? "allowed" : "denied"] += 1;
    if (isAllowed !== (await expected(pair))) differences.push({ number, isAllowed, pair });
  }
  assert.deepEqual(differences.slice(0, 3), [], `${differences.length} differences, seed ${seed}`);
  assert.ok(tally.allowed > pairs / 20, "the pairs must not all be denied");
});
