// What conditions and variables are asked of a request: keys by name, values as text. Whoever builds
// a context decides which keys exist; nothing that a client sends can add one (SEC-073). Pure.

/** A condition key as policies name it. */
export interface ConditionKey {
  /** In lower case; of a key with a part of its own (`aws:PrincipalTag/team`) up to the slash. */
  readonly name: string;
  /** What stands behind the slash, as written; absent for other keys. */
  readonly part?: string;
  /** As the policy writes it. */
  readonly text: string;
}

/** The request as conditions see it. Values are computed when they are asked for. */
export interface ConditionContext {
  /** The key's values; `undefined` when the request does not have the key. */
  read(key: ConditionKey): readonly string[] | undefined;
  /** Every key that the request has, for explanations. */
  present?(): readonly PresentCondition[];
}

/** A key of the request with its values. */
export interface PresentCondition {
  readonly key: string;
  readonly values: readonly string[];
}

/** Names of keys are not case-sensitive. */
export function parseConditionKey(text: string): ConditionKey {
  const slash = text.indexOf("/");
  if (slash === -1) return { name: text.toLowerCase(), text };
  return { name: text.slice(0, slash).toLowerCase(), part: text.slice(slash + 1), text };
}

/** A context of fixed values, by key as written, in any case: for simulations. */
export function fixedContext(
  values: Readonly<Record<string, string | readonly string[]>>,
): ConditionContext {
  const known = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(values)) {
    known.set(key.toLowerCase(), typeof value === "string" ? [value] : value);
  }
  return {
    read: (key) => known.get(key.text.toLowerCase()),
    present: () =>
      Object.entries(values).map(([key, value]) => ({
        key,
        values: typeof value === "string" ? [value] : value,
      })),
  };
}

/** `under`, with the values of `over` in the place of its own: "what if it came from there". */
export function overlaidContext(over: ConditionContext, under: ConditionContext): ConditionContext {
  return {
    read: (key) => over.read(key) ?? under.read(key),
    present: () => {
      const first = over.present?.() ?? [];
      const taken = new Set(first.map(({ key }) => key.toLowerCase()));
      const rest = (under.present?.() ?? []).filter(({ key }) => !taken.has(key.toLowerCase()));
      return [...first, ...rest];
    },
  };
}
