// A policy's document in a dialog: edited with highlighting, started from a template, refused by the
// server in its own words.

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Deed, sendDeeds } from "../../clients/deeds.ts";
import { CodeEditor } from "../../components/code-editor.tsx";
import { ShowDeeds } from "../../components/deed-button.tsx";
import { Field } from "../../components/field.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { usePolicyHelp } from "../../policy/use-policy-help.ts";
import { bucketsQuery } from "../../queries/buckets.ts";
import { templates } from "./templates.ts";

interface PolicyDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  /** What to start with; the dialog is empty until it is there. */
  readonly document: string;
  /** Absent: a name is asked for. `null`: the document has none. */
  readonly name?: string | null;
  deedOf(name: string, document: string): Deed;
  onDone(name: string): Promise<unknown>;
  onClose(): void;
}

export function PolicyDialog(props: PolicyDialogProps) {
  const { title, isOpen, document: given, deedOf, onDone, onClose } = props;
  const [name, setName] = useState("");
  const [document, setDocument] = useState(given);
  // What has no name is a role's trust.
  const help = usePolicyHelp({ kind: props.name === null ? "trust" : "identity" });
  useEffect(() => {
    if (!isOpen) return;
    setDocument(given);
    setName("");
  }, [isOpen, given]);
  const deeds = [deedOf(props.name ?? name, document)];
  return (
    <SaveDialog
      title={title}
      isOpen={isOpen}
      size="large"
      save={text("save")}
      showAs={<ShowDeeds deeds={deeds} />}
      onSave={() => sendDeeds(deeds).then(() => onDone(props.name ?? name))}
      onClose={onClose}
    >
      {props.name === undefined && (
        <Field label={text("policyName")}>
          <input
            value={name}
            onChange={(event) => setName(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      )}
      {props.name !== null && <TemplateField onChoose={setDocument} />}
      <CodeEditor
        label={text("document")}
        language="json"
        value={document}
        minimumLines={14}
        {...help}
        onChange={setDocument}
      />
    </SaveDialog>
  );
}

/** Replaces the document by a template for the first bucket of the account. */
function TemplateField({ onChoose }: { readonly onChoose: (document: string) => void }) {
  const { data: buckets = [] } = useQuery(bucketsQuery());
  const choose = (label: string) => {
    const template = templates.find((one) => one.label === label);
    if (template !== undefined) onChoose(template.render(buckets[0]?.name ?? "BUCKET"));
  };
  return (
    <Field label={text("template")}>
      <select defaultValue="" onChange={(event) => choose(event.target.value)}>
        <option value="">{text("templateNone")}</option>
        {templates.map(({ label }) => (
          <option key={label} value={label}>
            {text(label)}
          </option>
        ))}
      </select>
    </Field>
  );
}
