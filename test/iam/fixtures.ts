// What the tests of IAM and STS share: calls in the Query protocol by any keys, users with keys, and
// calls that must succeed.
import { SELF } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import type { Answer, Keys } from "../operations/bucket/fixtures.ts";

export interface SessionKeys extends Keys {
  readonly sessionToken?: string;
}

const versions = { iam: "2010-05-08", sts: "2011-06-15" } as const;

/** Parameters as a tree: lists become `Name.member.N`, objects `Name.Member`. */
export interface Parameters {
  readonly [name: string]:
    | string
    | number
    | boolean
    | Parameters
    | readonly (string | Parameters)[];
}

export function flatten(parameters: Parameters, prefix = ""): [string, string][] {
  return Object.entries(parameters).flatMap(([name, value]): [string, string][] => {
    const full = prefix + name;
    if (Array.isArray(value)) {
      const items = Object.fromEntries(value.map((item, index) => [`member.${index + 1}`, item]));
      return flatten(items as Parameters, `${full}.`);
    }
    if (typeof value === "object") return flatten(value as Parameters, `${full}.`);
    return [[full, String(value)]];
  });
}

async function query(
  service: "iam" | "sts",
  action: string,
  facts: { readonly keys: SessionKeys; readonly parameters: Parameters },
): Promise<Answer> {
  const client = new AwsClient({ ...facts.keys, service, region: "us-east-1" });
  const form = new URLSearchParams([
    ["Action", action],
    ["Version", versions[service]],
    ...flatten(facts.parameters),
  ]);
  const request = await client.sign("http://localhost/", {
    method: "POST",
    body: form.toString(),
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
  });
  const headers = new Headers(request.headers);
  headers.set("host", "localhost");
  return readAnswer(await SELF.fetch(new Request(request, { headers })));
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const all = (element: string) =>
    [...text.matchAll(new RegExp(`<${element}>([\\s\\S]*?)</${element}>`, "g"))].map(
      (match) => match[1] ?? "",
    );
  const { status, headers } = response;
  return { status, headers, text, all, first: (element) => all(element)[0] };
}

export function iam(
  keys: SessionKeys,
  action: string,
  parameters: Parameters = {},
): Promise<Answer> {
  return query("iam", action, { keys, parameters });
}

export function sts(
  keys: SessionKeys,
  action: string,
  parameters: Parameters = {},
): Promise<Answer> {
  return query("sts", action, { keys, parameters });
}

/** A call that must succeed. */
export async function done(answer: Promise<Answer>): Promise<Answer> {
  const settled = await answer;
  if (settled.status !== 200) throw new Error(`${settled.status} ${settled.text}`);
  return settled;
}

/** Status and code of a refusal. */
export async function refusal(answer: Promise<Answer>): Promise<[number, string | undefined]> {
  const { status, first } = await answer;
  return [status, first("Code")];
}

/** A policy document of one statement, or of several. */
export function policy(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export function allow(action: string | string[], resource: string | string[] = "*"): string {
  return policy({ Effect: "Allow", Action: action, Resource: resource });
}

/** A user with a key, and an inline policy if given. */
export async function makeUser(
  root: SessionKeys,
  name: string,
  document?: string,
): Promise<SessionKeys> {
  await done(iam(root, "CreateUser", { UserName: name }));
  if (document !== undefined) {
    const wish = { UserName: name, PolicyName: "inline", PolicyDocument: document };
    await done(iam(root, "PutUserPolicy", wish));
  }
  return makeKey(root, name);
}

export async function makeKey(root: SessionKeys, name: string): Promise<SessionKeys> {
  const made = await done(iam(root, "CreateAccessKey", { UserName: name }));
  return {
    accessKeyId: made.first("AccessKeyId") ?? "",
    secretAccessKey: made.first("SecretAccessKey") ?? "",
  };
}

/** The credentials in an answer of STS. */
export function credentialsOf(answer: Answer): SessionKeys {
  return {
    accessKeyId: answer.first("AccessKeyId") ?? "",
    secretAccessKey: answer.first("SecretAccessKey") ?? "",
    sessionToken: answer.first("SessionToken") ?? "",
  };
}
