// From an access key to a session: who it is (GetCallerIdentity), then a session of it
// (GetSessionToken) where the key is a long-term one and the person wants that.

import {
  AssumeRoleCommand,
  type Credentials,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { AwsClient } from "aws4fetch";
import { describeError } from "../errors.ts";
import { signIn as text } from "../messages/en/frame.ts";
import { begin, type Identity, type Key, longTermKey, type Session } from "./store.ts";

export interface SignInWish {
  readonly key: Key;
  readonly isTemporary: boolean;
  readonly isRemembered: boolean;
}

/** Servers cut it to what they allow; root's sessions last an hour. */
const sessionSeconds = 43_200;
const usualRegion = "us-east-1";

function openClient(credentials: Key, region: string): STSClient {
  return new STSClient({ endpoint: location.origin, region, credentials, maxAttempts: 2 });
}

/** Signs in, or throws with a message for the person. `same` is who it has to be. */
export async function signIn(wish: SignInWish, same?: Identity): Promise<void> {
  const { key } = wish;
  try {
    const { identity, region } = await identify(key);
    if (same !== undefined && same.arn !== identity.arn) {
      throw new Error(text("otherUser", { other: identity.arn, same: same.arn }));
    }
    const { isRemembered } = wish;
    const plain: Session = { key, identity, region, isRemembered };
    const isLongTerm = key.sessionToken === undefined;
    const session = wish.isTemporary && isLongTerm ? await trade(plain) : plain;
    begin(session, isLongTerm ? key : undefined);
  } catch (error) {
    throw new Error(explain(error), { cause: error });
  }
}

/** Who the key belongs to, and where. */
async function identify(key: Key): Promise<{ identity: Identity; region: string }> {
  const output = await openClient(key, usualRegion).send(new GetCallerIdentityCommand({}));
  const identity = {
    accountId: output.Account ?? "",
    arn: output.Arn ?? "",
    userId: output.UserId ?? "",
  };
  return { identity, region: await findRegion(key) };
}

/** The region the server signs for. S3 names it when the one in a signature is another. */
async function findRegion(key: Key): Promise<string> {
  const signer = new AwsClient({ ...key, region: usualRegion, service: "s3", retries: 0 });
  const answer = await signer.fetch(`${location.origin}/?max-buckets=1`, { cache: "no-store" });
  if (answer.status !== 400) return usualRegion;
  return /<Region>([\w-]+)<\/Region>/.exec(await answer.text())?.[1] ?? usualRegion;
}

/** A session that ends by itself, made from a long-term key. */
async function trade(plain: Session): Promise<Session> {
  const client = openClient(plain.key, plain.region);
  const output = await client.send(new GetSessionTokenCommand({ DurationSeconds: sessionSeconds }));
  return { ...plain, ...readCredentials(output.Credentials) };
}

export interface RoleWish {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId?: string;
}

/** Goes on with the permissions of a role; the session it was asked with stays behind it. */
export async function assumeRole(own: Session, wish: RoleWish): Promise<void> {
  const client = openClient(longTermKey() ?? own.key, own.region);
  try {
    const output = await client.send(
      new AssumeRoleCommand({
        RoleArn: wish.roleArn,
        RoleSessionName: wish.sessionName,
        ...(wish.externalId && { ExternalId: wish.externalId }),
      }),
    );
    const arn = output.AssumedRoleUser?.Arn ?? wish.roleArn;
    const identity = {
      arn,
      accountId: arn.split(":")[4] ?? "",
      userId: output.AssumedRoleUser?.AssumedRoleId ?? "",
    };
    begin({ ...own, ...readCredentials(output.Credentials), identity, own });
  } catch (error) {
    throw new Error(explain(error), { cause: error });
  }
}

function readCredentials(given: Credentials | undefined): Pick<Session, "key" | "expiresAtMs"> {
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "", Expiration } = given ?? {};
  const key = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
  return { key, ...(Expiration && { expiresAtMs: Expiration.getTime() }) };
}

const explanations: Readonly<Record<string, Parameters<typeof text>[0]>> = {
  InvalidAccessKeyId: "wrongKey",
  InvalidClientTokenId: "wrongKey",
  SignatureDoesNotMatch: "wrongSecret",
  NetworkError: "unreachable",
};

function explain(error: unknown): string {
  const { code, message } = describeError(error);
  const known = explanations[code];
  return known === undefined ? message : text(known);
}
