// Compiled policies, remembered by their text for as long as the isolate lives, within bounds. A
// policy that changes has another text; nothing here can be out of date.

import { type Policy, type PolicyKind, parsePolicy } from "./document.ts";
import { PolicyError } from "./json.ts";

/** Together; a compiled policy takes some ten times its text. */
const rememberedCharacters = 1_000_000;

interface Remembered {
  readonly policies: Map<string, Policy | "unreadable">;
  characters: number;
}

const remembered: Readonly<Record<PolicyKind, Remembered>> = {
  identity: { policies: new Map(), characters: 0 },
  resource: { policies: new Map(), characters: 0 },
  trust: { policies: new Map(), characters: 0 },
};

/** The policy of a stored text; `unreadable` when it is none, which decides against everybody. */
export function compiledPolicy(text: string, kind: PolicyKind): Policy | "unreadable" {
  const memory = remembered[kind];
  const known = memory.policies.get(text);
  if (known !== undefined) return known;
  const policy = compile(text, kind);
  if (memory.characters + text.length > rememberedCharacters) {
    memory.policies.clear();
    memory.characters = 0;
  }
  memory.policies.set(text, policy);
  memory.characters += text.length;
  return policy;
}

/** By the object that holds the text, for texts that stay with their object. */
const byHolder = new WeakMap<object, Policy | "unreadable">();

/** As `compiledPolicy` for an identity's policy; finds it by `stored` itself, which is faster. */
export function compiledIdentityPolicy(stored: {
  readonly document: string;
}): Policy | "unreadable" {
  let policy = byHolder.get(stored);
  if (policy === undefined) {
    policy = compiledPolicy(stored.document, "identity");
    byHolder.set(stored, policy);
  }
  return policy;
}

function compile(text: string, kind: PolicyKind): Policy | "unreadable" {
  try {
    return parsePolicy(text, kind);
  } catch (error) {
    if (error instanceof PolicyError) return "unreadable";
    throw error;
  }
}
