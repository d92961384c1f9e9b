// What is wrong or unwise in a policy, with its place. What the server would refuse is found by the
// server's own reader, statement by statement; the rest are warnings. Pure.

import { parseBucketPolicy } from "../../../src/auth/policy/bucket-rules.ts";
import { isConditionKey } from "../../../src/auth/policy/condition-keys.ts";
import { parsePolicy } from "../../../src/auth/policy/document.ts";
import { PolicyError } from "../../../src/auth/policy/json.ts";
import { operators } from "../../../src/auth/policy/operators.ts";
import type { Finding } from "../components/code-editor.tsx";
import { policyHelp as text } from "../messages/en/policy-help.ts";
import { actionNames, actionsByService, matchesAction, nearestAction } from "./actions.ts";
import { listOf, memberOf, type Node, type Place, parseWithPlaces } from "./json-places.ts";

export interface PolicySubject {
  readonly kind: "bucket" | "identity" | "trust";
  /** Whose policy it is. */
  readonly bucket?: string;
}

const error = ({ from, to }: Place, message: string): Finding => ({
  ...{ from, to, message },
  severity: "error",
});
const warning = ({ from, to }: Place, message: string): Finding => ({
  ...{ from, to, message },
  severity: "warning",
});

/** The findings in a document; none while it is no JSON, which the editor says itself. */
export function checkPolicy(source: string, subject: PolicySubject): readonly Finding[] {
  const document = parseWithPlaces(source);
  if (document?.members === undefined) return [];
  // What is about the whole is shown at its first brace.
  const start = { from: document.from, to: document.from + 1 };
  const statements = listOf(memberOf(document, "Statement")?.value);
  const version = memberOf(document, "Version")?.value;
  const own = statements.flatMap((statement) => checkStatement(statement, subject, version?.value));
  return [
    ...checkVersion(start, version),
    ...repeatedMembers(document),
    ...repeatedStatements(statements),
    ...own,
    ...(own.some(({ severity }) => severity === "error") ? [] : refusalOf(source, start, subject)),
  ];
}

function checkVersion(start: Place, version: Node | undefined): readonly Finding[] {
  if (version === undefined) return [warning(start, text("noVersion"))];
  return version.value === "2008-10-17" ? [warning(version, text("oldVersion"))] : [];
}

/** What the server would say of the whole. */
function refusalOf(source: string, place: Place, subject: PolicySubject): readonly Finding[] {
  try {
    read(source, subject);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof PolicyError)) throw thrown;
    return [error(place, thrown.message)];
  }
}

function read(source: string, { kind, bucket }: PolicySubject): void {
  if (kind === "bucket") parseBucketPolicy(source, bucket ?? "");
  else parsePolicy(source, kind);
}

function checkStatement(
  statement: Node,
  subject: PolicySubject,
  version: unknown,
): readonly Finding[] {
  if (statement.members === undefined) return [];
  const fine = [
    ...checkActions(statement, subject),
    ...checkResources(statement, subject),
    ...checkConditions(statement),
    ...checkWidth(statement, subject),
  ];
  if (fine.some(({ severity }) => severity === "error")) return fine;
  // Alone, so that the reader's refusal is known to be about this one.
  const alone = {
    ...(version !== undefined && { Version: version }),
    Statement: [statement.value],
  };
  const name = statement.members[0] ?? statement;
  return [...fine, ...refusalOf(JSON.stringify(alone), name, subject)];
}

function checkActions(statement: Node, { kind }: PolicySubject): readonly Finding[] {
  const given = memberOf(statement, "Action") ?? memberOf(statement, "NotAction");
  const names = actionNames(kind === "bucket" ? "bucket" : "identity");
  return listOf(given?.value).flatMap((node): readonly Finding[] => {
    const action = typeof node.value === "string" ? node.value : "";
    if (action === "" || action === "*" || names.some((name) => matchesAction(action, name))) {
      return [];
    }
    const service = action.split(":")[0]?.toLowerCase() ?? "";
    if (kind !== "bucket" && actionsByService[service] === undefined) {
      return [warning(node, text("unknownService", { service }))];
    }
    if (/[*?]/.test(action)) return [error(node, text("matchesNothing", { action }))];
    const near = nearestAction(action, names);
    const message =
      near === undefined
        ? text("unknownAction", { action })
        : text("unknownActionNear", { action, near });
    return [kind === "bucket" ? error(node, message) : warning(node, message)];
  });
}

/** A bucket's policy speaks of its own bucket. */
function checkResources(statement: Node, { bucket }: PolicySubject): readonly Finding[] {
  if (bucket === undefined) return [];
  return listOf(memberOf(statement, "Resource")?.value).flatMap((node): readonly Finding[] => {
    const name = /^arn:aws:s3:::([^/]*)/.exec(String(node.value))?.[1];
    if (name === undefined || matchesAction(name, bucket)) return [];
    return [error(node, text("otherBucket"))];
  });
}

const quantifier = /^For(?:All|Any)Values:/;

function checkConditions(statement: Node): readonly Finding[] {
  const members = memberOf(statement, "Condition")?.value.members ?? [];
  return members.flatMap((operator): readonly Finding[] => {
    const name = operator.name.replace(quantifier, "").replace(/IfExists$/, "");
    if (name !== "Null" && !operators.has(name)) {
      return [error(operator, text("unknownOperator", { operator: operator.name }))];
    }
    return (operator.value.members ?? [])
      .filter((key) => !isConditionKey(key.name))
      .map((key) => warning(key, text("unknownKey", { key: key.name })));
  });
}

/** What allows more than most people mean. */
function checkWidth(statement: Node, { kind }: PolicySubject): readonly Finding[] {
  if (memberOf(statement, "Effect")?.value.value !== "Allow") return [];
  const findings: Finding[] = [];
  const principal = memberOf(statement, "Principal");
  const isForAll = everybody(principal?.value) && kind !== "identity";
  const condition = memberOf(statement, "Condition");
  if (principal && isForAll) {
    findings.push(warning(principal, text(condition ? "everybodyIf" : "everybody")));
  }
  const notPrincipal = memberOf(statement, "NotPrincipal");
  if (notPrincipal) findings.push(warning(notPrincipal, text("notPrincipal")));
  const notAction = memberOf(statement, "NotAction");
  if (notAction) findings.push(warning(notAction, text("notAction")));
  const wide = listOf(memberOf(statement, "Action")?.value).find(
    ({ value }) => value === "*" || (value === "s3:*" && isForAll),
  );
  if (wide) findings.push(warning(wide, text("everything")));
  return findings;
}

/** `"*"`, or `{"AWS": "*"}`, alone or in a list. */
function everybody(principal: Node | undefined): boolean {
  const aws = memberOf(principal, "AWS")?.value;
  return [...listOf(principal), ...listOf(aws)].some(({ value }) => value === "*");
}

function repeatedStatements(statements: readonly Node[]): readonly Finding[] {
  const sids = new Set<unknown>();
  const bodies = new Set<string>();
  return statements.flatMap((statement): readonly Finding[] => {
    const { Sid, ...rest } = (statement.value ?? {}) as Readonly<Record<string, unknown>>;
    const body = JSON.stringify(rest);
    const sid = memberOf(statement, "Sid");
    const findings: Finding[] = [];
    if (sid && sids.has(Sid)) findings.push(error(sid.value, text("sameSid")));
    if (bodies.has(body)) {
      findings.push(warning(statement.members?.[0] ?? statement, text("sameStatement")));
    }
    sids.add(Sid);
    bodies.add(body);
    return findings;
  });
}

/** JSON.parse takes the last; the server takes none. */
function repeatedMembers(node: Node): readonly Finding[] {
  const seen = new Set<string>();
  const here = (node.members ?? []).flatMap((member): readonly Finding[] => {
    const isAgain = seen.has(member.name);
    seen.add(member.name);
    return isAgain ? [error(member, text("repeated", { name: member.name }))] : [];
  });
  const below = [...(node.members ?? []).map(({ value }) => value), ...(node.items ?? [])];
  return [...here, ...below.flatMap(repeatedMembers)];
}
