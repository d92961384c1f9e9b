// Links that can be ended: each is signed by the only key of an IAM user of its own, who may do this one
// thing until a certain time. Whoever deletes the user ends the link. Plain IAM: any tool can do the same.

import {
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  type User,
} from "@aws-sdk/client-iam";
import { queryOptions } from "@tanstack/react-query";
import { type Deed, sendDeeds } from "../../clients/deeds.ts";
import { sendIam } from "../../clients/identity.ts";
import { isAbsent } from "../../errors.ts";
import type { Key } from "../../session/store.ts";
import { runPool } from "../../work/gate.ts";
import { readDocument } from "../iam/owners.ts";
import { collect } from "../iam/paging.ts";
import { type Grant, policyOf, readGrant } from "./grant.ts";

/** The path of those users. */
export const sharePath = "/shares/";
const policyName = "share";
const atOnce = 4;

/** A link as the list shows it. */
export interface ShareUser {
  readonly user: string;
  /** None where somebody took it away by hand: the link is at its end. */
  readonly key: AccessKeyMetadata | undefined;
  /** What its policy says; none where it is not one of ours any more. */
  readonly grant: Grant | undefined;
}

/** The calls that make such a user, in their order; the last one answers with the key. */
export function shareDeeds(UserName: string, grant: Grant) {
  const PolicyDocument = policyOf(grant);
  return [
    new CreateUserCommand({ UserName, Path: sharePath }),
    new PutUserPolicyCommand({ UserName, PolicyName: policyName, PolicyDocument }),
    new CreateAccessKeyCommand({ UserName }),
  ] as const;
}

/** Makes the user and gives its key. What was made is taken back when a step fails. */
export async function makeShareUser(UserName: string, grant: Grant): Promise<Key> {
  const [create, permit, makeKey] = shareDeeds(UserName, grant);
  const back: Deed[] = [new DeleteUserCommand({ UserName })];
  await sendIam(create);
  try {
    await sendIam(permit);
    back.unshift(new DeleteUserPolicyCommand({ UserName, PolicyName: policyName }));
    const { AccessKey } = await sendIam(makeKey);
    const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  } catch (error) {
    await sendDeeds(back).catch(() => undefined);
    throw error;
  }
}

/** A name that nobody has. */
export function shareUserName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `share-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Ends a link: the key first, with it nothing works any more. */
export function endDeeds({ user: UserName, key, grant }: ShareUser): readonly Deed[] {
  return [
    ...(key ? [new DeleteAccessKeyCommand({ UserName, AccessKeyId: key.AccessKeyId })] : []),
    ...(grant ? [new DeleteUserPolicyCommand({ UserName, PolicyName: policyName })] : []),
    new DeleteUserCommand({ UserName }),
  ];
}

/** Whether the link works now. */
export const isOpen = ({ key, grant }: ShareUser, nowMs: number): boolean =>
  key?.Status === "Active" && grant !== undefined && grant.endsAt.getTime() > nowMs;

export const sharesQuery = () => queryOptions({ queryKey: ["iam", "shares"], queryFn: listShares });

async function listShares(): Promise<readonly ShareUser[]> {
  const users = await collect(
    (page) => sendIam(new ListUsersCommand({ ...page, PathPrefix: sharePath })),
    ({ Users }) => Users,
  );
  const shares: ShareUser[] = [];
  await runPool(users, atOnce, async (user) => {
    shares.push(await describeShare(user));
  });
  return shares;
}

async function describeShare({ UserName = "" }: User): Promise<ShareUser> {
  const { AccessKeyMetadata = [] } = await sendIam(new ListAccessKeysCommand({ UserName }));
  return {
    user: UserName,
    key: AccessKeyMetadata[0],
    grant: await readPolicy(UserName),
  };
}

async function readPolicy(UserName: string): Promise<Grant | undefined> {
  try {
    const given = new GetUserPolicyCommand({ UserName, PolicyName: policyName });
    return readGrant(readDocument((await sendIam(given)).PolicyDocument));
  } catch (error) {
    if (!isAbsent(error)) throw error;
    return undefined;
  }
}
