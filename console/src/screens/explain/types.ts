// The document that explains a decision; docs/OPERATIONS.md describes it.

interface Items<Item> {
  readonly items: readonly Item[];
}

export interface Change {
  readonly kind: "add" | "change" | "repair" | "setting";
  readonly source: string;
  readonly policy?: string;
  readonly words: string;
  readonly add?: Readonly<Record<string, unknown>>;
}

export interface TracedStatement {
  readonly source: string;
  readonly policy: string;
  readonly index: number;
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly matches: boolean;
  readonly differs: readonly string[];
}

export interface Explanation {
  readonly allowed: boolean;
  readonly explicitDeny: boolean;
  readonly context: {
    readonly principal: { readonly arn: string };
    readonly action: string;
    readonly resource: string;
    readonly conditions: Items<{
      readonly key: string;
      readonly values: Items<{ readonly value: string }>;
    }>;
  };
  readonly trace: {
    readonly reason: string;
    readonly words: readonly string[];
    readonly policies: readonly { readonly source: string; readonly name: string }[];
    readonly statements: readonly TracedStatement[];
    readonly changes: readonly Change[];
  };
}
