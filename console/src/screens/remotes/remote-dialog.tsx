// The dialog that adds a remote: where it is, and the key to write there.

import { useState } from "react";
import { admin } from "../../clients/admin.ts";
import { Choice, Field } from "../../components/field.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { waiting as text } from "../../messages/en/waiting.ts";

interface RemoteProps {
  onAdded(): Promise<unknown>;
  onClose(): void;
}

const blank = {
  name: "",
  account: "self",
  endpoint: "",
  region: "us-east-1",
  bucket: "",
  accessKeyId: "",
  secretAccessKey: "",
};

const fields = [
  { name: "name", hint: text("nameHint") },
  { name: "endpoint" },
  { name: "region" },
  { name: "bucket" },
  { name: "accessKeyId" },
  { name: "secretAccessKey", hint: text("secretHint") },
  { name: "account", hint: text("accountHint") },
] as const satisfies readonly { readonly name: keyof typeof blank; readonly hint?: string }[];

type Kind = "s3" | "cairn";

const kinds: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: "s3", label: text("kindS3") },
  { value: "cairn", label: text("kindCairn") },
];

export function RemoteDialog({ onAdded, onClose }: RemoteProps) {
  const [form, setForm] = useState(blank);
  const [kind, setKind] = useState<Kind>("s3");
  const add = async () => {
    await admin("POST", "/remotes", { ...form, kind });
    await onAdded();
  };
  // The secret is read from the environment: a command line is seen by others.
  const words = [
    ...["remote", "create", form.name || "NAME", "--url", form.endpoint || "URL"],
    ...["--bucket", form.bucket || "BUCKET", "--remote-access-key", form.accessKeyId || "ID"],
    ...["--remote-region", form.region, "--kind", kind, "--for", form.account],
  ];
  return (
    <SaveDialog
      title={text("add")}
      isOpen
      save={text("add")}
      showAs={<ShowCommand words={words} />}
      onSave={add}
      onClose={onClose}
    >
      <Choice
        label={text("kind")}
        value={kind}
        options={kinds}
        onChange={(value) => setKind(value)}
      />
      {fields.map((field) => (
        <Field
          key={field.name}
          label={text(field.name)}
          {...("hint" in field && { hint: field.hint })}
        >
          <input
            value={form[field.name]}
            type={field.name === "secretAccessKey" ? "password" : "text"}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setForm({ ...form, [field.name]: event.target.value })}
          />
        </Field>
      ))}
    </SaveDialog>
  );
}
