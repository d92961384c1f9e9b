// CodeMirror with what documents need: highlighting, folding, search, lint, completion. Its colours
// are the console's own. Tab moves the focus on, so that nobody is caught in it.

import { autocompletion, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json, jsonParseLinter } from "@codemirror/lang-json";
import { type ElementSpec, xml } from "@codemirror/lang-xml";
import {
  bracketMatching,
  foldGutter,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { linter, lintGutter } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import "./code-editor.css";
import type { CodeEditorProps, Language } from "./code-editor.tsx";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.tagName], color: "var(--code-name)" },
  { tag: [tags.string, tags.attributeValue], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.attributeName, tags.keyword], color: "var(--code-attribute)" },
  { tag: [tags.comment, tags.punctuation, tags.angleBracket], color: "var(--muted)" },
]);

const languages: Readonly<Record<Language, (elements: readonly ElementSpec[]) => Extension>> = {
  json: () => [json(), linter(jsonParseLinter())],
  xml: (elements) => xml({ elements }),
  text: () => [],
};

const none: readonly never[] = [];

export default function CodeEditorCore(props: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { value, language, label, extension = none, elements = none } = props;
  const isReadOnly = props.onChange === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the value is followed below
  useEffect(() => {
    if (place.current === null) return;
    const own = extensionsFor({ language, label, isReadOnly, elements }, latest);
    const state = EditorState.create({ doc: value, extensions: [extension, own] });
    const editor = new EditorView({ state, parent: place.current });
    view.current = editor;
    return () => editor.destroy();
  }, [language, label, isReadOnly, extension, elements]);
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  const minHeight = `${(props.minimumLines ?? 6) * 20 + 12}px`;
  return <div ref={place} className="code-editor" style={{ minHeight }} />;
}

interface Latest {
  readonly current: CodeEditorProps;
}

interface Settings extends Pick<CodeEditorProps, "language" | "label"> {
  readonly isReadOnly: boolean;
  readonly elements: readonly ElementSpec[];
}

function extensionsFor(settings: Settings, latest: Latest): Extension[] {
  const { language, label, isReadOnly, elements } = settings;
  const nonce = (globalThis as { __webpack_nonce__?: string }).__webpack_nonce__;
  return [
    nonce === undefined ? [] : EditorView.cspNonce.of(nonce),
    lineNumbers(),
    foldGutter(),
    history(),
    bracketMatching(),
    indentOnInput(),
    highlightSelectionMatches(),
    syntaxHighlighting(colours),
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
    languages[language](elements),
    EditorView.lineWrapping,
    // What scrolls must be reachable by keyboard; axe does not count what can be edited.
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    isReadOnly
      ? [EditorState.readOnly.of(true)]
      : [
          highlightActiveLine(),
          lintGutter(),
          linter((editor) => [...(latest.current.check?.(editor.state.doc.toString()) ?? [])]),
          autocompletion({
            // They are signs that few fonts have.
            icons: false,
            ...(latest.current.complete && {
              override: [(context) => completions(context, latest.current)],
            }),
          }),
        ],
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onChange?.(update.state.doc.toString());
    }),
  ];
}

function completions(context: CompletionContext, { complete }: CodeEditorProps) {
  const word = context.matchBefore(/[\w:.*/-]*/);
  const options = complete?.(context.state.sliceDoc(0, context.pos)) ?? [];
  if (options.length === 0 || word === null || (word.from === word.to && !context.explicit)) {
    return null;
  }
  return {
    from: word.from,
    options: options.map((label) => ({ label })),
    validFor: /^[\w:.*/-]*$/,
  };
}
