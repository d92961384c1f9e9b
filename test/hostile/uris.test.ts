// Paths, bucket names, keys and parameters that no bucket or object has, and those that only look so.

import { describe, expect, it } from "vitest";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import {
  byHeader,
  elements,
  expectRefusal,
  makeBucket,
  must,
  putWith,
  type Row,
  runRows,
  send,
  sharedBucket,
  snapshot,
} from "./front-door.ts";

const bucket = sharedBucket();

const invalidUri = { status: 400, code: "InvalidURI" } as const;
const longKey = "k".repeat(1025);
const put = (path: string) => byHeader({ method: "PUT", path, body: "x" });
const get = (path: string) => byHeader({ path });
const head = (path: string) => byHeader({ method: "HEAD", path });
const notAllowed = { status: 405, code: "MethodNotAllowed" } as const;

const rows: Row[] = [
  ...[longKey, `${"é".repeat(512)}x`].map((key, at) => ({
    name: `B027 a key of 1,025 bytes of UTF-8 (${at})`,
    status: 400,
    code: "KeyTooLongError",
    message: "Your key is too long",
    detail: { Size: "1025", MaxSizeAllowed: "1024" },
    make: (name: string) => put(`/${name}/${encodeURIComponent(key)}`),
    head: (name: string) => head(`/${name}/${encodeURIComponent(key)}`),
  })),
  ...["%zz", "%", "%2", "a%g0b"].map((text) => ({
    name: `B029 ${text} in the path`,
    ...invalidUri,
    make: (name: string) => put(`/${name}/${text}`),
    head: (name: string) => head(`/${name}/${text}`),
  })),
  ...["%ff%fe", "%c0%af", "%ed%a0%80", "a%80"].map((text) => ({
    name: `B030 SEC-045 ${text}, which is not UTF-8, in the path`,
    ...invalidUri,
    make: (name: string) => put(`/${name}/${text}`),
  })),
  {
    name: "B030 bytes that are not UTF-8 in the bucket",
    ...invalidUri,
    make: () => get("/%ff%fe/key"),
  },
  {
    name: "B034 SEC-046 a key with U+0000 (to confirm on AWS)",
    ...invalidUri,
    make: (name) => put(`/${name}/a%00b`),
    head: (name) => head(`/${name}/a%00b`),
  },
  ...["ab", "a".repeat(64), "A_B", "1.2.3.4", "a..b", "-ab", "ab-", ".ab", "ab.", "a_b", "Abc"].map(
    (name) => ({
      name: `B035 a bucket named ${name}`,
      status: 400,
      code: "InvalidBucketName",
      detail: { BucketName: name },
      make: () => byHeader({ method: "PUT", path: `/${name}` }),
    }),
  ),
  ...["xn--ab", "sthree-ab", "amzn-s3-demo-ab", "ab-s3alias", "ab--ol-s3", "ab.mrap"].map(
    (name) => ({
      name: `B035 a bucket named ${name}, a form that S3 keeps`,
      status: 400,
      code: "InvalidBucketName",
      make: () => byHeader({ method: "PUT", path: `/${name}` }),
    }),
  ),
  ...["ab", "1.2.3.4", "a..b", "a".repeat(256), "a%20b", "_-/x"].map((name) => ({
    name: `B035 reading from a bucket named ${name.slice(0, 20)}`,
    status: 400,
    code: "InvalidBucketName",
    make: () => get(`/${name}`),
    head: () => head(`/${name}`),
  })),
  {
    name: "B038 a bucket of one's own, again",
    status: 409,
    code: "BucketAlreadyOwnedByYou",
    detail: { BucketName: /^hostile/ },
    make: (name) => byHeader({ method: "PUT", path: `/${name}` }),
  },
  ...["moon-1", "us-east-1", "EU-WEST-1"].map((constraint) => ({
    name: `B039 a location constraint of ${constraint}`,
    status: 400,
    code: "InvalidLocationConstraint",
    make: () =>
      byHeader({
        method: "PUT",
        path: "/somewhere-else-entirely",
        body: `<CreateBucketConfiguration><LocationConstraint>${constraint}</LocationConstraint></CreateBucketConfiguration>`,
      }),
  })),
  {
    name: "B041 deleting a bucket that is not empty",
    status: 409,
    code: "BucketNotEmpty",
    make: (name) => byHeader({ method: "DELETE", path: `/${name}` }),
  },
  {
    name: "B042 POST to an object",
    ...notAllowed,
    detail: { Method: "POST", ResourceType: "OBJECT" },
    make: (name) => byHeader({ method: "POST", path: `/${name}/there`, body: "x" }),
  },
  ...["/{}/there", "/{}", "/"].map((path) => ({
    name: `B042 PATCH ${path}`,
    ...notAllowed,
    detail: { Method: "PATCH" },
    make: (name: string) =>
      byHeader({ method: "PATCH", path: path.replace("{}", name), body: "x" }),
  })),
  ...["PUT", "DELETE", "POST", "HEAD"].map((method) => ({
    name: `B042 SEC-029 ${method} /`,
    ...(method === "HEAD" ? { status: 405, code: undefined } : notAllowed),
    make: () => byHeader({ method, path: "/" }),
  })),
  {
    name: "B043 ?versions on a key",
    status: 400,
    code: "InvalidRequest",
    message: "There is no such thing as the ?versions sub-resource for a key",
    make: (name) => get(`/${name}/there?versions`),
  },
  ...[
    "versionId=a&versionId=b",
    "acl&acl",
    "uploadId=a&uploadId=b&partNumber=1",
    "partNumber=1&partNumber=2",
  ].map((query) => ({
    name: `SEC-018 ?${query}`,
    status: 400,
    code: "InvalidArgument",
    make: (name: string) => get(`/${name}/there?${query}`),
  })),
  ...["acl&policy", "tagging&acl", "uploads&versions"].map((query) => ({
    name: `SEC-018 two sub-resources: ?${query}`,
    status: 400,
    code: "InvalidArgument",
    message: "Conflicting query string parameters",
    make: (name: string) => get(`/${name}?${query}`),
  })),
  ...["javascript:alert(1)", "//evil.example", "data:text/html,x", "ftp://x/"].map((location) => ({
    name: `SEC-052 a website redirect to ${location}`,
    status: 400,
    code: "InvalidRedirectLocation",
    make: (name: string) =>
      putWith(`/${name}/redirect`, { "x-amz-website-redirect-location": location }),
  })),
];

describe("a path that names nothing", () => {
  runRows(rows, () => bucket);

  it("B037 a bucket that another account owns", async () => {
    const { keys } = await makeAccount();
    const before = await snapshot(bucket);
    const answer = await send(byHeader({ method: "PUT", path: `/${bucket}`, keys }));
    expectRefusal(answer, { status: 409, code: "BucketAlreadyExists" });
    expect(await snapshot(bucket)).toBe(before);
  });

  it("B043 an unknown parameter is ignored", async () => {
    for (const query of ["foo", "foo=bar", "x-id=GetObject", "notacl=1"]) {
      expect((await must(200, { path: `/${bucket}/there?${query}` })).text).toBe("content");
    }
  });
});

describe("a key that is only strange", () => {
  const strange = [
    "a//b",
    "a/",
    "/",
    "//",
    "a%5Cb",
    "a%0Ab",
    "a%0D%0Ab",
    "a%01b",
    "%EF%BF%BE",
    "e%CC%81",
    "%C3%A9",
    "%27%3B%20DROP%20TABLE%20versions%3B--",
    "%25",
    "_",
    "%2525",
    "a%2Bb",
    "__proto__",
    "a%2e%2e%2fb",
    "%252e%252e%252fb",
    "%F0%9F%97%BB",
    `${"k".repeat(1024)}`,
  ];

  it("SEC-034 SEC-037 SEC-042 SEC-044 SEC-047 SEC-049 is a key of its own, and lists", async () => {
    const own = await makeBucket();
    for (const [at, key] of strange.entries()) {
      await must(200, { method: "PUT", path: `/${own}/${key}`, body: `content ${at}` });
    }
    for (const [at, key] of strange.entries()) {
      const answer = await must(200, { path: `/${own}/${key}` });
      expect(answer.text, key).toBe(`content ${at}`);
    }
    const listing = await must(200, { path: `/${own}?list-type=2&encoding-type=url` });
    const keys = elements(listing.text).filter(({ name }) => name === "Key");
    const decoded = keys.map(({ text }) => decodeURIComponent(text.replaceAll("+", " ")));
    const expected = [...strange.map((key) => decodeURIComponent(key)), "there"];
    expect(decoded.toSorted()).toEqual(expected.toSorted());
    for (const key of strange) await must(204, { method: "DELETE", path: `/${own}/${key}` });
    const left = await must(200, { path: `/${own}?list-type=2` });
    expect(left.first("KeyCount")).toBe("1");
  });

  it("SEC-013 is decoded once: a%2e is another key than a%252e", async () => {
    await must(200, { method: "PUT", path: `/${bucket}/a%252e`, body: "escaped" });
    expect((await send(get(`/${bucket}/a.`))).status).toBe(404);
    expect((await must(200, { path: `/${bucket}/a%252e` })).text).toBe("escaped");
    const listing = await must(200, { path: `/${bucket}?list-type=2&prefix=a` });
    expect(listing.first("Key")).toBe("a%2e");
    await must(204, { method: "DELETE", path: `/${bucket}/a%252e` });
  });

  it("SEC-050 a prefix of wildcards is bytes: % and _ match only themselves", async () => {
    const own = await makeBucket();
    for (const key of ["%25x", "_x", "ax"]) {
      await must(200, { method: "PUT", path: `/${own}/${key}`, body: "x" });
    }
    for (const [prefix, found] of [
      ["%25", "%x"],
      ["_", "_x"],
    ]) {
      const listing = await must(200, { path: `/${own}?list-type=2&prefix=${prefix}` });
      const keys = elements(listing.text).filter(({ name }) => name === "Key");
      expect(keys.map(({ text }) => text)).toEqual([found]);
    }
    await must(200, { path: `/${own}?list-type=2&prefix=${"p".repeat(1024)}` });
  });
});
