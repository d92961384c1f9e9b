// SQL for the editor: the engine's keywords and functions, the object's columns, marks where a query is
// wrong, and Ctrl+Enter.

import { type Completion, type CompletionContext, closeCompletion } from "@codemirror/autocomplete";
import { SQLDialect, schemaCompletionSource, sql } from "@codemirror/lang-sql";
import { type Diagnostic, linter } from "@codemirror/lint";
import { type Extension, Prec, StateEffect } from "@codemirror/state";
import { type EditorView, keymap, ViewPlugin } from "@codemirror/view";
import { parseSql } from "squirreling";
import { FUNCTION_SIGNATURES } from "squirreling/src/validation/functions.js";
import { KEYWORDS } from "squirreling/src/validation/keywords.js";
import { safeText } from "../../../../components/safe-text.tsx";
import { type FailureFacts, factsOf } from "./failure.ts";
import { tableName } from "./run.ts";
import type { Column } from "./table.ts";

const words = (names: Iterable<string>) => [...names].join(" ").toLowerCase();

const dialect = SQLDialect.define({
  keywords: words(KEYWORDS),
  builtin: words(Object.keys(FUNCTION_SIGNATURES)),
  types: "text varchar integer bigint float double boolean",
  operatorChars: "*+-%<>!=/",
});

/** What the editor asks for when it needs it. */
export interface EditorActions {
  columns(): readonly Column[];
  /** Why this very query failed when it ran. */
  failureOf(query: string): FailureFacts | undefined;
  run(): void;
}

/** The language, and `recheck`, which has the marks renewed after a failure. */
export function sqlEditor(actions: EditorActions): { extension: Extension; recheck(): void } {
  const look = StateEffect.define<null>();
  let view: EditorView | undefined;
  const start = (editor: EditorView) => {
    closeCompletion(editor);
    actions.run();
    return true;
  };
  const extension = [
    sql({ dialect, upperCaseKeywords: true, keywordCompletion: completeWord }),
    dialect.language.data.of({
      // Made anew for each completion, as the columns come late.
      autocomplete: (context: CompletionContext) => {
        const schema = { [tableName]: actions.columns().map(completeColumn) };
        return schemaCompletionSource({ dialect, schema, defaultTable: tableName })(context);
      },
    }),
    linter((editor) => marks(editor.state.doc.toString(), actions), {
      delay: 400,
      needsRefresh: ({ transactions }) =>
        transactions.some(({ effects }) => effects.some((effect) => effect.is(look))),
    }),
    Prec.highest(keymap.of(["Mod-Enter", "Ctrl-Enter"].map((key) => ({ key, run: start })))),
    ViewPlugin.define((opened) => {
      view = opened;
      return {};
    }),
  ];
  return { extension, recheck: () => view?.dispatch({ effects: look.of(null) }) };
}

function completeWord(label: string, type: string): Completion {
  const signature = FUNCTION_SIGNATURES[label.toUpperCase()]?.signature;
  return signature === undefined || KEYWORDS.has(label.toUpperCase())
    ? { label, type }
    : { label, type: "function", detail: `(${signature})`, apply: `${label}(` };
}

/** A column as it has to be written. */
export function quoteName(name: string): string {
  const isPlain = /^[A-Za-z_$][\w$]*$/.test(name) && !KEYWORDS.has(name.toUpperCase());
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

function completeColumn({ name, type }: Column): Completion {
  return {
    label: name,
    displayLabel: safeText(name),
    apply: quoteName(name),
    detail: type,
    type: "property",
    boost: 2,
  };
}

function marks(query: string, actions: EditorActions): readonly Diagnostic[] {
  if (query.trim() === "") return [];
  const facts = actions.failureOf(query) ?? misread(query);
  if (facts?.from === undefined) return [];
  const from = Math.min(facts.from, query.length);
  const to = Math.min(Math.max(facts.to ?? from, from), query.length);
  return [{ from, to, message: facts.message ?? "", severity: "error" }];
}

/** What the engine's reader says of a query that was not run yet. */
function misread(query: string): FailureFacts | undefined {
  try {
    parseSql({ query });
    return undefined;
  } catch (error) {
    return factsOf(error);
  }
}
