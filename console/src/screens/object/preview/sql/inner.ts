// Queries within the expressions of a query, answered once, before it runs: the engine would ask them
// again for every row. What is about the row around it (the engine allows that for single values) stays.

import {
  derivedAlias,
  type SqlPrimitive,
  type Statement,
  type UserDefinedFunction,
} from "squirreling";
import { showValue } from "./values.ts";

const kinds: ReadonlySet<unknown> = new Set(["subquery", "exists", "not exists", "in"]);

interface Node {
  readonly type?: string;
  readonly [member: string]: unknown;
}

type Functions = Record<string, UserDefinedFunction>;

/** Gives the first column of a query. */
export type Ask = (query: Statement, functions: Functions) => AsyncIterable<SqlPrimitive>;

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** Whether a query stands in an expression. */
export function hasInner(node: unknown): boolean {
  if (!isNode(node)) return false;
  const { type, subquery } = node;
  return (kinds.has(type) && subquery !== undefined) || Object.values(node).some(hasInner);
}

/** The statement with answers in the place of such queries, and the functions it then needs. */
export async function answerInner(statement: Statement, ask: Ask) {
  if (!hasInner(statement)) return { statement, functions: {} };
  const answers = new Answers(ask);
  const answered = (await answers.put(statement, [])) as Statement;
  return { statement: answered, functions: answers.functions };
}

class Answers {
  readonly functions: Functions = {};
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** `named`: the queries that WITH gave names to. */
  async put(node: unknown, named: readonly unknown[]): Promise<unknown> {
    if (Array.isArray(node)) return Promise.all(node.map((one) => this.put(one, named)));
    if (!isNode(node) || !hasInner(node)) return node;
    const known = node.type === "with" ? [...named, ...(node["ctes"] as unknown[])] : named;
    const members: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(node)) members[name] = await this.put(value, known);
    if (node.type === "derived") members["alias"] ??= derivedAlias(node["expr"] as never);
    if (!kinds.has(node.type) || node["subquery"] === undefined) return members;
    return this.#answer(members, named);
  }

  async #answer(node: Node, ctes: readonly unknown[]): Promise<Node> {
    const query =
      ctes.length === 0 ? node["subquery"] : { type: "with", ctes, query: node["subquery"] };
    const values = this.#ask(query as Statement, this.functions);
    if (node.type === "in") return this.#isAmong(node, values);
    try {
      let first: SqlPrimitive | undefined;
      for await (first of values) break;
      const isThere = first !== undefined;
      if (node.type === "subquery") return { ...node, type: "literal", value: first ?? null };
      return { ...node, type: "literal", value: isThere === (node.type === "exists") };
    } catch (error) {
      if (node.type !== "subquery") throw error;
      return node;
    }
  }

  /** A function that knows the values. */
  async #isAmong(node: Node, values: AsyncIterable<SqlPrimitive>): Promise<Node> {
    const known = new Set<string>();
    for await (const value of values) if (value !== null) known.add(showValue(value));
    const funcName = `IN_QUERY_${Object.keys(this.functions).length}`;
    this.functions[funcName] = {
      apply: (value) => value !== null && value !== undefined && known.has(showValue(value)),
      arguments: { min: 1, max: 1 },
    };
    return { ...node, type: "function", funcName, args: [node["expr"]] };
  }
}
