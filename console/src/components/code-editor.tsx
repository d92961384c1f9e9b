// An editor for documents (JSON, XML), loaded when first needed. `check` marks what is wrong; without
// `onChange` the text can only be read.

import type { ElementSpec } from "@codemirror/lang-xml";
import type { Extension } from "@codemirror/state";
import { lazy, Suspense } from "react";
import { Loading } from "./parts.tsx";

export type Language = "json" | "xml" | "text";

/** Something wrong in a document, by its place in the text. */
export interface Finding {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly severity: "error" | "warning" | "info";
}

export interface CodeEditorProps {
  readonly label: string;
  readonly language: Language;
  readonly value: string;
  readonly minimumLines?: number;
  /** Beyond the syntax, which JSON is always checked for. */
  readonly check?: (text: string) => readonly Finding[];
  /** Of XML: which elements there are, to complete. The same list as long as it is the same. */
  readonly elements?: readonly ElementSpec[];
  /** A language of its own, with what belongs to it. The same object as long as it is the same. */
  readonly extension?: Extension;
  /** Words to complete, for the place before the cursor; else those of the language. */
  readonly complete?: (textBefore: string) => readonly string[];
  onChange?(value: string): void;
}

const Core = lazy(() => import("./code-editor-core.tsx"));

export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Loading />}>
      <Core {...props} />
    </Suspense>
  );
}
