// @ts-check
// What the editor of a setting's document notices and offers, without a browser, and what the forms of
// settings make of filters.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  PutBucketAclCommand,
  PutBucketInventoryConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { checkDocument, completeDocument } from "../../console/src/documents/check.ts";
import { choicesOf, shapeOf, wireOf, withTimes } from "../../console/src/documents/shape.ts";
import { checkXml, elementsOf, indentXml } from "../../console/src/documents/xml.ts";
import { conditionsOf, withConditions } from "../../console/src/screens/settings/conditions.ts";

const Bucket = "photos";
const lifecycle = { Rules: [] };
const ofLifecycle = shapeOf(
  new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: lifecycle }),
  lifecycle,
);
assert.ok(ofLifecycle);

/** The findings as `marked text: message`. @param {unknown} document */
function findings(document) {
  const source = JSON.stringify(document, null, 2);
  assert.ok(ofLifecycle);
  return checkDocument(source, ofLifecycle).map(
    ({ from, to, message }) => `${source.slice(from, to)}: ${message}`,
  );
}

const rule = { ID: "a", Status: "Enabled", Filter: { And: { Prefix: "x", Tags: [] } } };

describe("checks of a setting's document", () => {
  test("find nothing in what S3 takes", () => {
    const Transitions = [{ Days: 30, StorageClass: "GLACIER" }, { Date: "2026-11-28T00:00:00Z" }];
    const whole = { ...rule, Transitions, Expiration: { ExpiredObjectDeleteMarker: true } };
    assert.deepEqual(findings({ Rules: [whole] }), []);
    assert.deepEqual(findings({}), []);
  });

  test("mark what is none of it, where it stands", () => {
    const wrong = /** @type {const} */ ([
      [
        { Rules: [{ ...rule, Transition: [] }] },
        /^"Transition": LifecycleRule has no Transition\./,
      ],
      [{ Rules: [{ ...rule, Status: "On" }] }, /^"On": One of Disabled, Enabled\./],
      [{ Rules: [{ ...rule, Expiration: { Days: "30" } }] }, /^"30": Here stands a number/],
      [{ Rules: {} }, /^\{\}: Here stands a list/],
      [{ Rules: [null] }, /^null: Here stands an object: LifecycleRule/],
      [[], /^\[\]: Here stands an object/],
      [null, /^null: Here stands an object/],
      [
        { Rules: [{ ...rule, Transitions: [{ Date: "soon" }] }] },
        /^"soon": Here stands a point in/,
      ],
      [{ Rules: [{ ...rule, Transitions: [{ StorageClass: "COLD" }] }] }, /^"COLD": One of DEEP_/],
    ]);
    for (const [document, expected] of wrong) {
      const found = findings(document);
      assert.equal(found.length, 1, `${found}`);
      assert.match(found[0] ?? "", expected);
    }
    assert.ok(ofLifecycle);
    assert.deepEqual(checkDocument('{"Rules": [', ofLifecycle), []);
  });

  test("know lists of documents, booleans, and leave policies to their own editor", () => {
    const report = { Id: "a" };
    const ofReports = shapeOf(
      new PutBucketInventoryConfigurationCommand({
        ...{ Bucket, Id: "a" },
        // @ts-expect-error: the shape is what is asked for
        InventoryConfiguration: report,
      }),
      [report],
    );
    assert.ok(ofReports);
    assert.deepEqual(checkDocument('[{"IsEnabled": true}]', ofReports), []);
    assert.equal(checkDocument('[{"IsEnabled": 1}]', ofReports).length, 1);
    assert.equal(checkDocument('[{"OptionalFields": ["Size", "Colour"]}]', ofReports).length, 1);
    assert.equal(checkDocument('{"Id": "a"}', ofReports).length, 1);
    const block = {};
    const blocking = { Bucket, PublicAccessBlockConfiguration: block };
    const ofBlock = shapeOf(new PutPublicAccessBlockCommand(blocking), block);
    assert.ok(ofBlock?.kind === "structure");
    assert.deepEqual(choicesOf(ofBlock, "BlockPublicAcls"), []);
    const policy = {};
    const Policy = JSON.stringify(policy);
    assert.equal(shapeOf(new PutBucketPolicyCommand({ Bucket, Policy }), policy), undefined);
  });
});

test("points in time, texts in JSON, are given to the SDK as what it takes", () => {
  assert.ok(ofLifecycle);
  const day = "2026-11-28T00:00:00Z";
  const Rules = [{ ...rule, Expiration: { Date: day }, Transitions: [{ Date: day, Days: 1 }] }];
  const time = new Date(day);
  assert.deepEqual(withTimes({ Rules, Date: day }, ofLifecycle), {
    Rules: [{ ...rule, Expiration: { Date: time }, Transitions: [{ Date: time, Days: 1 }] }],
    Date: day,
  });
});

describe("a setting's document in XML", () => {
  const wire = wireOf(
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: lifecycle }),
    lifecycle,
  );
  assert.ok(wire);
  /** @param {string} source @param {typeof wire} of */
  const marks = (source, of = wire) =>
    checkXml(source, of).map(({ from, to, message }) => `${source.slice(from, to)}: ${message}`);
  const ruleOf = (/** @type {string} */ inside) =>
    `<?xml version="1.0"?>\n<LifecycleConfiguration xmlns="http://s3.test/"><!-- all -->
      <Rule>${inside}</Rule><Rule/></LifecycleConfiguration>\n`;

  test("is checked by the names that S3 takes, each finding in its place", () => {
    const right = `<Status>Enabled</Status><Filter><And><Prefix/><Tag><Key>a</Key></Tag><Tag/></And>
      </Filter><Transition><Days> 3 </Days><StorageClass>GLACIER</StorageClass></Transition>
      <Transition><Date>2026-11-28T00:00:00Z</Date></Transition>`;
    assert.deepEqual(marks(ruleOf(right)), []);
    const wrong = /** @type {const} */ ([
      ["<Transitions/>", /^Transitions: LifecycleRule has no Transitions\. It has Status, /],
      ["<Status>On</Status>", /^On: One of Disabled, Enabled\./],
      ["<ID>a</ID><ID>b</ID>", /^ID: ID stands here once/],
      ["<Transition><Days>x</Days></Transition>", /^x: Here stands a number/],
      ["<Expiration><Date>soon</Date></Expiration>", /^soon: Here stands a point in time/],
      ["<ID><b/></ID>", /^ID: Here stands a value/],
      ["words", /^words: Here stand elements/],
      ["<ID>", /^ID: ID is not closed/],
      ["</ID>", /^<\/ID>: No ID is open here/],
      ["<ID", /^<ID.*: This is no XML/s],
      ["<ID a=b/>", /^b.*: This is no XML/s],
    ]);
    for (const [inside, expected] of wrong) {
      const found = marks(ruleOf(inside));
      assert.equal(found.length, 1, `${found}`);
      assert.match(found[0] ?? "", expected);
    }
    assert.match(marks("<Lifecycle/>")[0] ?? "", /^Lifecycle: The document is one LifecycleConf/);
    assert.match(marks("<a><b></b>")[0] ?? "", /^a: a is not closed/);
    assert.match(marks("<a/><b/>")[0] ?? "", /^b: One element/);
    assert.match(marks("")[0] ?? "", /This is no XML/);
  });

  test("knows lists with an element of their own, and attributes", () => {
    const grants = {};
    const acl = wireOf(new PutBucketAclCommand({ Bucket, AccessControlPolicy: grants }), grants);
    assert.ok(acl);
    const list = (/** @type {string} */ inside) =>
      `<AccessControlPolicy><AccessControlList>${inside}</AccessControlList></AccessControlPolicy>`;
    const grantee = `<Grantee xmlns:xsi="x" xsi:type="Group"><URI>a</URI></Grantee>`;
    assert.deepEqual(marks(list(`<Grant>${grantee}</Grant><Grant/>`), acl), []);
    assert.match(marks(list("<Grants/>"), acl)[0] ?? "", /^Grants: Here stands Grant/);
    assert.match(marks(list(`<Grant><Grantee type="a"/></Grant>`), acl)[0] ?? "", /has no type/);
    const byName = Object.fromEntries(elementsOf(acl).map((spec) => [spec.name, spec]));
    assert.deepEqual(byName["AccessControlList"]?.children, ["Grant"]);
    assert.ok(byName["Permission"]?.textContent?.includes("READ_ACP"));
    assert.match(JSON.stringify(byName["Grantee"]?.attributes), /"xsi:type".*"CanonicalUser"/);
    assert.deepEqual(
      elementsOf(acl).filter(({ top }) => top),
      [byName["AccessControlPolicy"]],
    );
  });

  test("has a line for each element, and values as they are", () => {
    const xml = `<?xml version="1.0"?><A x="1"><B> t </B><C/><D><E></E><F>&gt;</F></D></A>`;
    const lines = [
      ...[`<?xml version="1.0"?>`, `<A x="1">`, "  <B> t </B>", "  <C/>", "  <D>"],
      ...["    <E></E>", "    <F>&gt;</F>", "  </D>", "</A>"],
    ];
    assert.equal(indentXml(xml), lines.join("\n"));
  });
});

test("completion offers the members of where the cursor is, and their words", () => {
  assert.ok(ofLifecycle);
  const at = (/** @type {string} */ textBefore) => completeDocument(textBefore, ofLifecycle);
  assert.deepEqual(at('{"'), ["Rules"]);
  assert.ok(at('{"Rules": [{"No').includes("NoncurrentVersionExpiration"));
  assert.deepEqual(at('{"Rules": [{"Status": "'), ["Disabled", "Enabled"]);
  assert.ok(at('{"Rules": [{"Transitions": [{"StorageClass": "').includes("DEEP_ARCHIVE"));
  assert.ok(at('{"Rules": [{"Filter": {"And": {"').includes("ObjectSizeGreaterThan"));
  assert.deepEqual(at('{"Rules": [{"ID": "'), []);
  assert.deepEqual(at('{"Rules": [{'), []);
});

test("a filter holds one condition alone, more inside And, and keeps what the form does not show", () => {
  const [a, b] = [
    { Key: "a", Value: "1" },
    { Key: "b", Value: "" },
  ];
  const cases = /** @type {const} */ ([
    [undefined, { prefix: "", tags: [] }, { Prefix: "" }],
    [{ Prefix: "x" }, { prefix: "y", tags: [] }, { Prefix: "y" }],
    [{ Prefix: "x" }, { prefix: "", tags: [a] }, { Tag: a }],
    [{ Tag: a }, { prefix: "x", tags: [a] }, { And: { Prefix: "x", Tags: [a] } }],
    [{ And: { Prefix: "x", Tags: [a, b] } }, { prefix: "x", tags: [] }, { Prefix: "x" }],
    [{ Tag: a }, { prefix: "", tags: [a, b] }, { And: { Tags: [a, b] } }],
    [
      { ObjectSizeGreaterThan: 5 },
      { prefix: "x", tags: [] },
      { And: { ObjectSizeGreaterThan: 5, Prefix: "x" } },
    ],
    [
      { And: { ObjectSizeGreaterThan: 5, Prefix: "x" } },
      { prefix: "", tags: [] },
      { ObjectSizeGreaterThan: 5 },
    ],
  ]);
  for (const [before, wish, after] of cases) {
    const conditions = { prefix: wish.prefix, tags: [...wish.tags] };
    const made = withConditions(/** @type {any} */ (before), conditions);
    assert.deepEqual(made, after);
    assert.deepEqual(conditionsOf(made), conditions);
  }
});
