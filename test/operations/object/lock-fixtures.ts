// What the tests of Object Lock share: buckets with it, documents, dates, and digests, which S3
// demands of everything that locks.
import { type Answer, call, contentMd5, type Wish } from "../bucket/fixtures.ts";

export const dayMs = 86_400_000;

let made = 0;

/** A bucket with Object Lock; with a default rule if one is given. */
export async function makeLockBucket(rule?: string): Promise<string> {
  made += 1;
  const name = `lock-${made}-${crypto.randomUUID().slice(0, 8)}`;
  const headers = { "x-amz-bucket-object-lock-enabled": "true" };
  await ok(call("PUT", `/${name}`, { headers }));
  if (rule !== undefined) await ok(putConfiguration(name, configuration(rule)));
  return name;
}

/** Fails the test unless the call succeeded. */
export async function ok(answer: Promise<Answer>): Promise<Answer> {
  const settled = await answer;
  if (settled.status >= 300) throw new Error(`${settled.status} ${settled.text}`);
  return settled;
}

export const codeOf = (answer: Answer) => [answer.status, answer.first("Code")];

export const rule = (content: string) =>
  `<Rule><DefaultRetention>${content}</DefaultRetention></Rule>`;
export const configuration = (content = "") =>
  `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${content}</ObjectLockConfiguration>`;
export const retention = (mode: string, untilMs: number, more = "") =>
  `<Retention><Mode>${mode}</Mode><RetainUntilDate>${iso(untilMs)}</RetainUntilDate>${more}</Retention>`;

/** As the SDKs send dates. */
export function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** `days` from now, in whole seconds. */
export function inDays(days: number): number {
  return Math.ceil((Date.now() + days * dayMs) / 1000) * 1000;
}

/** A call whose body comes with its Content-MD5. */
export async function send(method: string, path: string, wish: Wish = {}): Promise<Answer> {
  const digest = await contentMd5(wish.body ?? "");
  return call(method, path, { ...wish, headers: { ...digest, ...wish.headers } });
}

export function putConfiguration(bucket: string, body: string): Promise<Answer> {
  return send("PUT", `/${bucket}?object-lock`, { body });
}

/** Puts an object; gives the version's id. */
export async function putObject(
  bucket: string,
  key: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await ok(send("PUT", `/${bucket}/${key}`, { body: "bytes", headers }));
  return answer.headers.get("x-amz-version-id") ?? "";
}

export function putRetention(
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const [key, query] = path.split("?");
  return send("PUT", `${key}?retention${query === undefined ? "" : `&${query}`}`, {
    body,
    headers,
  });
}

export function putLegalHold(path: string, status: string): Promise<Answer> {
  const body = `<LegalHold><Status>${status}</Status></LegalHold>`;
  return send("PUT", `${path}?legal-hold`, { body });
}

/** The lock headers of HEAD, without their common prefix. */
export async function lockOf(path: string): Promise<Record<string, string>> {
  const { headers } = await ok(call("HEAD", path));
  const prefix = "x-amz-object-lock-";
  const found = [...headers].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]));
}

export const bypass = { "x-amz-bypass-governance-retention": "true" };
