// Lifecycle configurations by the wire: both forms come back as they were put, and every mistake is
// refused in S3's words and changes nothing. The rules' effects are tested elsewhere.
import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, call, contentMd5, makeAccount, makeBucket } from "./fixtures.ts";

const xmlns = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const header = "x-amz-transition-default-minimum-object-size";

const document = (rules: string) =>
  `<LifecycleConfiguration${xmlns}>${rules}</LifecycleConfiguration>`;

async function put(
  bucket: string,
  rules: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = document(rules);
  return call("PUT", `/${bucket}?lifecycle`, {
    body,
    headers: { ...(await contentMd5(body)), ...headers },
  });
}

const rule = (inner: string, id = "one", status = "Enabled") =>
  `<Rule><ID>${id}</ID><Status>${status}</Status>${inner}</Rule>`;
const filter = "<Filter><Prefix>test/</Prefix></Filter>";
const expire = (days: number | string) => `<Expiration><Days>${days}</Days></Expiration>`;
const expireOn = (date: string) => `<Expiration><Date>${date}</Date></Expiration>`;
const move = (days: number | string, name: string) =>
  `<Transition><Days>${days}</Days><StorageClass>${name}</StorageClass></Transition>`;
const moveOn = (date: string, name: string) =>
  `<Transition><Date>${date}</Date><StorageClass>${name}</StorageClass></Transition>`;
const newer = (count: number) => `<NewerNoncurrentVersions>${count}</NewerNoncurrentVersions>`;
const endOld = (days: number, more = "") =>
  `<NoncurrentVersionExpiration><NoncurrentDays>${days}</NoncurrentDays>${more}</NoncurrentVersionExpiration>`;
const moveOld = (days: number, name: string, more = "") =>
  `<NoncurrentVersionTransition><NoncurrentDays>${days}</NoncurrentDays><StorageClass>${name}</StorageClass>${more}</NoncurrentVersionTransition>`;
const abort = (days: number) =>
  `<AbortIncompleteMultipartUpload><DaysAfterInitiation>${days}</DaysAfterInitiation></AbortIncompleteMultipartUpload>`;
const expireMarkers =
  "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>";
const tag = (key: string, value: string) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`;
const over = (size: number) => `<ObjectSizeGreaterThan>${size}</ObjectSizeGreaterThan>`;
const under = (size: number) => `<ObjectSizeLessThan>${size}</ObjectSizeLessThan>`;

let bucket: string;
beforeAll(async () => {
  bucket = await makeBucket("lifecycle");
});

describe("PutBucketLifecycleConfiguration", () => {
  it("keeps a configuration with filters and gives it back", async () => {
    const rules = [
      rule(`${filter}${move(30, "STANDARD_IA")}${move(90, "GLACIER")}${expire(365)}`),
      rule(
        `<Filter><And><Prefix>a/</Prefix>${tag("k", "v")}${tag("l", "")}${over(500)}${under(64000)}</And></Filter>${endOld(10, newer(3))}${moveOld(5, "GLACIER_IR", newer(2))}`,
        "two",
        "Disabled",
      ),
      rule(`<Filter/>${abort(7)}${expireMarkers}`, "three"),
      rule(`<Filter>${tag("k", "v")}</Filter>${expireOn("2030-01-01T00:00:00.000Z")}`, "four"),
      rule(
        `<Filter>${over(131072)}</Filter>${moveOn("2030-01-01T00:00:00Z", "DEEP_ARCHIVE")}`,
        "5",
      ),
    ].join("");
    expect((await put(bucket, rules)).status).toBe(200);
    const answer = await call("GET", `/${bucket}?lifecycle`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get(header)).toBe("all_storage_classes_128K");
    expect(answer.all("ID")).toEqual(["one", "two", "three", "four", "5"]);
    expect(answer.all("Days")).toEqual(["365", "30", "90"]);
    expect(answer.all("NewerNoncurrentVersions").sort()).toEqual(["2", "3"]);
    expect(answer.all("Date")).toEqual(["2030-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"]);
    expect(answer.all("ObjectSizeGreaterThan")).toEqual(["500", "131072"]);
    expect(answer.all("Status")[1]).toBe("Disabled");
    expect(answer.text).toMatch(/<Filter\/>|<Filter><\/Filter>/);
    // What came back can be put again, word for word.
    const again = /<Rule>.*<\/Rule>/s.exec(answer.text)?.[0] ?? "";
    expect((await put(bucket, again)).status).toBe(200);
    expect((await call("GET", `/${bucket}?lifecycle`)).text).toBe(answer.text);
  });

  it("keeps the deprecated form with a prefix in each rule", async () => {
    const own = await makeBucket("lifecycle");
    const rules = [
      rule(`<Prefix>expire1/</Prefix>${expire(1)}`, "rule1"),
      rule(`<Prefix>expire3/</Prefix>${expire(5)}${endOld(2)}`, "rule2"),
      rule(`<Prefix></Prefix>${abort(2)}`, "rule3", "Disabled"),
    ].join("");
    expect((await put(own, rules)).status).toBe(200);
    const answer = await call("GET", `/${own}?lifecycle`);
    expect(answer.all("Prefix")).toEqual(["expire1/", "expire3/", ""]);
    expect(answer.text).not.toContain("<Filter");
  });

  it("names the rules that have no id", async () => {
    const own = await makeBucket("lifecycle");
    const one = `<Rule><Status>Enabled</Status>${filter}${expire(31)}</Rule>`;
    expect((await put(own, `${one}<Rule><ID></ID>${one.slice(6)}`)).status).toBe(200);
    const ids = (await call("GET", `/${own}?lifecycle`)).all("ID");
    expect(ids).toHaveLength(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{48}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it("keeps the default minimum size of transitions", async () => {
    const own = await makeBucket("lifecycle");
    const made = await put(own, rule(filter + expire(1)), { [header]: "varies_by_storage_class" });
    expect(made.headers.get(header)).toBe("varies_by_storage_class");
    const read = () => call("GET", `/${own}?lifecycle`);
    expect((await read()).headers.get(header)).toBe("varies_by_storage_class");
    await put(own, rule(filter + expire(1)));
    expect((await read()).headers.get(header)).toBe("all_storage_classes_128K");
    const refused = await put(own, rule(filter + expire(1)), { [header]: "none" });
    expect([refused.status, refused.first("Code")]).toEqual([400, "InvalidRequest"]);
    expect(refused.first("Message")).toBe("Invalid TransitionDefaultMinimumObjectSize found");
  });

  it("takes 1,000 rules and refuses one more", async () => {
    const own = await makeBucket("lifecycle");
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        rule(
          `<Filter><And><Prefix>p${at}</Prefix>${tag("a", "b")}</And></Filter>${move(30, "STANDARD_IA")}${expire(90)}${endOld(3)}`,
          `rule-${at}`,
        ),
      ).join("");
    expect((await put(own, many(1000))).status).toBe(200);
    expect((await call("GET", `/${own}?lifecycle`)).all("ID")).toHaveLength(1000);
    const answer = await put(own, many(1001));
    expect([answer.status, answer.first("Code")]).toEqual([400, "MalformedXML"]);
  });

  it("wants a digest of the body", async () => {
    const answer = await call("PUT", `/${bucket}?lifecycle`, {
      body: document(rule(filter + expire(1))),
    });
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidRequest"]);
  });

  it("is refused to strangers", async () => {
    const { keys } = await makeAccount();
    const body = document(rule(filter + expire(1)));
    const headers = await contentMd5(body);
    const answer = await call("PUT", `/${bucket}?lifecycle`, { body, headers, keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });
});

const midnight = "2030-01-01T00:00:00Z";
/** What is wrong, the rules, the code, and the message where S3's is known. */
const refusals: readonly (readonly [what: string, rules: string, code: string, text?: string])[] = [
  ["no rule", "", "MalformedXML"],
  [
    "an id of 256 characters (B099)",
    rule(filter + expire(1), "i".repeat(256)),
    "InvalidArgument",
    "ID length should not exceed allowed limit of 255",
  ],
  [
    "the same id twice (B099)",
    rule(filter + expire(1)) + rule(filter + expire(2)),
    "InvalidArgument",
    "Rule ID must be unique. Found same ID for more than one rule",
  ],
  ["a status in lower case", rule(filter + expire(1), "one", "enabled"), "MalformedXML"],
  ["no status", `<Rule><ID>a</ID>${filter}${expire(1)}</Rule>`, "MalformedXML"],
  [
    "0 days (B101)",
    rule(filter + expire(0)),
    "InvalidArgument",
    "'Days' for Expiration action must be a positive integer",
  ],
  [
    "negative days",
    rule(filter + expire(-1)),
    "InvalidArgument",
    "'Days' for Expiration action must be a positive integer",
  ],
  ["days that are no number", rule(filter + expire("soon")), "MalformedXML"],
  [
    "days and a date (B102)",
    rule(`${filter}<Expiration><Days>1</Days><Date>${midnight}</Date></Expiration>`),
    "MalformedXML",
  ],
  ["an empty expiration", rule(`${filter}<Expiration></Expiration>`), "MalformedXML"],
  [
    "no action (B102)",
    rule(filter),
    "InvalidRequest",
    "At least one action needs to be specified in a rule",
  ],
  ["neither filter nor prefix (B102)", rule(expire(1)), "MalformedXML"],
  [
    "filter and prefix",
    rule(`${filter}<Prefix>a</Prefix>${expire(1)}`),
    "InvalidRequest",
    "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
  ],
  [
    "a filter behind a prefix rule",
    rule(`<Prefix>a</Prefix>${expire(1)}`) + rule(filter + expire(2), "two"),
    "InvalidRequest",
    "Filter element can only be used in Lifecycle V2.",
  ],
  [
    "prefixes that overlap",
    rule(`<Prefix></Prefix>${expire(1)}`) + rule(`<Prefix>a</Prefix>${expire(2)}`, "two"),
    "InvalidRequest",
    "Found overlapping prefixes '' and 'a' for same action type 'Expiration'",
  ],
  [
    "a count of newer versions without filters",
    rule(`<Prefix>a</Prefix>${endOld(1, newer(1))}`),
    "InvalidRequest",
    "NewerNoncurrentVersions element can only be used in Lifecycle V2.",
  ],
  [
    "a date that is not midnight (B103)",
    rule(filter + expireOn("2030-01-01T01:00:00Z")),
    "InvalidArgument",
    "'Date' must be at midnight GMT",
  ],
  [
    "midnight of another time zone",
    rule(filter + expireOn("2030-01-01T00:00:00+02:00")),
    "InvalidArgument",
    "'Date' must be at midnight GMT",
  ],
  ["a date that is none", rule(filter + expireOn("20300101")), "MalformedXML"],
  ["an unknown class (B106)", rule(filter + move(30, "COLD")), "MalformedXML"],
  ["a transition to STANDARD", rule(filter + move(30, "STANDARD")), "MalformedXML"],
  [
    "a transition to REDUCED_REDUNDANCY",
    rule(filter + move(30, "REDUCED_REDUNDANCY")),
    "MalformedXML",
  ],
  [
    "a transition without a class",
    rule(`${filter}<Transition><Days>30</Days></Transition>`),
    "MalformedXML",
  ],
  [
    "a transition without a time",
    rule(`${filter}<Transition><StorageClass>GLACIER</StorageClass></Transition>`),
    "MalformedXML",
  ],
  [
    "a transition with two times",
    rule(
      `${filter}<Transition><Days>1</Days><Date>${midnight}</Date><StorageClass>GLACIER</StorageClass></Transition>`,
    ),
    "MalformedXML",
  ],
  [
    "a transition at a time of day",
    rule(filter + moveOn("2030-01-01T10:00:00Z", "GLACIER")),
    "InvalidArgument",
    "'Date' must be at midnight GMT",
  ],
  [
    "a negative transition",
    rule(filter + move(-1, "GLACIER")),
    "InvalidArgument",
    "'Days' in Transition action must be nonnegative",
  ],
  [
    "STANDARD_IA before 30 days",
    rule(filter + move(29, "STANDARD_IA")),
    "InvalidArgument",
    "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
  ],
  [
    "ONEZONE_IA before 30 days",
    rule(filter + move(0, "ONEZONE_IA")),
    "InvalidArgument",
    "'Days' in Transition action must be greater than or equal to 30 for storageClass 'ONEZONE_IA'",
  ],
  [
    "the same class twice",
    rule(filter + move(30, "GLACIER") + move(60, "GLACIER")),
    "InvalidRequest",
    "'StorageClass' must be different for 'Transition' actions in same 'Rule'",
  ],
  [
    "days and dates among transitions",
    rule(filter + move(30, "STANDARD_IA") + moveOn(midnight, "GLACIER")),
    "InvalidRequest",
    "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '(prefix=test/)'",
  ],
  [
    "transition days and expiration date",
    rule(filter + move(30, "GLACIER") + expireOn(midnight)),
    "InvalidRequest",
    "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '(prefix=test/)'",
  ],
  [
    "transition date and expiration days",
    rule(filter + moveOn(midnight, "GLACIER") + expire(30)),
    "InvalidRequest",
    "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter '(prefix=test/)'",
  ],
  [
    "a colder class first",
    rule(filter + move(60, "STANDARD_IA") + move(30, "GLACIER")),
    "InvalidArgument",
    "'Days' in the 'Transition' action for StorageClass 'GLACIER' for filter '(prefix=test/)' must be greater than 'Days' in the 'Transition' action for StorageClass 'STANDARD_IA' for filter '(prefix=test/)'",
  ],
  [
    "less than 30 days in STANDARD_IA",
    rule(filter + move(30, "STANDARD_IA") + move(59, "GLACIER")),
    "InvalidArgument",
    "'Days' in the 'Transition' action for StorageClass 'GLACIER' for filter '(prefix=test/)' must be 30 days more than 'Days' in the 'Transition' action for StorageClass 'STANDARD_IA' for filter '(prefix=test/)'",
  ],
  [
    "expiration on the day of the transition",
    rule(filter + move(30, "GLACIER") + expire(30)),
    "InvalidArgument",
    "'Days' in the Expiration action for filter '(prefix=test/)' must be greater than 'Days' in the Transition action",
  ],
  [
    "expiration before the transition's date",
    rule(filter + moveOn(midnight, "GLACIER") + expireOn("2029-12-31T00:00:00Z")),
    "InvalidArgument",
    "'Date' in the Expiration action for filter '(prefix=test/)' must be later than 'Date' in the Transition action",
  ],
  [
    "noncurrent expiration before the transition",
    rule(filter + moveOld(30, "GLACIER") + endOld(30)),
    "InvalidArgument",
    "'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '(prefix=test/)' must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action",
  ],
  [
    "noncurrent STANDARD_IA before 30 days",
    rule(filter + moveOld(1, "STANDARD_IA")),
    "InvalidArgument",
    "'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
  ],
  [
    "a negative noncurrent transition",
    rule(filter + moveOld(-1, "GLACIER")),
    "InvalidArgument",
    "'NoncurrentDays' in NoncurrentVersionTransition action must be nonnegative",
  ],
  [
    "a noncurrent transition without days",
    rule(
      `${filter}<NoncurrentVersionTransition><StorageClass>GLACIER</StorageClass></NoncurrentVersionTransition>`,
    ),
    "MalformedXML",
  ],
  [
    "a noncurrent expiration after 0 days",
    rule(filter + endOld(0)),
    "InvalidArgument",
    "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
  ],
  [
    "a noncurrent expiration without days",
    rule(`${filter}<NoncurrentVersionExpiration>${newer(3)}</NoncurrentVersionExpiration>`),
    "MalformedXML",
  ],
  [
    "0 newer versions",
    rule(filter + endOld(1, newer(0))),
    "InvalidArgument",
    "'NewerNoncurrentVersions' must be a positive integer",
  ],
  [
    "101 newer versions",
    rule(filter + endOld(1, newer(101))),
    "InvalidArgument",
    "'NewerNoncurrentVersions' must be between 1 and 100",
  ],
  [
    "101 newer versions of a transition",
    rule(filter + moveOld(1, "GLACIER", newer(101))),
    "InvalidArgument",
  ],
  [
    "an expired marker with days",
    rule(
      `${filter}<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`,
    ),
    "MalformedXML",
  ],
  [
    "an expired marker with a date",
    rule(
      `${filter}<Expiration><Date>${midnight}</Date><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>`,
    ),
    "MalformedXML",
  ],
  [
    "an expired marker with a tag",
    rule(`<Filter>${tag("a", "b")}</Filter>${expireMarkers}`),
    "InvalidRequest",
    "ExpiredObjectDeleteMarker cannot be specified with Tags.",
  ],
  [
    "an expired marker with tags in And",
    rule(`<Filter><And><Prefix>a</Prefix>${tag("a", "b")}</And></Filter>${expireMarkers}`),
    "InvalidRequest",
    "ExpiredObjectDeleteMarker cannot be specified with Tags.",
  ],
  [
    "an expired marker with a size",
    rule(`<Filter>${over(1)}</Filter>${expireMarkers}`),
    "InvalidRequest",
    "ExpiredObjectDeleteMarker cannot be specified with Object Size.",
  ],
  [
    "an expired marker that is neither true nor false",
    rule(
      `${filter}<Expiration><ExpiredObjectDeleteMarker>yes</ExpiredObjectDeleteMarker></Expiration>`,
    ),
    "MalformedXML",
  ],
  [
    "an abort with a tag",
    rule(`<Filter>${tag("a", "b")}</Filter>${abort(1)}`),
    "InvalidRequest",
    "AbortIncompleteMultipartUpload cannot be specified with Tags.",
  ],
  [
    "an abort with a size",
    rule(`<Filter>${under(10)}</Filter>${abort(1)}`),
    "InvalidRequest",
    "AbortIncompleteMultipartUpload cannot be specified with Object Size.",
  ],
  [
    "an abort after 0 days",
    rule(filter + abort(0)),
    "InvalidArgument",
    "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer",
  ],
  [
    "an abort without days",
    rule(`${filter}<AbortIncompleteMultipartUpload></AbortIncompleteMultipartUpload>`),
    "MalformedXML",
  ],
  [
    "a filter with two parts",
    rule(`<Filter><Prefix>a</Prefix>${tag("a", "b")}</Filter>${expire(1)}`),
    "MalformedXML",
  ],
  [
    "a filter with a part beside And",
    rule(`<Filter>${over(1)}<And><Prefix>a</Prefix>${tag("a", "b")}</And></Filter>${expire(1)}`),
    "MalformedXML",
  ],
  [
    "And with one part",
    rule(`<Filter><And><Prefix>a</Prefix></And></Filter>${expire(1)}`),
    "MalformedXML",
  ],
  [
    "And with one tag",
    rule(`<Filter><And>${tag("a", "b")}</And></Filter>${expire(1)}`),
    "MalformedXML",
  ],
  ["And without parts", rule(`<Filter><And></And></Filter>${expire(1)}`), "MalformedXML"],
  [
    "the same tag key twice",
    rule(`<Filter><And>${tag("a", "b")}${tag("a", "c")}</And></Filter>${expire(1)}`),
    "InvalidRequest",
    "Duplicate Tag Keys are not allowed.",
  ],
  ["a tag without a key", rule(`<Filter>${tag("", "b")}</Filter>${expire(1)}`), "MalformedXML"],
  [
    "a tag without a value",
    rule(`<Filter><Tag><Key>a</Key></Tag></Filter>${expire(1)}`),
    "MalformedXML",
  ],
  [
    "a tag key of 129 characters",
    rule(`<Filter>${tag("a".repeat(129), "")}</Filter>${expire(1)}`),
    "InvalidRequest",
  ],
  [
    "a tag value of 257 characters",
    rule(`<Filter>${tag("a", "v".repeat(257))}</Filter>${expire(1)}`),
    "InvalidRequest",
  ],
  [
    "a negative size",
    rule(`<Filter>${over(-1)}</Filter>${expire(1)}`),
    "InvalidRequest",
    "'ObjectSizeGreaterThan' should be between 0 and 1099511627776000.",
  ],
  [
    "less than 0 bytes",
    rule(`<Filter>${under(0)}</Filter>${expire(1)}`),
    "InvalidRequest",
    "'ObjectSizeLessThan' should be between 1 and 1099511627776000.",
  ],
  [
    "sizes that exclude all",
    rule(`<Filter><And>${over(10)}${under(10)}</And></Filter>${expire(1)}`),
    "InvalidRequest",
    "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.",
  ],
  [
    "a prefix of 1,025 bytes",
    rule(`<Filter><Prefix>${"é".repeat(513)}</Prefix></Filter>${expire(1)}`),
    "InvalidArgument",
  ],
  ["an element nobody knows", rule(`${filter}${expire(1)}<Colour>red</Colour>`), "MalformedXML"],
  ["two expirations", rule(filter + expire(1) + expire(2)), "MalformedXML"],
];

describe("PutBucketLifecycleConfiguration refuses", () => {
  it.each(refusals)("%s", async (_, rules, code, text) => {
    const before = (await call("GET", `/${bucket}?lifecycle`)).text;
    const answer = await put(bucket, rules ?? "");
    expect([answer.status, answer.first("Code")]).toEqual([400, code]);
    if (text !== undefined) expect(answer.first("Message")?.replaceAll("&apos;", "'")).toBe(text);
    expect((await call("GET", `/${bucket}?lifecycle`)).text).toBe(before);
  });
});

describe("DeleteBucketLifecycle", () => {
  it("removes the rules, and again without an error", async () => {
    const own = await makeBucket("lifecycle");
    await put(own, rule(filter + expire(1)));
    expect((await call("DELETE", `/${own}?lifecycle`)).status).toBe(204);
    expect((await call("DELETE", `/${own}?lifecycle`)).status).toBe(204);
    const answer = await call("GET", `/${own}?lifecycle`);
    expect([answer.status, answer.first("Code")]).toEqual([404, "NoSuchLifecycleConfiguration"]);
    expect(answer.first("BucketName")).toBe(own);
  });
});
