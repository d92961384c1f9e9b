// What a user, group or role may do: attached and inline policies, each to look at, edit and take away.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { Go } from "../../components/go.tsx";
import { Card, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
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
  const takeAway = (policy: AttachedPolicy) =>
    detach(owner, policy.arn)
      .then(refresh)
      .then(() => toast(text("saved"), { undo: () => attach(owner, policy.arn).then(refresh) }))
      .catch(toastError);
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
            <Button kind="quiet" onClick={() => takeAway(policy)}>
              {text("detach")}
            </Button>
          </li>
        ))}
      </ul>
      <AttachDialog
        isOpen={isOpen}
        known={data ?? []}
        onChoose={async (arn) => {
          await attach(owner, arn);
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
  onChoose(arn: string): Promise<void>;
  onClose(): void;
}

function AttachDialog({ isOpen, known, onChoose, onClose }: AttachDialogProps) {
  const { data = [] } = useQuery({ ...policiesQuery("All"), enabled: isOpen });
  const [arn, setArn] = useState("");
  const [error, setError] = useState<unknown>();
  const attachedArns = new Set(known.map((policy) => policy.arn));
  const choices = data.filter(({ Arn = "" }) => !attachedArns.has(Arn));
  const chosen = arn === "" ? (choices[0]?.Arn ?? "") : arn;
  const go = () =>
    onChoose(chosen)
      .then(() => {
        setArn("");
        setError(undefined);
        onClose();
      })
      .catch(setError);
  const actions = (
    <>
      <Button onClick={onClose}>{text("cancel")}</Button>
      <Button
        kind="primary"
        onClick={go}
        disabledReason={chosen === "" ? text("noPolicies") : undefined}
      >
        {text("attach")}
      </Button>
    </>
  );
  return (
    <Dialog
      title={text("attach")}
      lead={text("attachLead")}
      isOpen={isOpen}
      size="small"
      onClose={onClose}
      actions={actions}
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
      {error !== undefined && <ErrorPanel error={error} />}
    </Dialog>
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
  const takeAway = async (name: string) => {
    const document = await readInline(owner, name);
    await deleteInline(owner, name);
    await refresh();
    toast(text("saved"), { undo: () => writeInline(owner, name, document).then(refresh) });
  };
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
              <Button kind="quiet" onClick={() => takeAway(name).catch(toastError)}>
                {text("remove")}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      <PolicyDialog
        title={draft?.name ?? text("addInline")}
        isOpen={draft !== undefined}
        document={draft?.document ?? ""}
        {...(draft?.name !== undefined && { name: draft.name })}
        onSave={async (name, document) => {
          await writeInline(owner, name, document);
          await refresh();
          toast(text("saved"));
        }}
        onClose={() => setDraft(undefined)}
      />
    </Card>
  );
}
