// ACLs beyond their own operations: the defaults of a deployment, forms, websites, pages of other
// origins, policies that ask for ACL headers, and what reading costs.
import { env } from "cloudflare:test";
import {
  CreateBucketCommand,
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetPublicAccessBlockCommand,
  PutBucketAclCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { AwsClient } from "aws4fetch";
import { beforeAll, describe, expect, it } from "vitest";
import { findGrantees } from "../../src/catalog/grantees.ts";
import type { Env } from "../../src/env.ts";
import { systemSeams } from "../../src/env.ts";
import { makeUser } from "../iam/fixtures.ts";
import {
  allUsers,
  anonymousId,
  makeAclBucket,
  nobody,
  outcome,
  put,
  readAcl,
  setAcl,
} from "./acl-fixtures.ts";
import {
  call,
  makeAccount,
  makeBucket,
  origin,
  rootKeys,
  type TestAccount,
} from "./bucket/fixtures.ts";
import { sdk, through } from "./object/fixtures.ts";
import { post } from "./object/post-form.ts";

let stranger: TestAccount;
beforeAll(async () => {
  stranger = await makeAccount();
});

const denied = "403 AccessDenied";
const freshName = () => `classic-${crypto.randomUUID().slice(0, 12)}`;

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error("nothing was refused"),
    (caught: Error) => caught,
  );
  return error.name;
}

describe("CreateBucket with the deployment's defaults", () => {
  const classic = sdk(
    through({ DEFAULT_OBJECT_OWNERSHIP: "ObjectWriter", DEFAULT_BLOCK_PUBLIC_ACCESS: "false" }),
  );

  it("makes classic buckets where they say so", async () => {
    const Bucket = freshName();
    await classic.send(new CreateBucketCommand({ Bucket, ACL: "public-read" }));
    expect(await refusal(classic.send(new GetBucketOwnershipControlsCommand({ Bucket })))).toBe(
      "OwnershipControlsNotFoundError",
    );
    expect(await refusal(classic.send(new GetPublicAccessBlockCommand({ Bucket })))).toBe(
      "NoSuchPublicAccessBlockConfiguration",
    );
    const { Grants } = await classic.send(new GetBucketAclCommand({ Bucket }));
    expect(Grants?.at(-1)?.Grantee?.URI).toBe(allUsers);
    expect(await outcome(nobody, "GET", `/${Bucket}`)).toBe("200");
  });

  it("leaves buckets alone that were made under others", async () => {
    const Bucket = await makeBucket("modern");
    expect(await refusal(classic.send(new PutBucketAclCommand({ Bucket, ACL: "private" })))).toBe(
      "AccessControlListNotSupported",
    );
    const shut = { Bucket, Key: "k", Body: "x", ACL: "public-read" } as const;
    expect(await refusal(classic.send(new PutObjectCommand(shut)))).toBe(
      "AccessControlListNotSupported",
    );
  });

  it("does what the request says before what they say", async () => {
    const preferred = sdk(through({ DEFAULT_OBJECT_OWNERSHIP: "BucketOwnerPreferred" }));
    const ownershipOf = async (more: object) => {
      const Bucket = freshName();
      await preferred.send(new CreateBucketCommand({ Bucket, ...more }));
      const told = await preferred.send(new GetBucketOwnershipControlsCommand({ Bucket }));
      return told.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
    };
    expect(await ownershipOf({})).toBe("BucketOwnerPreferred");
    expect(await ownershipOf({ ObjectOwnership: "ObjectWriter" })).toBe("ObjectWriter");
    expect(await ownershipOf({ ObjectOwnership: "BucketOwnerEnforced" })).toBe(
      "BucketOwnerEnforced",
    );
  });

  it("SEC-085 refuses a public ACL while Block Public Access is the default", async () => {
    const headers = { "x-amz-acl": "public-read", "x-amz-object-ownership": "ObjectWriter" };
    const name = freshName();
    expect(await outcome(rootKeys, "PUT", `/${name}`, { headers })).toBe(
      "400 InvalidBucketAclWithBlockPublicAccessError",
    );
    expect(await outcome(rootKeys, "HEAD", `/${name}`)).toBe("404");
    const own = { ...headers, "x-amz-acl": "log-delivery-write" };
    expect(await outcome(rootKeys, "PUT", `/${name}`, { headers: own })).toBe("200");
    expect((await readAcl(`/${name}?acl`)).grants).toHaveLength(3);
  });

  it("B118 finds grantees by e-mail, and only where they are classic", async () => {
    const Bucket = freshName();
    await classic.send(new CreateBucketCommand({ Bucket }));
    const call = { env: env as Env, seams: systemSeams, nowMs: Date.now() };
    const [account] = await findGrantees(call, { ids: [stranger.canonicalId] });
    const grant = (email: string | undefined) =>
      classic.send(
        new PutBucketAclCommand({ Bucket, GrantRead: `emailAddress="${email?.toUpperCase()}"` }),
      );
    await grant(account?.email);
    const { Grants } = await classic.send(new GetBucketAclCommand({ Bucket }));
    expect(Grants?.map(({ Grantee }) => [Grantee?.ID, Grantee?.DisplayName])).toEqual([
      [stranger.canonicalId, "stranger"],
    ]);
    expect(await refusal(grant("nobody@example.invalid"))).toBe("UnresolvableGrantByEmailAddress");
    // A deleted account's address is nobody's, and empty: not even the empty text finds it.
    expect(await findGrantees(call, { ids: [], emails: [""] })).toEqual([]);
  });
});

describe("The acl field of a form", () => {
  it("SEC-085 is the object's ACL, and refused where ACLs or public ones are", async () => {
    const bucket = await makeAclBucket("form");
    const answer = await post({ bucket, fields: { key: "k", acl: "public-read" } });
    expect(answer.status, answer.text).toBe(204);
    expect(await outcome(nobody, "GET", `/${bucket}/k`)).toBe("200");
    const blocked = await makeAclBucket("form-blocked", { isBlocked: true });
    const refused = await post({ bucket: blocked, fields: { acl: "public-read" } });
    expect([refused.status, refused.first("Code")]).toEqual([403, "AccessDenied"]);
  });

  it("asks the signer for s3:PutObjectAcl", async () => {
    const bucket = await makeAclBucket("form-asks");
    const statement = { Effect: "Allow", Action: "s3:PutObject", Resource: "*" };
    const document = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const keys = await makeUser(rootKeys, `form-${crypto.randomUUID().slice(0, 8)}`, document);
    expect((await post({ bucket, keys })).status).toBe(204);
    const refused = await post({ bucket, keys, fields: { acl: "private" } });
    expect([refused.status, refused.first("Code")]).toEqual([403, "AccessDenied"]);
  });

  it("goes without a signature into a bucket that everybody may write to", async () => {
    const bucket = await makeAclBucket("form-open", { acl: "public-read-write" });
    const answer = await post({
      bucket,
      fields: { key: "k", acl: "public-read" },
      isAnonymous: true,
    });
    expect(answer.status, answer.text).toBe(204);
    expect((await readAclAs(bucket)).owner).toBe(anonymousId);
  });

  const readAclAs = async (bucket: string) => {
    const listed = await call("GET", `/${bucket}?list-type=2&fetch-owner=true`);
    return { owner: /<ID>([^<]*)</.exec(listed.text)?.[1] };
  };
});

describe("Public content by ACL", () => {
  it("is shown by a website, and what is private is not", async () => {
    const bucket = await makeAclBucket("site");
    const body =
      "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>";
    expect((await call("PUT", `/${bucket}?website`, { body })).status).toBe(200);
    await put(`/${bucket}/index.html`, { "x-amz-acl": "public-read" });
    await put(`/${bucket}/private.html`);
    const { SELF } = await import("cloudflare:test");
    const visit = async (path: string) =>
      (await SELF.fetch(`http://${bucket}.website.localhost${path}`)).status;
    expect([await visit("/"), await visit("/private.html"), await visit("/missing")]).toEqual([
      200, 403, 403,
    ]);
    await setAcl(`/${bucket}`, "public-read");
    expect(await visit("/missing")).toBe(404);
  });

  it("is read by pages of other origins", async () => {
    const bucket = await makeAclBucket("cors");
    const body =
      "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
    expect((await call("PUT", `/${bucket}?cors`, { body })).status).toBe(200);
    await put(`/${bucket}/k`, { "x-amz-acl": "public-read" });
    const { SELF } = await import("cloudflare:test");
    const answer = await SELF.fetch(`${origin}/${bucket}/k`, {
      headers: { origin: "https://example.com" },
    });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    expect(await answer.text()).toBe("content");
  });
});

describe("Conditions on ACL headers", () => {
  const statement = (bucket: string, Condition: object, Effect = "Deny") => ({
    Effect,
    Principal: "*",
    Action: ["s3:PutObject", "s3:PutObjectAcl", "s3:PutBucketAcl"],
    Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    Condition,
  });

  it("see canned ACLs and grants of every write", async () => {
    const bucket = await makeAclBucket("conditions");
    const id = `id=${stranger.canonicalId}`;
    const body = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        statement(bucket, { StringEquals: { "s3:x-amz-acl": "public-read" } }),
        statement(bucket, { StringLike: { "s3:x-amz-grant-full-control": "*" } }),
      ],
    });
    expect((await call("PUT", `/${bucket}?policy`, { body })).status).toBe(204);
    await put(`/${bucket}/k`);
    for (const headers of [
      { "x-amz-acl": "public-read" },
      { "x-amz-grant-full-control": id },
    ] as Record<string, string>[]) {
      const copy = { headers: { ...headers, "x-amz-copy-source": `${bucket}/k` } };
      const tries = [
        outcome(rootKeys, "PUT", `/${bucket}/new`, { body: "x", headers }),
        outcome(rootKeys, "PUT", `/${bucket}/new`, copy),
        outcome(rootKeys, "POST", `/${bucket}/new?uploads`, { headers }),
        outcome(rootKeys, "PUT", `/${bucket}/k?acl`, { headers }),
        outcome(rootKeys, "PUT", `/${bucket}?acl`, { headers }),
      ];
      expect(await Promise.all(tries)).toEqual(Array.from({ length: 5 }, () => denied));
    }
    const form = await post({ bucket, fields: { acl: "public-read" } });
    expect([form.status, form.first("Code")]).toEqual([403, "AccessDenied"]);
    await put(`/${bucket}/k`, { "x-amz-acl": "authenticated-read", "x-amz-tagging": "a=b" });
    await setAcl(`/${bucket}/k`, "private");
  });

  it("make writers hand their objects over", async () => {
    const bucket = await makeAclBucket("handed", { ownership: "BucketOwnerPreferred" });
    const wanted = { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control" } };
    const Statement = [
      { ...statement(bucket, wanted, "Allow"), Principal: { AWS: stranger.accountId } },
    ];
    const body = JSON.stringify({ Version: "2012-10-17", Statement });
    expect((await call("PUT", `/${bucket}?policy`, { body })).status).toBe(204);
    expect(await outcome(stranger.keys, "PUT", `/${bucket}/k`, { body: "x" })).toBe(denied);
    await put(`/${bucket}/k`, { "x-amz-acl": "bucket-owner-full-control" }, stranger.keys);
    expect(await outcome(rootKeys, "GET", `/${bucket}/k`)).toBe("200");
  });
});

describe("What ACLs cost", () => {
  /** Counts the calls that reach any index while `work` runs. */
  async function indexCalls(work: (fetch: ReturnType<typeof through>) => Promise<unknown>) {
    let calls = 0;
    const namespace = new Proxy(env.BUCKET_INDEX, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          const result = Reflect.apply(value, target, given) as object;
          if (name !== "get" && name !== "getByName") return result;
          return new Proxy(result, {
            get(stub, method) {
              const own = Reflect.get(stub, method) as unknown;
              if (typeof own !== "function") return own;
              return (...more: unknown[]) => {
                calls += 1;
                return Reflect.apply(own, stub, more) as unknown;
              };
            },
          });
        };
      },
    });
    await work(through({ BUCKET_INDEX: namespace }));
    return calls;
  }

  it("is no question more for reading and writing, and one for other calls of strangers", async () => {
    const enforced = await makeBucket("cost");
    const open = await makeAclBucket("cost-acl");
    for (const bucket of [enforced, open]) await put(`/${bucket}/k`);
    await put(`/${open}/public`, { "x-amz-acl": "public-read" });
    const read = (path: string) =>
      indexCalls((send) => send(new Request(`${origin}${path}`)).then((answer) => answer.text()));
    const owned = (bucket: string) =>
      indexCalls((send) =>
        sdk(send).send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: "x" })),
      );
    expect(await read(`/${enforced}/k`)).toBe(0);
    expect([await read(`/${open}/public`), await read(`/${open}/k`)]).toEqual([1, 1]);
    expect(await read(`/${open}/missing`)).toBe(1);
    // One, and another with the second look at the catalog that a refusal is worth once a second.
    expect(await read(`/${open}/k?acl`)).toBeLessThanOrEqual(2);
    expect([await owned(enforced), await owned(open)]).toEqual([1, 1]);
  });
});

describe("An ACL that changes while it is asked for", () => {
  it("SEC-076 decides as it stands with the version that is read", async () => {
    const bucket = await makeAclBucket("race");
    await put(`/${bucket}/k`, { "x-amz-acl": "public-read" });
    // The first question of a copy looks whether its source may be read; the second one reads it.
    let questions = 0;
    const namespace = new Proxy(env.BUCKET_INDEX, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          const result = Reflect.apply(value, target, given) as object;
          if (name !== "get" && name !== "getByName") return result;
          return new Proxy(result, {
            get(stub, method) {
              const own = Reflect.get(stub, method) as unknown;
              if (typeof own !== "function") return own;
              return async (...more: unknown[]) => {
                const answer = (await Reflect.apply(own, stub, more)) as unknown;
                if (method !== "resolve") return answer;
                questions += 1;
                if (questions === 1) await setAcl(`/${bucket}/k`, "private");
                return answer;
              };
            },
          });
        };
      },
    });
    const mine = `race-${crypto.randomUUID().slice(0, 8)}`;
    expect((await call("PUT", `/${mine}`, { keys: stranger.keys })).status).toBe(200);
    const client = new AwsClient({ ...stranger.keys, service: "s3", region: "us-east-1" });
    const request = await client.sign(`${origin}/${mine}/k`, {
      method: "PUT",
      headers: { "x-amz-copy-source": `${bucket}/k` },
    });
    const headers = new Headers(request.headers);
    headers.set("host", new URL(origin).host);
    const answer = await through({ BUCKET_INDEX: namespace })(new Request(request, { headers }));
    expect([answer.status, questions]).toEqual([403, 2]);
    expect(await outcome(stranger.keys, "HEAD", `/${mine}/k`)).toBe("404");
  });
});
