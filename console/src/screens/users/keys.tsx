// The access keys of a user: made, rotated, switched off and on, deleted; the secret is shown once.

import {
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { sendDeeds } from "../../clients/deeds.ts";
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { DeedButton, ShowDeeds } from "../../components/deed-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Badge, Card } from "../../components/parts.tsx";
import { toastError } from "../../components/toasts.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { LastUsed } from "./last-used.tsx";
import { type NewKey, NewKeyDialog } from "./new-key.tsx";
import { RotateDialog } from "./rotate.tsx";
import "./users.css";

const maximumKeys = 2;

export function Keys({ user }: { readonly user: string }) {
  const key = ["iam", "user", user, "keys"];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new ListAccessKeysCommand({ UserName: user })),
  });
  const [made, setMade] = useState<NewKey>();
  const [doomed, setDoomed] = useState<string>();
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const keys = data?.AccessKeyMetadata ?? [];
  const creation = new CreateAccessKeyCommand({ UserName: user });
  const [rotated, setRotated] = useState<string>();
  const create = async (): Promise<NewKey> => {
    const { AccessKey } = await sendIam(creation);
    await refresh();
    return { id: AccessKey?.AccessKeyId ?? "", secret: AccessKey?.SecretAccessKey ?? "" };
  };
  const deletion = [new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: doomed })];
  const actions = (
    <div className="row">
      <ShowDeeds deeds={[creation]} />
      <Button
        icon={<Plus />}
        onClick={() => create().then(setMade).catch(toastError)}
        disabledReason={keys.length >= maximumKeys ? text("twoKeys") : undefined}
      >
        {text("createKey")}
      </Button>
    </div>
  );
  return (
    <Card title={text("keys")} actions={actions}>
      {error && <ErrorPanel error={error} />}
      {data && keys.length === 0 && <p className="muted">{text("noKeys")}</p>}
      {keys.length > 0 && (
        <DataTable
          label={text("keys")}
          rows={keys}
          columns={columnsOf({ user, refresh, onRotate: setRotated, onDelete: setDoomed })}
          rowKey={({ AccessKeyId = "" }) => AccessKeyId}
        />
      )}
      <NewKeyDialog made={made} onClose={() => setMade(undefined)} />
      {rotated && (
        <RotateDialog
          {...{ user, keys, create, refresh }}
          old={rotated}
          onClose={() => setRotated(undefined)}
        />
      )}
      <ConfirmDialog
        title={text("deleteKeyTitle")}
        lead={text("deleteKeyLead", { key: doomed ?? "" })}
        isOpen={doomed !== undefined}
        confirm={text("delete")}
        showAs={<ShowDeeds deeds={deletion} />}
        onConfirm={() => sendDeeds(deletion).then(refresh)}
        onClose={() => setDoomed(undefined)}
      />
    </Card>
  );
}

const turn = (UserName: string, AccessKeyId: string, Status: AccessKeyMetadata["Status"]) =>
  new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status });

interface KeyActions {
  readonly user: string;
  refresh(): Promise<unknown>;
  onRotate(id: string): void;
  onDelete(id: string): void;
}

function columnsOf(actions: KeyActions): readonly Column<AccessKeyMetadata>[] {
  const { user, refresh, onRotate, onDelete } = actions;
  return [
    {
      id: "id",
      head: text("keyId"),
      cell: ({ AccessKeyId = "" }) => <Copyable value={AccessKeyId} />,
    },
    {
      id: "status",
      head: text("status"),
      cell: ({ Status }) =>
        Status === "Active" ? (
          <Badge tone="good">{text("active")}</Badge>
        ) : (
          <Badge>{text("inactive")}</Badge>
        ),
    },
    {
      id: "used",
      head: text("lastUsed"),
      cell: ({ AccessKeyId = "" }) => <LastUsed accessKeyId={AccessKeyId} />,
    },
    {
      id: "created",
      head: text("created"),
      cell: ({ CreateDate }) => formatDateTime(CreateDate),
      isWhole: true,
      isMinor: true,
    },
    {
      id: "change",
      head: "",
      align: "end",
      cell: ({ AccessKeyId = "", Status }) => (
        <span className="row">
          <Button kind="quiet" onClick={() => onRotate(AccessKeyId)}>
            {text("rotate")}
          </Button>
          <DeedButton
            kind="quiet"
            deeds={[turn(user, AccessKeyId, Status === "Active" ? "Inactive" : "Active")]}
            undo={[turn(user, AccessKeyId, Status)]}
            said={text("saved")}
            onDone={refresh}
          >
            {Status === "Active" ? text("switchOff") : text("switchOn")}
          </DeedButton>
          <Button kind="quiet" onClick={() => onDelete(AccessKeyId)}>
            {text("delete")}
          </Button>
        </span>
      ),
    },
  ];
}
