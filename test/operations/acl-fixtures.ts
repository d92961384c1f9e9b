// What the tests of ACLs share: buckets of every ownership, calls by name of who makes them, ACLs as
// XML and as short text.
import { expect } from "vitest";
import {
  type Answer,
  call,
  callAnonymously,
  type Keys,
  makeBucket,
  origin,
} from "./bucket/fixtures.ts";

export const allUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
export const authenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
export const logDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";
export const anonymousId = "65a011a29cdf8ec533ec3d1ccaae921c";

/** What each canned ACL grants beside the owner's full control, on buckets and objects alike. */
export const cannedGrants: readonly [acl: string, grants: readonly string[]][] = [
  ["private", []],
  ["public-read", [`${allUsers} READ`]],
  ["public-read-write", [`${allUsers} READ`, `${allUsers} WRITE`]],
  ["authenticated-read", [`${authenticatedUsers} READ`]],
  ["bucket-owner-read", []],
  ["bucket-owner-full-control", []],
];

export type Ownership = "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter";

export function ownershipXml(ownership: string): string {
  return `<OwnershipControls><Rule><ObjectOwnership>${ownership}</ObjectOwnership></Rule></OwnershipControls>`;
}

export async function setOwnership(bucket: string, ownership: Ownership): Promise<Answer> {
  return call("PUT", `/${bucket}?ownershipControls`, { body: ownershipXml(ownership) });
}

/** A bucket of the operator's with ACLs in force and nothing blocked, unless told otherwise. */
export async function makeAclBucket(
  label: string,
  facts: { ownership?: Ownership; acl?: string; isBlocked?: boolean } = {},
): Promise<string> {
  const bucket = await makeBucket(label);
  const { ownership = "ObjectWriter", acl, isBlocked = false } = facts;
  expect((await setOwnership(bucket, ownership)).status).toBe(200);
  if (!isBlocked) expect((await call("DELETE", `/${bucket}?publicAccessBlock`)).status).toBe(204);
  if (acl !== undefined) await setAcl(`/${bucket}`, acl);
  return bucket;
}

/** Public ACLs stay, and count for nothing. */
export async function ignorePublicAcls(bucket: string): Promise<void> {
  const body =
    "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>";
  expect((await call("PUT", `/${bucket}?publicAccessBlock`, { body })).status).toBe(200);
}

/** Sets a canned ACL of a bucket or an object. */
export async function setAcl(path: string, acl: string, keys?: Keys): Promise<void> {
  const answer = await call("PUT", `${path}?acl`, {
    headers: { "x-amz-acl": acl },
    ...(keys && { keys }),
  });
  expect(answer.status, answer.text).toBe(200);
}

export async function put(
  path: string,
  headers: Record<string, string> = {},
  keys?: Keys,
): Promise<Answer> {
  const answer = await call("PUT", path, { body: "content", headers, ...(keys && { keys }) });
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

/** As anybody without a key. */
export const nobody = Symbol("nobody");

/** One call of whoever; a status and, when refused, a code. */
export async function outcome(
  who: Keys | typeof nobody,
  method: string,
  path: string,
  wish: { body?: string; headers?: Record<string, string> } = {},
): Promise<string> {
  const answer =
    who === nobody
      ? await callWithoutKeys(method, path, wish)
      : await call(method, path, { keys: who, ...wish });
  const code = answer.first("Code");
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`;
}

async function callWithoutKeys(
  method: string,
  path: string,
  wish: { body?: string; headers?: Record<string, string> },
): Promise<Answer> {
  if (wish.body === undefined && wish.headers === undefined) return callAnonymously(method, path);
  const { SELF } = await import("cloudflare:test");
  const headers = { "content-length": String(wish.body?.length ?? 0), ...wish.headers };
  const response = await SELF.fetch(`${origin}${path}`, {
    method,
    headers,
    body: wish.body ?? null,
  });
  const text = await response.text();
  const all = (element: string) =>
    [...text.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, "g"))].map(
      (match) => match[1] ?? "",
    );
  return {
    status: response.status,
    headers: response.headers,
    text,
    all,
    first: (element) => all(element)[0],
  };
}

/** The grants of an ACL as it is read: `ID or URI PERMISSION`, and its owner. */
export async function readAcl(
  path: string,
  keys?: Keys,
): Promise<{ owner: string; grants: string[] }> {
  const answer = await call("GET", path, keys && { keys });
  expect(answer.status, answer.text).toBe(200);
  const owner = /<Owner>.*?<ID>([^<]*)<\/ID>/s.exec(answer.text)?.[1] ?? "";
  const grants = answer.all("Grant").map((grant) => {
    const name = /<(?:ID|URI)>([^<]*)</.exec(grant)?.[1] ?? "";
    const permission = /<Permission>([^<]*)</.exec(grant)?.[1] ?? "";
    return `${name} ${permission}`;
  });
  return { owner, grants };
}

type XmlGrant = readonly [type: string, value: string, permission: string];

/** An AccessControlPolicy document. */
export function aclXml(owner: string, grants: readonly XmlGrant[]): string {
  const element: Record<string, string> = {
    CanonicalUser: "ID",
    Group: "URI",
    AmazonCustomerByEmail: "EmailAddress",
  };
  const list = grants.map(([type, value, permission]) => {
    const tag = element[type] ?? "ID";
    return `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}"><${tag}>${value}</${tag}></Grantee><Permission>${permission}</Permission></Grant>`;
  });
  return `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>${owner}</ID></Owner><AccessControlList>${list.join("")}</AccessControlList></AccessControlPolicy>`;
}
