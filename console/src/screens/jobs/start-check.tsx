// The dialog that starts a check of one bucket or of all.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { admin } from "../../clients/admin.ts";
import { Check, Choice, Field } from "../../components/field.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { toast } from "../../components/toasts.tsx";
import { jobs as text } from "../../messages/en/jobs.ts";
import { bucketsQuery } from "../../queries/buckets.ts";

interface StartCheckProps {
  readonly isOpen: boolean;
  onClose(): void;
}

type Kind = "scrub" | "fsck";

const kinds: readonly { readonly value: Kind; readonly label: string; readonly hint: string }[] = [
  { value: "scrub", label: text("scrub"), hint: text("scrubHint") },
  { value: "fsck", label: text("fsck"), hint: text("fsckHint") },
];

export function StartCheck({ isOpen, onClose }: StartCheckProps) {
  const { data: buckets = [] } = useQuery(bucketsQuery());
  const [kind, setKind] = useState<Kind>("scrub");
  const [bucket, setBucket] = useState("");
  const [isReading, setReading] = useState(false);
  const queries = useQueryClient();
  const start = async () => {
    const name = bucket === "" ? null : bucket;
    await admin("POST", "/jobs", { kind, bucket: name, repair: false, read: isReading });
    await queries.invalidateQueries({ queryKey: ["jobs"] });
    toast(text("startedToast"));
  };
  const words = [
    ...(kind === "scrub" ? ["scrub", "start"] : ["fsck"]),
    ...(bucket === "" ? [] : [bucket]),
    ...(isReading ? ["--read"] : []),
  ];
  return (
    <SaveDialog
      title={text("startTitle")}
      lead={text("startLead")}
      isOpen={isOpen}
      save={text("go")}
      showAs={<ShowCommand words={words} />}
      onSave={start}
      onClose={onClose}
    >
      <Choice
        label={text("what")}
        value={kind}
        options={kinds}
        onChange={(value) => setKind(value)}
      />
      <Field label={text("bucket")}>
        <select value={bucket} onChange={(event) => setBucket(event.target.value)}>
          <option value="">{text("allBuckets")}</option>
          {buckets.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Check
        label={text("read")}
        hint={text("readHint")}
        isChecked={isReading}
        onChange={setReading}
      />
    </SaveDialog>
  );
}
