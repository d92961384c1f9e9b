// What a setting is to this screen: how it is read, saved and taken away, what it says in short, and
// the form that edits it. The document is the SDK's own shape, so that it can be pasted into a command.

import type { ComponentType, ReactNode } from "react";
import type { Deed } from "../../clients/deeds.ts";
import type { Shape, Wire } from "../../documents/shape.ts";

export interface FormProps<Document> {
  readonly value: Document;
  onChange(value: Document): void;
}

/** What stands in for the plain editor of a document. */
export interface EditorProps {
  readonly bucket: string;
  readonly label: string;
  readonly value: string;
  /** What the document has to be like; absent where it is a text of its own kind. */
  readonly shape?: Shape | undefined;
  /** Where it is XML. */
  readonly wire?: Wire | undefined;
  readonly minimumLines: number;
  onChange(source: string): void;
}

/** A document with its bucket: what saving and showing need. */
export interface Setting<Document> {
  readonly id: string;
  readonly title: string;
  readonly lead: string;
  /** What the editor begins with where nothing is set. */
  readonly empty: Document;
  /** The document as it is, or `undefined` where none is set. */
  load(bucket: string): Promise<Document | undefined>;
  /** What saves it; `before` is what it is now. */
  deeds(bucket: string, document: Document, before: Document | undefined): readonly Deed[];
  /** What takes it away. Absent: the setting can be changed, and never taken away. */
  removal?(bucket: string, before: Document | undefined): readonly Deed[];
  summary(document: Document): ReactNode;
  readonly Form?: ComponentType<FormProps<Document>>;
  /** Instead of the plain editor: with checks and completion. */
  readonly Editor?: ComponentType<EditorProps>;
  /** On the card, beneath the summary: how it goes now. */
  readonly Status?: ComponentType<{ readonly bucket: string }>;
  /** Beneath the form and the document: a preview, a status. */
  readonly Aside?: ComponentType<{ readonly bucket: string; readonly value: Document }>;
}

/** What a list of different settings holds: each is only ever used with its own documents. */
// biome-ignore lint/suspicious/noExplicitAny: the documents of a list differ, and never meet
export type AnySetting = Setting<any>;
