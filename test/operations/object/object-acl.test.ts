// ACLs of objects: how they are set, whom they let do what, who owns what others write.
import { beforeAll, describe, expect, it } from "vitest";
import { makeUser } from "../../iam/fixtures.ts";
import {
  aclXml,
  allUsers,
  anonymousId,
  authenticatedUsers,
  cannedGrants,
  ignorePublicAcls,
  makeAclBucket,
  nobody,
  outcome,
  put,
  readAcl,
  setAcl,
  setOwnership,
} from "../acl-fixtures.ts";
import { call, makeAccount, makeBucket, rootKeys, type TestAccount } from "../bucket/fixtures.ts";

let owner: string;
let stranger: TestAccount;
let bucket: string;

beforeAll(async () => {
  stranger = await makeAccount();
  bucket = await makeAclBucket("object-acl");
  owner = (await readAcl(`/${bucket}?acl`)).owner;
});

const denied = "403 AccessDenied";

describe("PutObjectAcl", () => {
  it.each(cannedGrants)("takes the canned ACL %s, also while writing", async (acl, grants) => {
    const path = `/${bucket}/canned`;
    await put(path);
    await setAcl(path, acl);
    const wanted = { owner, grants: [`${owner} FULL_CONTROL`, ...grants] };
    expect(await readAcl(`${path}?acl`)).toEqual(wanted);
    await put(path, { "x-amz-acl": acl });
    expect(await readAcl(`${path}?acl`)).toEqual(wanted);
    await put(path);
    expect((await readAcl(`${path}?acl`)).grants).toEqual([`${owner} FULL_CONTROL`]);
  });

  it("takes grants as headers of a put and as a document", async () => {
    const path = `/${bucket}/granted`;
    const id = `id=${stranger.canonicalId}`;
    await put(path, { "x-amz-grant-read": id, "x-amz-grant-write-acp": id });
    expect((await readAcl(`${path}?acl`)).grants).toEqual([
      `${stranger.canonicalId} READ`,
      `${stranger.canonicalId} WRITE_ACP`,
    ]);
    const body = aclXml(owner, [["Group", authenticatedUsers, "READ_ACP"]]);
    expect(await outcome(rootKeys, "PUT", `${path}?acl`, { body })).toBe("200");
    expect((await readAcl(`${path}?acl`)).grants).toEqual([`${authenticatedUsers} READ_ACP`]);
  });

  it("is about the version that is named", async () => {
    const versioned = await makeAclBucket("versions");
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    expect((await call("PUT", `/${versioned}?versioning`, { body })).status).toBe(200);
    const first = (await put(`/${versioned}/k`)).headers.get("x-amz-version-id") ?? "";
    const second = (await put(`/${versioned}/k`)).headers.get("x-amz-version-id") ?? "";
    const old = `/${versioned}/k?acl&versionId=${first}`;
    const headers = { "x-amz-acl": "public-read" };
    expect(await outcome(rootKeys, "PUT", old, { headers })).toBe("200");
    expect((await readAcl(old)).grants).toHaveLength(2);
    expect((await readAcl(`/${versioned}/k?acl`)).grants).toHaveLength(1);
    expect(await outcome(nobody, "GET", `/${versioned}/k?versionId=${first}`)).toBe("200");
    expect(await outcome(nobody, "GET", `/${versioned}/k?versionId=${second}`)).toBe(denied);
    expect(await outcome(nobody, "GET", `/${versioned}/k`)).toBe(denied);
    await call("DELETE", `/${versioned}/k`);
    expect(await outcome(nobody, "GET", `/${versioned}/k?versionId=${first}`)).toBe("200");
    expect(await outcome(rootKeys, "PUT", `/${versioned}/k?acl`, { headers })).toBe(
      "404 NoSuchKey",
    );
  });

  it("finds no ACL of what is not there", async () => {
    const headers = { "x-amz-acl": "private" };
    const path = `/${bucket}/missing?acl`;
    expect(await outcome(rootKeys, "GET", path)).toBe("404 NoSuchKey");
    expect(await outcome(rootKeys, "PUT", path, { headers })).toBe("404 NoSuchKey");
    expect(await outcome(stranger.keys, "GET", path)).toBe(denied);
    expect(await outcome(stranger.keys, "PUT", path, { headers })).toBe(denied);
  });

  it.each([
    [
      "log-delivery-write, which is for buckets",
      { "x-amz-acl": "log-delivery-write" },
      "InvalidArgument",
    ],
    ["B117 an unknown canned ACL", { "x-amz-acl": "public-ready" }, "InvalidArgument"],
    ["B117 an unknown id", { "x-amz-grant-read": "id=nobody" }, "InvalidArgument"],
    [
      "B121 a canned ACL with grants",
      { "x-amz-acl": "private", "x-amz-grant-read": `uri=${allUsers}` },
      "InvalidRequest",
    ],
  ])("refuses %s, and no object is written", async (_, headers, code) => {
    await put(`/${bucket}/plain`);
    const wish = { headers: headers as Record<string, string> };
    expect(await outcome(rootKeys, "PUT", `/${bucket}/plain?acl`, wish)).toBe(`400 ${code}`);
    expect(await outcome(rootKeys, "PUT", `/${bucket}/new`, { body: "x", ...wish })).toBe(
      `400 ${code}`,
    );
    expect(await outcome(rootKeys, "HEAD", `/${bucket}/new`)).toBe("404");
  });

  it("SEC-085 no write takes a public ACL that Block Public Access forbids", async () => {
    const blocked = await makeAclBucket("blocked", { isBlocked: true });
    await put(`/${blocked}/k`);
    for (const headers of [
      { "x-amz-acl": "public-read" },
      { "x-amz-acl": "authenticated-read" },
      { "x-amz-grant-read-acp": `uri="${allUsers}"` },
    ] as Record<string, string>[]) {
      const tries = [
        outcome(rootKeys, "PUT", `/${blocked}/k?acl`, { headers }),
        outcome(rootKeys, "PUT", `/${blocked}/new`, { body: "x", headers }),
        outcome(rootKeys, "POST", `/${blocked}/new?uploads`, { headers }),
        outcome(rootKeys, "PUT", `/${blocked}/new`, {
          headers: { ...headers, "x-amz-copy-source": `${blocked}/k` },
        }),
      ];
      expect(await Promise.all(tries)).toEqual([denied, denied, denied, denied]);
    }
    expect(await outcome(rootKeys, "HEAD", `/${blocked}/new`)).toBe("404");
  });

  it("B119 SEC-085 enforced ownership takes what it says anyway, and no more", async () => {
    const enforced = await makeBucket("enforced");
    const accepted = [
      { "x-amz-acl": "bucket-owner-full-control" },
      { "x-amz-grant-full-control": `id=${owner}` },
    ] as Record<string, string>[];
    for (const headers of accepted) {
      await put(`/${enforced}/k`, headers);
      expect(await outcome(rootKeys, "PUT", `/${enforced}/k?acl`, { headers })).toBe("200");
    }
    const same = aclXml(owner, [["CanonicalUser", owner, "FULL_CONTROL"]]);
    expect(await outcome(rootKeys, "PUT", `/${enforced}/k?acl`, { body: same })).toBe("200");
    await put(`/${enforced}/k`, { "x-amz-acl": "private" });
    const refused = [
      { "x-amz-acl": "public-read" },
      { "x-amz-acl": "bucket-owner-read" },
      { "x-amz-grant-read": `id=${owner}` },
      { "x-amz-grant-full-control": `uri=${allUsers}` },
    ] as Record<string, string>[];
    for (const headers of refused) {
      const code = "400 AccessControlListNotSupported";
      if (headers["x-amz-acl"] !== "bucket-owner-read") {
        expect(await outcome(rootKeys, "PUT", `/${enforced}/k?acl`, { headers })).toBe(code);
      }
      expect(await outcome(rootKeys, "PUT", `/${enforced}/k`, { body: "x", headers })).toBe(code);
      expect(await outcome(rootKeys, "POST", `/${enforced}/k?uploads`, { headers })).toBe(code);
    }
    const wish = { headers: { "x-amz-acl": "private" } };
    expect(await outcome(rootKeys, "PUT", `/${enforced}/k?acl`, wish)).toBe(
      "400 AccessControlListNotSupported",
    );
    expect((await readAcl(`/${enforced}/k?acl`)).grants).toEqual([`${owner} FULL_CONTROL`]);
  });
});

describe("The ACL of an object", () => {
  it.each([
    ["READ", [true, false, false]],
    ["WRITE", [false, false, false]],
    ["READ_ACP", [false, true, false]],
    ["WRITE_ACP", [false, false, true]],
    ["FULL_CONTROL", [true, true, true]],
  ])("lets a grantee of %s do that alone", async (permission, wanted) => {
    const path = `/${bucket}/grantee`;
    await put(path);
    const body = aclXml(owner, [
      ["CanonicalUser", owner, "FULL_CONTROL"],
      ["CanonicalUser", stranger.canonicalId, permission],
    ]);
    expect(await outcome(rootKeys, "PUT", `${path}?acl`, { body })).toBe("200");
    const read = await outcome(stranger.keys, "GET", path);
    expect(await outcome(stranger.keys, "HEAD", path)).toBe(read === "200" ? "200" : "403");
    const acp = await outcome(stranger.keys, "GET", `${path}?acl`);
    const again = { headers: { "x-amz-acl": "private" } };
    const writeAcp = await outcome(stranger.keys, "PUT", `${path}?acl`, again);
    expect([read, acp, writeAcp].map((one) => one === "200")).toEqual(wanted);
    // Whatever an object grants: who may write to it, the bucket says.
    expect(await outcome(stranger.keys, "PUT", path, { body: "x" })).toBe(denied);
    expect(await outcome(stranger.keys, "DELETE", path)).toBe(denied);
    expect(await outcome(nobody, "GET", path)).toBe(denied);
  });

  it("gives an account what its users may then be given, and everybody what they ask", async () => {
    const path = `/${bucket}/for-users`;
    await put(path, { "x-amz-grant-read": `id=${stranger.canonicalId}` });
    const reader = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }],
    });
    const none = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }],
    });
    const name = crypto.randomUUID().slice(0, 8);
    const may = await makeUser(stranger.keys, `may-${name}`, reader);
    const mayNot = await makeUser(stranger.keys, `may-not-${name}`, none);
    const own = await makeUser(rootKeys, `own-${name}`, none);
    expect(await outcome(may, "GET", path), "may").toBe("200");
    expect(await outcome(mayNot, "GET", path)).toBe(denied);
    expect(await outcome(own, "GET", path)).toBe(denied);
    await setAcl(path, "public-read");
    expect(await outcome(nobody, "GET", path)).toBe("200");
    expect(await outcome(own, "GET", path), "own").toBe("200");
    await setAcl(path, "authenticated-read");
    expect(await outcome(nobody, "GET", path)).toBe(denied);
    expect(await outcome(stranger.keys, "GET", path)).toBe("200");
  });

  it("cannot outweigh a denial of the bucket's policy", async () => {
    const closed = await makeAclBucket("denied");
    await put(`/${closed}/k`, { "x-amz-acl": "public-read" });
    expect(await outcome(nobody, "GET", `/${closed}/k`)).toBe("200");
    const statement = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${closed}/*`,
    };
    const body = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    expect((await call("PUT", `/${closed}?policy`, { body })).status).toBe(204);
    expect(await outcome(nobody, "GET", `/${closed}/k`)).toBe(denied);
  });

  it("SEC-053 lets a copy read what it grants, and is not copied along", async () => {
    const target = await makeAclBucket("copies");
    await put(`/${bucket}/source`, { "x-amz-acl": "public-read" });
    await put(`/${bucket}/hidden`);
    const mine = `mine-${crypto.randomUUID().slice(0, 8)}`;
    expect((await call("PUT", `/${mine}`, { keys: stranger.keys })).status).toBe(200);
    const copy = (source: string, to: string, keys = stranger.keys) =>
      outcome(keys, "PUT", to, { headers: { "x-amz-copy-source": source } });
    expect(await copy(`${bucket}/source`, `/${mine}/k`)).toBe("200");
    expect(await copy(`${bucket}/hidden`, `/${mine}/k`)).toBe(denied);
    expect(await copy(`${bucket}/source`, `/${target}/k`, rootKeys)).toBe("200");
    expect((await readAcl(`/${target}/k?acl`)).grants).toEqual([`${owner} FULL_CONTROL`]);
  });

  it("is that of an upload from its beginning on", async () => {
    const path = `/${bucket}/upload`;
    const begun = await call("POST", `${path}?uploads`, {
      headers: { "x-amz-acl": "public-read" },
    });
    const uploadId = begun.first("UploadId");
    const part = await call("PUT", `${path}?partNumber=1&uploadId=${uploadId}`, { body: "part" });
    const etag = part.headers.get("etag");
    const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
    expect((await call("POST", `${path}?uploadId=${uploadId}`, { body })).status).toBe(200);
    expect(await outcome(nobody, "GET", path)).toBe("200");
  });

  it("means nothing under enforced ownership, and comes back into force after it", async () => {
    const turning = await makeAclBucket("turning");
    await put(`/${turning}/k`, { "x-amz-acl": "public-read" });
    expect(await outcome(nobody, "GET", `/${turning}/k`)).toBe("200");
    expect((await setOwnership(turning, "BucketOwnerEnforced")).status).toBe(200);
    expect(await outcome(nobody, "GET", `/${turning}/k`)).toBe(denied);
    expect((await readAcl(`/${turning}/k?acl`)).grants).toEqual([`${owner} FULL_CONTROL`]);
    expect((await call("DELETE", `/${turning}?ownershipControls`)).status).toBe(204);
    expect(await outcome(nobody, "GET", `/${turning}/k`)).toBe("200");
  });

  it("SEC-056 grants the public nothing where public ACLs are ignored", async () => {
    const ignoring = await makeAclBucket("ignoring");
    const id = `id=${stranger.canonicalId}`;
    await put(`/${ignoring}/public`, { "x-amz-acl": "public-read" });
    await put(`/${ignoring}/both`, { "x-amz-grant-read": `${id}, uri=${authenticatedUsers}` });
    await ignorePublicAcls(ignoring);
    expect(await outcome(nobody, "GET", `/${ignoring}/public`)).toBe(denied);
    expect(await outcome(stranger.keys, "GET", `/${ignoring}/public`)).toBe(denied);
    expect(await outcome(stranger.keys, "GET", `/${ignoring}/both`)).toBe("200");
  });
});

describe("Objects that others write", () => {
  const listed = async (name: string) => {
    const answer = await call("GET", `/${name}?list-type=2&fetch-owner=true`);
    return answer.all("Owner").map((text) => /<ID>([^<]*)</.exec(text)?.[1]);
  };

  it("are theirs under ObjectWriter, and their bucket's owner may only delete them", async () => {
    const shared = await makeAclBucket("writer", { acl: "public-read-write" });
    const path = `/${shared}/theirs`;
    await put(path, {}, stranger.keys);
    expect(await readAcl(`${path}?acl`, stranger.keys)).toEqual({
      owner: stranger.canonicalId,
      grants: [`${stranger.canonicalId} FULL_CONTROL`],
    });
    expect(await listed(shared)).toEqual([stranger.canonicalId]);
    const versions = await call("GET", `/${shared}?versions`);
    expect(versions.first("DisplayName")).toBe("stranger");
    for (const query of ["", "?acl"]) {
      expect(await outcome(rootKeys, "GET", `${path}${query}`)).toBe(denied);
    }
    const headers = { "x-amz-acl": "bucket-owner-full-control" };
    expect(await outcome(rootKeys, "PUT", `${path}?acl`, { headers })).toBe(denied);
    expect(await outcome(nobody, "GET", path)).toBe(denied);
    expect(await outcome(stranger.keys, "GET", path)).toBe("200");
    expect(await outcome(stranger.keys, "PUT", `${path}?acl`, { headers })).toBe("200");
    expect(await outcome(rootKeys, "GET", path)).toBe("200");
    expect((await readAcl(`${path}?acl`)).grants).toEqual([
      `${stranger.canonicalId} FULL_CONTROL`,
      `${owner} FULL_CONTROL`,
    ]);
    expect(
      await outcome(rootKeys, "PUT", `${path}?acl`, { headers: { "x-amz-acl": "private" } }),
    ).toBe("200");
    expect(await outcome(rootKeys, "GET", path)).toBe(denied);
    expect(await outcome(rootKeys, "DELETE", path)).toBe("204");
  });

  it("cannot be opened by the bucket's policy, only denied", async () => {
    const shared = await makeAclBucket("policy", { acl: "public-read-write" });
    await put(`/${shared}/theirs`, {}, stranger.keys);
    await put(`/${shared}/ours`);
    const statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${shared}/*`,
    };
    const body = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    expect((await call("PUT", `/${shared}?policy`, { body })).status).toBe(204);
    expect(await outcome(nobody, "GET", `/${shared}/ours`)).toBe("200");
    expect(await outcome(nobody, "GET", `/${shared}/theirs`)).toBe(denied);
    expect(await outcome(rootKeys, "GET", `/${shared}/theirs`)).toBe(denied);
    await setAcl(`/${shared}/theirs`, "public-read", stranger.keys);
    expect(await outcome(nobody, "GET", `/${shared}/theirs`)).toBe("200");
  });

  it("are the bucket owner's under BucketOwnerPreferred when handed over", async () => {
    const preferred = await makeAclBucket("preferred", {
      ownership: "BucketOwnerPreferred",
      acl: "public-read-write",
    });
    await put(`/${preferred}/kept`, {}, stranger.keys);
    await put(`/${preferred}/over`, { "x-amz-acl": "bucket-owner-full-control" }, stranger.keys);
    expect(await listed(preferred)).toEqual([stranger.canonicalId, owner]);
    expect(await outcome(stranger.keys, "GET", `/${preferred}/over`)).toBe(denied);
    expect(await outcome(rootKeys, "GET", `/${preferred}/over`)).toBe("200");
    expect((await readAcl(`/${preferred}/over?acl`)).grants).toEqual([`${owner} FULL_CONTROL`]);
    expect(await outcome(rootKeys, "GET", `/${preferred}/kept`)).toBe(denied);
  });

  it("are all the bucket owner's under enforced ownership", async () => {
    const shared = await makeAclBucket("enforcing", { acl: "public-read-write" });
    await put(`/${shared}/theirs`, {}, stranger.keys);
    await setAcl(`/${shared}`, "private");
    expect((await setOwnership(shared, "BucketOwnerEnforced")).status).toBe(200);
    expect(await outcome(rootKeys, "GET", `/${shared}/theirs`)).toBe("200");
    expect(await listed(shared)).toEqual([owner]);
    expect(await outcome(stranger.keys, "GET", `/${shared}/theirs`)).toBe(denied);
  });

  it("may be nobody's: written without a key they belong to the id of the anonymous", async () => {
    const shared = await makeAclBucket("anonymous", { acl: "public-read-write" });
    const path = `/${shared}/k`;
    expect(await outcome(nobody, "PUT", path, { body: "x" })).toBe("200");
    expect(await listed(shared)).toEqual([anonymousId]);
    expect(await outcome(nobody, "GET", path)).toBe("200");
    expect(await outcome(rootKeys, "GET", path)).toBe(denied);
    expect(await outcome(stranger.keys, "GET", path)).toBe(denied);
    const headers = { "x-amz-acl": "bucket-owner-full-control" };
    expect(await outcome(nobody, "PUT", path, { body: "x", headers })).toBe("200");
    expect(await outcome(rootKeys, "GET", path)).toBe("200");
    expect(await outcome(nobody, "DELETE", path)).toBe("204");
  });

  it("are uploaded in parts, listed and given up by whoever began", async () => {
    const shared = await makeAclBucket("uploads", { acl: "public-read-write" });
    const path = `/${shared}/parts`;
    const begun = await call("POST", `${path}?uploads`, { keys: stranger.keys });
    const uploadId = begun.first("UploadId") ?? "";
    const ours = await call("POST", `/${shared}/ours?uploads`);
    for (const keys of [rootKeys, stranger.keys]) {
      const uploads = await call("GET", `/${shared}?uploads`, { keys });
      const people = uploads.all("Upload").map((text) => [...text.matchAll(/<ID>([^<]*)</g)]);
      expect(people.map((ids) => ids.map(([, id]) => id))).toEqual([
        [owner, owner],
        [stranger.canonicalId, stranger.canonicalId],
      ]);
    }
    const query = `?uploadId=${uploadId}`;
    expect(await outcome(stranger.keys, "GET", path + query)).toBe("200");
    expect(await outcome(rootKeys, "GET", path + query)).toBe("200");
    expect(await outcome(nobody, "GET", path + query)).toBe(denied);
    const other = `/${shared}/ours?uploadId=${ours.first("UploadId")}`;
    expect(await outcome(stranger.keys, "GET", other)).toBe(denied);
    expect(await outcome(stranger.keys, "DELETE", other)).toBe(denied);
    expect(await outcome(stranger.keys, "DELETE", path + query)).toBe("204");
  });
});
