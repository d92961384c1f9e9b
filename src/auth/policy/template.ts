// Texts of a policy in which `${...}` may stand: variables of the request with their defaults, and
// the escapes `${*}`, `${?}`, `${$}`. What is put in for a variable is literal text, whatever it holds
// (SEC-079). Policies of version 2008-10-17 have no variables. Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

import { type ConditionContext, type ConditionKey, parseConditionKey } from "./context.ts";
import { compileWildcard, matchesWildcard, type Wildcard, type WildcardPart } from "./wildcard.ts";

type TemplatePart =
  | WildcardPart
  | { readonly kind: "variable"; readonly key: ConditionKey; readonly fallback?: string };

/** How a text is to be read. */
export interface TemplateRules {
  /** `${...}` means something: version 2012-10-17, in an element that has variables. */
  readonly hasVariables: boolean;
  /** `*` and `?` mean something. */
  readonly hasWildcards: boolean;
}

/** A text ready to be compared with what a request says. */
export interface Template {
  /** As the policy writes it. */
  readonly text: string;
  /** The variables it needs; empty for nearly all. */
  readonly keys: readonly ConditionKey[];
  /** Whether `value` matches; false when a variable has no value, or more than one. */
  matches(value: string, context: ConditionContext): boolean;
  /** The text with the variables put in; `undefined` when one has no value. */
  resolve(context: ConditionContext): string | undefined;
}

/** Reads a text by the rules. Anything is a text: a brace that is never closed is itself. */
export function compileTemplate(text: string, rules: TemplateRules): Template {
  const parts = parseParts(text, rules);
  const keys = parts.flatMap((part) => (part.kind === "variable" ? [part.key] : []));
  if (keys.length > 0) return variableTemplate(text, parts, keys);
  const fixed = parts as readonly WildcardPart[];
  const literal = renderParts(fixed);
  const resolve = () => literal;
  if (fixed.every((part) => part.kind === "text")) {
    return { text, keys, matches: (value) => value === literal, resolve };
  }
  const wildcard: Wildcard = compileWildcard(fixed);
  return { text, keys, matches: (value) => matchesWildcard(wildcard, value), resolve };
}

function variableTemplate(
  text: string,
  parts: readonly TemplatePart[],
  keys: readonly ConditionKey[],
): Template {
  return {
    text,
    keys,
    matches: (value, context) => {
      const fixed = substitute(parts, context);
      return fixed !== undefined && matchesWildcard(compileWildcard(fixed), value);
    },
    resolve: (context) => {
      const fixed = substitute(parts, context);
      return fixed === undefined ? undefined : renderParts(fixed);
    },
  };
}

/** `undefined` when a variable has no single value and no default: then nothing is like the text. */
function substitute(
  parts: readonly TemplatePart[],
  context: ConditionContext,
): readonly WildcardPart[] | undefined {
  const fixed: WildcardPart[] = [];
  for (const part of parts) {
    if (part.kind !== "variable") {
      fixed.push(part);
      continue;
    }
    const values = context.read(part.key) ?? [];
    if (values.length > 1) return undefined;
    const text = values[0] ?? part.fallback;
    if (text === undefined) return undefined;
    fixed.push({ kind: "text", text });
  }
  return fixed;
}

function renderParts(parts: readonly WildcardPart[]): string {
  const texts = parts.map((part) =>
    part.kind === "text" ? part.text : part.kind === "any" ? "*" : "?",
  );
  return texts.join("");
}

const special = /\$\{([^}]*)\}|[*?]/g;
const withDefault = /^([^,]*),\s*'([^']*)'\s*$/;

function parseParts(text: string, rules: TemplateRules): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (const match of text.matchAll(special)) {
    const part = readSpecial(match, rules);
    if (part === undefined) continue;
    if (match.index > from) parts.push({ kind: "text", text: text.slice(from, match.index) });
    parts.push(part);
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) });
  return parts;
}

/** `undefined` for what is plain text by the rules. */
function readSpecial(match: RegExpMatchArray, rules: TemplateRules): TemplatePart | undefined {
  const [whole, inside] = match;
  if (inside === undefined) {
    if (!rules.hasWildcards) return undefined;
    return { kind: whole === "*" ? "any" : "one" };
  }
  if (!rules.hasVariables) return undefined;
  if (inside === "*" || inside === "?" || inside === "$") return { kind: "text", text: inside };
  const [, name, fallback] = withDefault.exec(inside) ?? [];
  const key = parseConditionKey((name ?? inside).trim());
  return { kind: "variable", key, ...(fallback !== undefined && { fallback }) };
}
