// Whom a call is about: the user, group, role or policy it names, found and permitted before its
// handler runs. The ARN that is judged is that of the stored entity, path included, so that one
// string is never judged and another used; who may not, does not learn whether it exists.

import {
  findIdentity,
  type Identity,
  type IdentityKind,
  identityArn,
} from "../catalog/identities.ts";
import { findPolicy, type ManagedPolicy } from "../catalog/managed-policies.ts";
import { type Circumstances, demand, type IdentityCall } from "./call.ts";
import { noSuchEntity } from "./names.ts";
import { QueryError } from "./query.ts";

/** What an action does with its input. */
export type Handler<Input> = (call: IdentityCall, input: Input) => Promise<object>;

interface TagsOf {
  readonly Tags?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}

const members = { user: "UserName", group: "GroupName", role: "RoleName" } as const;

type NameMember<Kind extends IdentityKind> = (typeof members)[Kind];

/** An input that names an identity of that kind, perhaps. */
type Naming<Kind extends IdentityKind> = {
  readonly [Member in NameMember<Kind>]?: string | undefined;
};

/** A handler that is given the identity its input names. */
export function about<Kind extends IdentityKind, Input extends Naming<Kind> & object>(
  kind: Kind,
  handle: (call: IdentityCall, input: Input, identity: Identity) => Promise<object>,
): Handler<Input> {
  return async (call, input) => {
    const name = (input as Naming<IdentityKind>)[members[kind]] ?? "";
    return handle(call, input, await findPermitted(call, { kind, name, input }));
  };
}

/**
 * As `about("user", ...)`, but a call without a name is about the caller: `undefined` for the root
 * of an account, which is no user.
 */
export function aboutUserOrSelf<Input extends Naming<"user"> & object>(
  handle: (call: IdentityCall, input: Input, user: Identity | undefined) => Promise<object>,
): Handler<Input> {
  return async (call, input) => {
    const { principal } = call;
    const { UserName: name } = input;
    if (name === undefined && principal.type === "Account") {
      demand(call, principal.arn);
      return handle(call, input, undefined);
    }
    const own = name ?? principal.userName;
    if (own === undefined) {
      throw new QueryError(
        "ValidationError",
        400,
        "Must specify userName when calling with non-User credentials",
      );
    }
    const user = await findPermitted(call, { kind: "user", name: own, input });
    return handle(call, input, user);
  };
}

/** A handler that makes something, or looks at all of a kind: permitted on the ARN it would have. */
export function aboutNew<Input extends { readonly Path?: string | undefined } & TagsOf>(
  kind: IdentityKind | "policy",
  handle: Handler<Input>,
  nameOf: (input: Input) => string | undefined,
): Handler<Input> {
  return async (call, input) => {
    const path = input.Path ?? "/";
    const { accountId } = call.principal;
    const resource = `arn:aws:iam::${accountId}:${kind}${path}${nameOf(input) ?? ""}`;
    demand(call, resource, circumstancesOf(input));
    return handle(call, input);
  };
}

/** A handler that lists what lies under a path. */
export function aboutAll<Input extends { readonly PathPrefix?: string | undefined }>(
  kind: IdentityKind | "policy",
  handle: Handler<Input>,
): Handler<Input> {
  return async (call, input) => {
    demand(call, `arn:aws:iam::${call.principal.accountId}:${kind}${input.PathPrefix ?? "/"}`);
    return handle(call, input);
  };
}

/** A handler of something that has no ARN. */
export function aboutAccount<Input extends object>(handle: Handler<Input>): Handler<Input> {
  return async (call, input) => {
    demand(call, "*");
    return handle(call, input);
  };
}

/** A handler that is given the managed policy its input names; one that writes needs an own one. */
export function aboutPolicy<Input extends { readonly PolicyArn: string | undefined }>(
  mode: "read" | "write",
  handle: (call: IdentityCall, input: Input, policy: ManagedPolicy) => Promise<object>,
): Handler<Input> {
  return async (call, input) => {
    const arn = input.PolicyArn ?? "";
    const policy = await findPolicy(call, call.principal.accountId, arn);
    demand(call, arn, { ...circumstancesOf(input), resourceTags: policy?.tags });
    if (policy === undefined) throw noSuchPolicy(arn);
    if (mode === "write" && policy.isAws) {
      throw new QueryError(
        "AccessDenied",
        403,
        `Policy ${arn} is managed by AWS: it is read-only.`,
      );
    }
    return handle(call, input, policy);
  };
}

/** Throws NoSuchEntity in IAM's words. */
export function noSuchIdentity(kind: IdentityKind, name: string): QueryError {
  return noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
}

export function noSuchPolicy(arn: string): QueryError {
  return noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
}

async function findPermitted(
  call: IdentityCall,
  wanted: { readonly kind: IdentityKind; readonly name: string; readonly input: object },
): Promise<Identity> {
  const { kind, name, input } = wanted;
  const { accountId } = call.principal;
  const identity = await findIdentity(call, { accountId, kind, name });
  const arn = identity?.arn ?? identityArn({ accountId, kind, path: "/", name });
  const circumstances = circumstancesOf(input, identity?.boundaryArn);
  demand(call, arn, { ...circumstances, resourceTags: identity?.tags });
  if (identity === undefined) throw noSuchIdentity(kind, name);
  return identity;
}

/**
 * The members of any input that condition keys of IAM speak of. The boundary is the one that the
 * identity has where the input names none.
 */
function circumstancesOf(input: object, boundaryArn?: string): Circumstances {
  const { Tags, PolicyArn, PermissionsBoundary } = input as TagsOf & {
    readonly PolicyArn?: string | undefined;
    readonly PermissionsBoundary?: string | undefined;
  };
  const boundary = PermissionsBoundary ?? boundaryArn;
  return {
    requestTags: Tags?.map(({ Key = "", Value = "" }) => ({ Key, Value })),
    keys: {
      ...(PolicyArn !== undefined && { "iam:policyarn": PolicyArn }),
      ...(boundary !== undefined && { "iam:permissionsboundary": boundary }),
    },
  };
}
