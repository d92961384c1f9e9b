// The keys of SSE-KMS: made, named, rotated, switched off, and destroyed after a time to think.

import { CreateAliasCommand, CreateKeyCommand } from "@aws-sdk/client-kms";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { sendDeeds } from "../../clients/deeds.ts";
import { sendKms } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { ShowDeeds } from "../../components/deed-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { Empty, Loading, Page } from "../../components/parts.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { kms as text } from "../../messages/en/kms.ts";
import { KeyCard } from "./key-card.tsx";
import { keysQuery } from "./keys.ts";
import "./kms.css";

export default function KmsScreen() {
  const { data, error, refetch } = useQuery(keysQuery());
  const [isOpen, setOpen] = useState(false);
  const button = (
    <Button kind="primary" icon={<Plus />} onClick={() => setOpen(true)}>
      {text("create")}
    </Button>
  );
  return (
    <Page title={text("title")} lead={text("lead")} actions={data && button}>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.length === 0 && (
        <Empty icon={<KeyRound />} title={text("noKeys")}>
          {text("noKeysLead")}
        </Empty>
      )}
      {data?.map((key) => (
        <KeyCard key={key.id} item={key} />
      ))}
      <CreateDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </Page>
  );
}

function CreateDialog({ isOpen, onClose }: { readonly isOpen: boolean; onClose(): void }) {
  const [description, setDescription] = useState("");
  const [alias, setAlias] = useState("");
  const queries = useQueryClient();
  const creation = new CreateKeyCommand(description === "" ? {} : { Description: description });
  const naming = (TargetKeyId: string | undefined) =>
    alias === "" ? [] : [new CreateAliasCommand({ AliasName: alias, TargetKeyId })];
  const create = async () => {
    try {
      const { KeyMetadata } = await sendKms(creation);
      await sendDeeds(naming(KeyMetadata?.KeyId));
    } finally {
      // A key whose alias was refused is there all the same.
      await queries.invalidateQueries({ queryKey: ["kms"] });
    }
  };
  return (
    <SaveDialog
      title={text("create")}
      isOpen={isOpen}
      save={text("create")}
      showAs={<ShowDeeds deeds={[creation, ...naming("KEY_ID")]} />}
      onSave={create}
      onClose={() => {
        setDescription("");
        setAlias("");
        onClose();
      }}
    >
      <Field label={text("description")} isOptional>
        <input value={description} onChange={(event) => setDescription(event.target.value)} />
      </Field>
      <Field label={text("alias")} hint={text("aliasOptional")} isOptional>
        <input
          value={alias}
          onChange={(event) => setAlias(event.target.value)}
          placeholder="alias/photos"
          spellCheck={false}
        />
      </Field>
    </SaveDialog>
  );
}
