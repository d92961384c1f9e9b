// The ACL of a bucket: every way of setting it, and what is refused.
import { beforeAll, describe, expect, it } from "vitest";
import {
  aclXml,
  allUsers,
  cannedGrants,
  ignorePublicAcls,
  logDelivery,
  makeAclBucket,
  nobody,
  outcome,
  readAcl,
  setAcl,
  setOwnership,
} from "../acl-fixtures.ts";
import { call, makeAccount, makeBucket, rootKeys, type TestAccount } from "./fixtures.ts";

let owner: string;
let stranger: TestAccount;
let bucket: string;

beforeAll(async () => {
  stranger = await makeAccount();
  bucket = await makeAclBucket("acl");
  owner = (await readAcl(`/${bucket}?acl`)).owner;
});

const putAcl = (body: string, headers: Record<string, string> = {}) =>
  outcome(rootKeys, "PUT", `/${bucket}?acl`, { body, headers });

describe("PutBucketAcl", () => {
  it.each([
    ...cannedGrants,
    ["log-delivery-write", [`${logDelivery} WRITE`, `${logDelivery} READ_ACP`]],
  ])("takes the canned ACL %s", async (acl, grants) => {
    await setAcl(`/${bucket}`, acl);
    const read = await readAcl(`/${bucket}?acl`);
    expect(read).toEqual({ owner, grants: [`${owner} FULL_CONTROL`, ...grants] });
  });

  it("takes grant headers: ids and groups, and nothing else is granted", async () => {
    const headers = {
      "x-amz-grant-read": `id="${stranger.canonicalId}", uri=${allUsers}`,
      "x-amz-grant-write-acp": `id=${owner}`,
      "x-amz-grant-full-control": `id='${stranger.canonicalId}'`,
    };
    expect((await call("PUT", `/${bucket}?acl`, { headers })).status).toBe(200);
    expect((await readAcl(`/${bucket}?acl`)).grants).toEqual([
      `${stranger.canonicalId} FULL_CONTROL`,
      `${stranger.canonicalId} READ`,
      `${allUsers} READ`,
      `${owner} WRITE_ACP`,
    ]);
  });

  it("takes a document, shows names, and none of 100 grants is lost", async () => {
    const grants = Array.from(
      { length: 100 },
      (_, position) =>
        [
          "CanonicalUser",
          position % 2 === 0 ? owner : stranger.canonicalId,
          ["READ", "WRITE", "READ_ACP", "WRITE_ACP"][position % 4] ?? "READ",
        ] as const,
    );
    expect(await putAcl(aclXml(owner, grants))).toBe("200");
    const read = await call("GET", `/${bucket}?acl`);
    expect(read.all("Grant")).toHaveLength(100);
    expect(read.all("DisplayName")).toContain("stranger");
    expect(await putAcl(aclXml(owner, [...grants, ["Group", allUsers, "READ"]]))).toBe(
      "400 MalformedACLError",
    );
  });

  it("takes all grants away and gives them back", async () => {
    expect(await putAcl(aclXml(owner, []))).toBe("200");
    expect((await readAcl(`/${bucket}?acl`)).grants).toEqual([]);
    // Its owner has no grant to write or list by any more, and may still set the ACL.
    expect(await outcome(rootKeys, "PUT", `/${bucket}/k`, { body: "x" })).toBe("403 AccessDenied");
    expect(await outcome(rootKeys, "GET", `/${bucket}`)).toBe("403 AccessDenied");
    await setAcl(`/${bucket}`, "private");
    expect(await outcome(rootKeys, "PUT", `/${bucket}/k`, { body: "x" })).toBe("200");
  });

  it.each([
    ["nothing", "", {}, "400 MissingSecurityHeader"],
    ["B117 an unknown canned ACL", "", { "x-amz-acl": "public" }, "400 InvalidArgument"],
    ["B117 an unknown id", "", { "x-amz-grant-read": "id=ab" }, "400 InvalidArgument"],
    ["an unknown group", "", { "x-amz-grant-read": "uri=http://x" }, "400 InvalidArgument"],
    ["no grantee", "", { "x-amz-grant-read": "read" }, "400 InvalidArgument"],
    ["an unknown kind", "", { "x-amz-grant-read": "name=x" }, "400 InvalidArgument"],
    [
      "B121 a canned ACL with grants",
      "",
      { "x-amz-acl": "private", "x-amz-grant-read": `uri=${allUsers}` },
      "400 InvalidRequest",
    ],
    ["malformed XML", "<AccessControlPolicy>", {}, "400 MalformedACLError"],
    ["another root", "<Tagging><TagSet/></Tagging>", {}, "400 MalformedACLError"],
    ["no owner", "<AccessControlPolicy/>", {}, "400 MalformedACLError"],
  ] as const)("refuses %s", async (_, body, headers, wanted) => {
    await setAcl(`/${bucket}`, "private");
    expect(await putAcl(body, headers)).toBe(wanted);
    expect((await readAcl(`/${bucket}?acl`)).grants).toEqual([`${owner} FULL_CONTROL`]);
  });

  it.each([
    ["B117 an unknown id", ["CanonicalUser", "_foo", "READ"], "400 InvalidArgument"],
    ["an unknown group", ["Group", "http://x", "READ"], "400 InvalidArgument"],
    ["an unknown permission", ["Group", allUsers, "EVERYTHING"], "400 MalformedACLError"],
    ["an unknown kind", ["Nobody", "x", "READ"], "400 MalformedACLError"],
    [
      "e-mail, which AWS has ended",
      ["AmazonCustomerByEmail", "a@b", "READ"],
      "405 MethodNotAllowed",
    ],
  ] as const)("refuses a grant of %s", async (_, grant, wanted) => {
    expect(await putAcl(aclXml(owner, [grant]))).toBe(wanted);
  });

  it("refuses a document beside headers, and another owner", async () => {
    const body = aclXml(owner, [["CanonicalUser", owner, "FULL_CONTROL"]]);
    expect(await putAcl(body, { "x-amz-acl": "private" })).toBe("400 UnexpectedContent");
    const other = aclXml(stranger.canonicalId, [["CanonicalUser", owner, "FULL_CONTROL"]]);
    expect(await putAcl(other)).toBe("403 AccessDenied");
  });

  it("SEC-085 refuses a public ACL where Block Public Access does", async () => {
    const blocked = await makeAclBucket("blocked", { isBlocked: true });
    for (const acl of ["public-read", "public-read-write", "authenticated-read"]) {
      const headers = { "x-amz-acl": acl };
      expect(await outcome(rootKeys, "PUT", `/${blocked}?acl`, { headers })).toBe(
        "403 AccessDenied",
      );
    }
    await setAcl(`/${blocked}`, "log-delivery-write");
  });

  it("B119 is refused under enforced ownership, whatever it says", async () => {
    const enforced = await makeBucket("enforced");
    for (const acl of ["private", "public-read", "bucket-owner-full-control"]) {
      const headers = { "x-amz-acl": acl };
      expect(await outcome(rootKeys, "PUT", `/${enforced}?acl`, { headers })).toBe(
        "400 AccessControlListNotSupported",
      );
    }
  });
});

describe("The ACL of a bucket", () => {
  const grant = async (permission: string) => {
    const body = aclXml(owner, [
      ["CanonicalUser", owner, "FULL_CONTROL"],
      ["CanonicalUser", stranger.canonicalId, permission],
    ]);
    expect(await putAcl(body)).toBe("200");
  };

  it.each([
    ["READ", [true, false, false, false]],
    ["WRITE", [false, true, false, false]],
    ["READ_ACP", [false, false, true, false]],
    ["WRITE_ACP", [false, false, false, true]],
    ["FULL_CONTROL", [true, true, true, true]],
  ])("lets a grantee of %s do that alone", async (permission, wanted) => {
    await grant(permission);
    const may = async (method: string, query: string, headers?: Record<string, string>) =>
      (await outcome(stranger.keys, method, `/${bucket}${query}`, headers && { headers })) ===
      "200";
    const write = await outcome(stranger.keys, "PUT", `/${bucket}/by-stranger`, { body: "x" });
    const read = await may("GET", "?list-type=2");
    expect(await may("HEAD", "")).toBe(read);
    expect(await may("GET", "?versions")).toBe(read);
    expect(await may("GET", "?uploads")).toBe(read);
    const acp = await may("GET", "?acl");
    const writeAcp = await may("PUT", "?acl", { "x-amz-acl": "private" });
    expect([read, write === "200", acp, writeAcp]).toEqual(wanted);
  });

  it("lets a writer delete, and read nothing of what others own", async () => {
    await grant("WRITE");
    await call("PUT", `/${bucket}/owned`, { body: "x" });
    expect(await outcome(stranger.keys, "GET", `/${bucket}/owned`)).toBe("403 AccessDenied");
    expect(await outcome(stranger.keys, "GET", `/${bucket}/owned?tagging`)).toBe(
      "403 AccessDenied",
    );
    expect(await outcome(stranger.keys, "DELETE", `/${bucket}/owned`)).toBe("204");
    expect(await outcome(rootKeys, "GET", `/${bucket}/owned`)).toBe("404 NoSuchKey");
  });

  it("SEC-060 tells of a missing key only whom it lets list", async () => {
    await setAcl(`/${bucket}`, "private");
    expect(await outcome(nobody, "GET", `/${bucket}/missing`)).toBe("403 AccessDenied");
    expect(await outcome(stranger.keys, "GET", `/${bucket}/missing`)).toBe("403 AccessDenied");
    await setAcl(`/${bucket}`, "public-read");
    expect(await outcome(nobody, "GET", `/${bucket}/missing`)).toBe("404 NoSuchKey");
    await setAcl(`/${bucket}`, "authenticated-read");
    expect(await outcome(nobody, "GET", `/${bucket}/missing`)).toBe("403 AccessDenied");
    expect(await outcome(stranger.keys, "GET", `/${bucket}/missing`)).toBe("404 NoSuchKey");
  });

  it("counts for nothing under enforced ownership, and again without it", async () => {
    await grant("READ");
    expect((await setOwnership(bucket, "BucketOwnerEnforced")).first("Code")).toBe(
      "InvalidBucketAclWithObjectOwnership",
    );
    await setAcl(`/${bucket}`, "private");
    expect((await setOwnership(bucket, "BucketOwnerEnforced")).status).toBe(200);
    expect((await readAcl(`/${bucket}?acl`)).grants).toEqual([`${owner} FULL_CONTROL`]);
    expect((await setOwnership(bucket, "ObjectWriter")).status).toBe(200);
  });
});

describe("Listing by ACL", () => {
  const lists = ["", "?list-type=2", "?versions", "?uploads"];
  it.each([
    ["private", [false, false]],
    ["authenticated-read", [true, false]],
    ["public-read", [true, true]],
    ["public-read-write", [true, true]],
  ])("SEC-057 of a bucket that is %s", async (acl, [others, everybody]) => {
    await setAcl(`/${bucket}`, acl);
    const listed = (isAllowed: boolean | undefined) => (isAllowed ? "200" : "403 AccessDenied");
    for (const list of lists) {
      expect(await outcome(rootKeys, "GET", `/${bucket}${list}`)).toBe("200");
      expect(await outcome(stranger.keys, "GET", `/${bucket}${list}`)).toBe(listed(others));
      expect(await outcome(nobody, "GET", `/${bucket}${list}`)).toBe(listed(everybody));
    }
  });

  it("SEC-056 ends for everybody where public ACLs are ignored", async () => {
    const ignoring = await makeAclBucket("ignoring", { acl: "public-read-write" });
    await ignorePublicAcls(ignoring);
    for (const who of [nobody, stranger.keys] as const) {
      for (const list of lists) {
        expect(await outcome(who, "GET", `/${ignoring}${list}`)).toBe("403 AccessDenied");
      }
      expect(await outcome(who, "PUT", `/${ignoring}/k`, { body: "x" })).toBe("403 AccessDenied");
    }
  });
});

describe("GetBucketPolicyStatus", () => {
  it("tells of public ACLs where they are in force", async () => {
    const open = await makeAclBucket("status");
    const status = async () => {
      const answer = await call("GET", `/${open}?policyStatus`);
      return answer.first("IsPublic") ?? answer.first("Code");
    };
    expect(await status()).toBe("false");
    await setAcl(`/${open}`, "authenticated-read");
    expect(await status()).toBe("true");
    await setAcl(`/${open}`, "public-read");
    expect(await status()).toBe("true");
    await setAcl(`/${open}`, "private");
    expect(await status()).toBe("false");
    expect((await setOwnership(open, "BucketOwnerEnforced")).status).toBe(200);
    expect(await status()).toBe("NoSuchBucketPolicy");
  });
});
