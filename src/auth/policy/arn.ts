// ARNs in policies: `arn:partition:service:region:account:resource`, matched part by part, so that a
// `*` for the region does not reach into the resource. Inside the resource `*` spans everything, `/`
// and `:` included. Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html

import type { ConditionContext, ConditionKey } from "./context.ts";
import { compileTemplate, type Template, type TemplateRules } from "./template.ts";

/** An ARN taken apart: five parts, and the resource with all that follows. */
export type ArnParts = readonly string[];

/** Parts before the resource. */
const headParts = 5;

/** `undefined` for what is not an ARN. */
export function splitArn(arn: string): ArnParts | undefined {
  const parts = splitAtColons(arn, (text, from) => text.indexOf(":", from));
  return parts.length === headParts + 1 && parts[0] === "arn" ? parts : undefined;
}

/** At most six pieces: the sixth keeps its colons. */
function splitAtColons(text: string, nextColon: (text: string, from: number) => number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length < headParts) {
    const colon = nextColon(text, from);
    if (colon === -1) break;
    parts.push(text.slice(from, colon));
    from = colon + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

/** The colon of `${aws:username}` divides nothing. */
function colonOutsideVariables(text: string, from: number): number {
  let at = from;
  for (;;) {
    const colon = text.indexOf(":", at);
    const variable = text.indexOf("${", at);
    if (colon === -1 || variable === -1 || colon < variable) return colon;
    const close = text.indexOf("}", variable);
    if (close === -1) return colon;
    at = close + 1;
  }
}

/** A pattern for ARNs. */
export interface ArnPattern {
  readonly text: string;
  readonly keys: readonly ConditionKey[];
  matches(arn: ArnParts, context: ConditionContext): boolean;
  /** Whether every variable in it has a value. */
  isResolved(context: ConditionContext): boolean;
}

/**
 * Compiles an element of Resource, or a value of an Arn condition. Text that cannot match any ARN
 * gives a pattern that matches none. `*` alone matches everything.
 */
export function compileArnPattern(text: string, rules: { hasVariables: boolean }): ArnPattern {
  if (text === "*") return { text, keys: [], matches: () => true, isResolved: () => true };
  const templateRules: TemplateRules = { ...rules, hasWildcards: true };
  const pieces = splitAtColons(text, colonOutsideVariables);
  const templates = pieces.map((piece) => compileTemplate(piece, templateRules));
  const common = {
    text,
    keys: templates.flatMap((template) => template.keys),
    isResolved: (context: ConditionContext) =>
      templates.every((template) => template.resolve(context) !== undefined),
  };
  if (templates.length === headParts + 1) {
    return { ...common, matches: (arn, context) => matchesEach(templates, arn, context) };
  }
  // `arn:aws:s3*`: a `*` at the very end reaches beyond its part.
  if (text.endsWith("*")) {
    return { ...common, matches: (arn, context) => matchesOpen(templates, arn, context) };
  }
  return { ...common, matches: () => false };
}

function matchesEach(
  templates: readonly Template[],
  arn: ArnParts,
  context: ConditionContext,
): boolean {
  // The resource differs most: it is compared first.
  for (let part = headParts; part >= 0; part--) {
    if (templates[part]?.matches(arn[part] ?? "", context) !== true) return false;
  }
  return true;
}

function matchesOpen(
  templates: readonly Template[],
  arn: ArnParts,
  context: ConditionContext,
): boolean {
  const last = templates.length - 1;
  return templates.every((template, part) =>
    template.matches(part === last ? arn.slice(part).join(":") : (arn[part] ?? ""), context),
  );
}
