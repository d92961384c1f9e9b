// What a user, group or role may do: attached and inline policies, each to look at, edit and take away.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { type Deed, sendDeeds } from "../../clients/deeds.ts";
import { Button } from "../../components/button.tsx";
import { DeedButton, ShowDeeds } from "../../components/deed-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { Go } from "../../components/go.tsx";
import { Card, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { policiesQuery } from "../../queries/identities.ts";
import {
  type AttachedPolicy,
  attach,
  deleteInline,
  detach,
  listAttached,
  listInline,
  type Owner,
  readInline,
  writeInline,
} from "./owners.ts";
import { PolicyDialog } from "./policy-dialog.tsx";
import { templates } from "./templates.ts";

/** Both lists, as two cards. */
export function Powers({ owner }: { readonly owner: Owner }) {
  return (
    <>
      <Attached owner={owner} />
      <Inline owner={owner} />
    </>
  );
}

function Attached({ owner }: { readonly owner: Owner }) {
  const key = ["iam", owner.kind, owner.name, "attached"];
  const { data, error } = useQuery({ queryKey: key, queryFn: () => listAttached(owner) });
  const [isOpen, setOpen] = useState(false);
  const queries = useQueryClient();
  // The policy's own page counts and names its owners too.
  const refresh = () => queries.invalidateQueries({ queryKey: ["iam"] });
  const button = (
    <Button icon={<Plus />} onClick={() => setOpen(true)}>
      {text("attach")}
    </Button>
  );
  return (
    <Card title={text("attached")} actions={button}>
      {error && <ErrorPanel error={error} />}
      {!data && !error && <Loading />}
      {data?.length === 0 && <p className="muted">{text("noAttached")}</p>}
      <ul className="iam-list">
        {data?.map((policy) => (
          <li key={policy.arn} className="row spread">
            <Go to={`/policies/${encodeURIComponent(policy.arn)}`}>
              <SafeText>{policy.name}</SafeText>
            </Go>
            <DeedButton
              kind="quiet"
              deeds={[detach(owner, policy.arn)]}
              undo={[attach(owner, policy.arn)]}
              said={text("detached", { name: policy.name })}
              onDone={refresh}
            >
              {text("detach")}
            </DeedButton>
          </li>
        ))}
      </ul>
      <AttachDialog
        isOpen={isOpen}
        known={data ?? []}
        deedOf={(arn) => attach(owner, arn)}
        onDone={async () => {
          await refresh();
          toast(text("saved"));
        }}
        onClose={() => setOpen(false)}
      />
    </Card>
  );
}

interface AttachDialogProps {
  readonly isOpen: boolean;
  readonly known: readonly AttachedPolicy[];
  deedOf(arn: string): Deed;
  onDone(): Promise<void>;
  onClose(): void;
}

function AttachDialog({ isOpen, known, deedOf, onDone, onClose }: AttachDialogProps) {
  const { data = [] } = useQuery({ ...policiesQuery("All"), enabled: isOpen });
  const [arn, setArn] = useState("");
  const attachedArns = new Set(known.map((policy) => policy.arn));
  const choices = data.filter(({ Arn = "" }) => !attachedArns.has(Arn));
  const chosen = arn === "" ? (choices[0]?.Arn ?? "") : arn;
  const deeds = [deedOf(chosen)];
  return (
    <SaveDialog
      title={text("attach")}
      lead={text("attachLead")}
      isOpen={isOpen}
      size="small"
      save={text("attach")}
      disabledReason={chosen === "" ? text("noPolicies") : undefined}
      showAs={<ShowDeeds deeds={deeds} />}
      onSave={() => sendDeeds(deeds).then(onDone)}
      onClose={() => {
        setArn("");
        onClose();
      }}
    >
      <Field label={text("policy")}>
        <select value={chosen} onChange={(event) => setArn(event.target.value)}>
          {choices.map(({ Arn = "", PolicyName }) => (
            <option key={Arn} value={Arn}>
              {PolicyName}
            </option>
          ))}
        </select>
      </Field>
    </SaveDialog>
  );
}

/** The inline policy being written: an old one by its name, or a new one. */
interface Draft {
  readonly name?: string;
  readonly document: string;
}

function Inline({ owner }: { readonly owner: Owner }) {
  const key = ["iam", owner.kind, owner.name, "inline"];
  const { data, error } = useQuery({ queryKey: key, queryFn: () => listInline(owner) });
  const [draft, setDraft] = useState<Draft>();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const edit = (name: string) =>
    readInline(owner, name)
      .then((document) => setDraft({ name, document }))
      .catch(toastError);
  const add = () => setDraft({ document: templates[0]?.render("BUCKET") ?? "" });
  return (
    <Card
      title={text("inline")}
      actions={
        <Button icon={<Plus />} onClick={add}>
          {text("addInline")}
        </Button>
      }
    >
      {error && <ErrorPanel error={error} />}
      {data?.length === 0 && <p className="muted">{text("noInline")}</p>}
      <ul className="iam-list">
        {data?.map((name) => (
          <li key={name} className="row spread">
            <SafeText>{name}</SafeText>
            <span className="row">
              <Button kind="quiet" onClick={() => edit(name)}>
                {text("edit")}
              </Button>
              <DeedButton
                kind="quiet"
                deeds={[deleteInline(owner, name)]}
                undo={async () => [writeInline(owner, name, await readInline(owner, name))]}
                said={text("removed", { name })}
                onDone={refresh}
              >
                {text("remove")}
              </DeedButton>
            </span>
          </li>
        ))}
      </ul>
      <PolicyDialog
        title={draft?.name ?? text("addInline")}
        isOpen={draft !== undefined}
        document={draft?.document ?? ""}
        {...(draft?.name !== undefined && { name: draft.name })}
        deedOf={(name, document) => writeInline(owner, name, document)}
        onDone={async () => {
          await refresh();
          toast(text("saved"));
        }}
        onClose={() => setDraft(undefined)}
      />
    </Card>
  );
}
