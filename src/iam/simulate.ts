// What policies would allow: SimulateCustomPolicy, SimulatePrincipalPolicy, and the context keys that
// policies ask for. The evaluator is the one that judges real calls.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
//
// Differs from AWS: one result for each action and resource, without `ResourceSpecificResults`;
// positions of statements in the text are not told.

import type {
  ContextEntry,
  EvaluationResult,
  GetContextKeysForCustomPolicyRequest,
  GetContextKeysForPolicyResponse,
  GetContextKeysForPrincipalPolicyRequest,
  PolicySourceType,
  SimulateCustomPolicyRequest,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
} from "@aws-sdk/client-iam";
import { compiledPolicy } from "../auth/policy/compiled.ts";
import { type ConditionContext, fixedContext } from "../auth/policy/context.ts";
import { type DecisionInputs, explain, type NamedPolicy } from "../auth/policy/decide.ts";
import { type Policy, parsePolicy } from "../auth/policy/document.ts";
import { PolicyError } from "../auth/policy/json.ts";
import { findIdentity, type IdentityKind } from "../catalog/identities.ts";
import { loadPowers } from "../catalog/identity-powers.ts";
import type { StoredPolicy } from "../s3/principal.ts";
import { demand, type IdentityCall } from "./call.ts";
import { noSuchEntity } from "./names.ts";
import { type PageWish, pageOf } from "./paging.ts";
import { invalid, invalidInput } from "./query.ts";

/** Actions times resources of one call. */
const mostQuestions = 1000;

interface Simulation {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy | undefined;
}

type Wish = Omit<SimulateCustomPolicyRequest, "PolicyInputList">;

export async function simulateCustomPolicy(
  call: IdentityCall,
  input: SimulateCustomPolicyRequest,
): Promise<SimulatePolicyResponse> {
  const identity = readPolicies(input.PolicyInputList, "PolicyInputList");
  return simulate(call, input, { identity, boundary: readBoundary(input) });
}

/** The policies of a user with its groups, of a group or of a role, with what the call adds. */
export async function simulatePrincipalPolicy(
  call: IdentityCall,
  input: SimulatePrincipalPolicyRequest,
): Promise<SimulatePolicyResponse> {
  const source = await loadSource(call, input.PolicySourceArn ?? "");
  const added = readPolicies(input.PolicyInputList, "PolicyInputList");
  const boundary = readBoundary(input) ?? source.boundary;
  const wish = { ...input, CallerArn: input.CallerArn ?? input.PolicySourceArn };
  return simulate(call, wish, { identity: [...source.identity, ...added], boundary });
}

export async function getContextKeysForCustomPolicy(
  _call: IdentityCall,
  input: GetContextKeysForCustomPolicyRequest,
): Promise<GetContextKeysForPolicyResponse> {
  return { ContextKeyNames: keysOf(readPolicies(input.PolicyInputList, "PolicyInputList")) };
}

export async function getContextKeysForPrincipalPolicy(
  call: IdentityCall,
  input: GetContextKeysForPrincipalPolicyRequest,
): Promise<GetContextKeysForPolicyResponse> {
  const { identity } = await loadSource(call, input.PolicySourceArn ?? "");
  const added = readPolicies(input.PolicyInputList, "PolicyInputList");
  return { ContextKeyNames: keysOf([...identity, ...added]) };
}

const sourceShape = /^arn:aws:iam::\d{12}:(user|group|role)\/(?:[!-~]+\/)?([\w+=,.@-]+)$/;

async function loadSource(call: IdentityCall, arn: string): Promise<Simulation> {
  const [, kind, name] = sourceShape.exec(arn) ?? [];
  demand(call, arn);
  if (kind === undefined || name === undefined) throw invalidInput(`Invalid Entity Arn: ${arn}`);
  const wanted = { accountId: call.principal.accountId, kind: kind as IdentityKind, name };
  const identity = await findIdentity(call, wanted);
  const powers = identity?.arn === arn ? await loadPowers(call, identity.identityId) : undefined;
  if (powers === undefined) throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
  const { policies } = powers;
  const boundary = policies.boundary && named(policies.boundary);
  return { identity: policies.identity.map(named), boundary };
}

function named({ name, document }: StoredPolicy): NamedPolicy {
  return { name, policy: compiledPolicy(document, "identity") };
}

function readPolicies(documents: readonly string[] | undefined, list: string): NamedPolicy[] {
  return (documents ?? []).map((document, index) => ({
    name: `${list}.${index + 1}`,
    policy: parseInput(document, "identity"),
  }));
}

function readBoundary(input: Wish): NamedPolicy | undefined {
  const list = "PermissionsBoundaryPolicyInputList";
  return readPolicies(input.PermissionsBoundaryPolicyInputList, list)[0];
}

function parseInput(document: string, kind: "identity" | "resource"): Policy {
  try {
    return parsePolicy(document.trimStart(), kind);
  } catch (error) {
    if (error instanceof PolicyError) throw invalidInput(`Invalid policy: ${error.message}`);
    throw error;
  }
}

function simulate(
  call: IdentityCall,
  input: Wish & PageWish,
  simulation: Simulation,
): SimulatePolicyResponse {
  const actions = input.ActionNames ?? [];
  const resources = input.ResourceArns ?? ["*"];
  if (actions.length * resources.length > mostQuestions) throw invalid("Too many simulations");
  const context = readContext(input.ContextEntries);
  const resource = input.ResourcePolicy;
  const common = {
    ...principalOf(call, input.CallerArn),
    identity: simulation.identity,
    ...(simulation.boundary !== undefined && { boundary: simulation.boundary }),
    ...(resource !== undefined && {
      resource: { name: "ResourcePolicy", policy: parseInput(resource, "resource") },
    }),
  };
  const owner = /\d{12}/.exec(input.ResourceOwner ?? "")?.[0] ?? common.principal.accountId;
  const questions = actions.flatMap((action) =>
    resources.map((one) => ({ action, resource: one })),
  );
  const numbered = questions.map((question, index) => ({ ...question, index: pad(index) }));
  const { items, end } = pageOf(numbered, input, ({ index }) => index);
  const EvaluationResults = items.map(({ action, resource: one }) => {
    const { principal, ...policies } = common;
    const request = { action, resource: one, principal, context };
    return evaluate({ ...policies, request, resourceAccountId: owner });
  });
  return { EvaluationResults, ...end };
}

function pad(index: number): string {
  return String(index).padStart(6, "0");
}

/** Whoever would call: a user of the caller's account unless the call names somebody. */
function principalOf({ principal }: IdentityCall, arn: string | undefined) {
  const accountId = /^arn:aws:(?:iam|sts)::(\d{12}):/.exec(arn ?? "")?.[1] ?? principal.accountId;
  const isRole = arn?.includes(":role/") === true || arn?.includes(":assumed-role/") === true;
  const type = isRole ? ("AssumedRole" as const) : ("User" as const);
  const own = `arn:aws:iam::${accountId}:user/simulated`;
  return { principal: { type, accountId, arn: arn ?? own, canonicalId: "" } };
}

function readContext(entries: readonly ContextEntry[] | undefined): ConditionContext {
  return fixedContext(
    Object.fromEntries(
      (entries ?? []).map(({ ContextKeyName = "", ContextKeyValues = [] }) => [
        ContextKeyName,
        ContextKeyValues,
      ]),
    ),
  );
}

function evaluate(inputs: DecisionInputs): EvaluationResult {
  const { isAllowed, reason, policies, action, resource } = explain(inputs);
  const isExplicit = reason === "explicit-deny" || reason === "unreadable-policy";
  const matched = policies.flatMap(({ name, source, statements }) =>
    statements === "unreadable"
      ? []
      : statements
          .filter(({ isMatch }) => isMatch)
          .map(() => ({ SourcePolicyId: name, SourcePolicyType: typeOf(source, name) })),
  );
  const all = [...inputs.identity, inputs.boundary, inputs.resource].filter(
    (policy) => policy !== undefined,
  );
  const { context } = inputs.request;
  const missing = keysOf(all, action).filter(
    (text) => context.read({ name: text.toLowerCase(), text }) === undefined,
  );
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: isAllowed ? "allowed" : isExplicit ? "explicitDeny" : "implicitDeny",
    MatchedStatements: matched,
    MissingContextValues: missing,
    ...(inputs.boundary !== undefined && {
      PermissionsBoundaryDecisionDetail: {
        AllowedByPermissionsBoundary: isAllowed || reason !== "no-boundary-allow",
      },
    }),
  };
}

function typeOf(source: string, name: string): PolicySourceType {
  if (source === "resource") return "resource";
  if (name.startsWith("arn:aws:iam::aws:")) return "aws-managed";
  if (name.startsWith("arn:")) return "user-managed";
  return /InputList\.\d+$/.test(name) ? "none" : "user";
}

/** The keys that the policies read, as they write them; of one action, or of all. */
function keysOf(policies: readonly NamedPolicy[], action?: string): string[] {
  const texts = policies.flatMap(({ policy }) => {
    if (policy === "unreadable") return [];
    return policy.statements
      .filter(({ actions }) => action === undefined || actions.matches(action.toLowerCase()))
      .flatMap(({ conditions, resources }) => [
        ...conditions.flatMap(({ reads }) => reads),
        ...(resources?.patterns ?? []).flatMap(({ keys }) => keys),
      ])
      .map(({ text }) => text);
  });
  return [...new Set(texts)];
}
