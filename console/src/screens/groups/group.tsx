// One group: its members and policies.

import {
  AddUserToGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { useGo, useParameter } from "../../components/go.tsx";
import { Loading, Page } from "../../components/parts.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { toast } from "../../components/toasts.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { usersQuery } from "../../queries/identities.ts";
import { ChosenList } from "../iam/chosen-list.tsx";
import "../iam/iam.css";
import { stripPolicies } from "../iam/owners.ts";
import { collect } from "../iam/paging.ts";
import { Powers } from "../iam/powers.tsx";

const listMembers = (name: string) =>
  collect(
    (page) => sendIam(new GetGroupCommand({ ...page, GroupName: name })),
    ({ Users }) => Users,
  );

export default function GroupScreen() {
  const name = useParameter("name");
  const key = ["iam", "group", name];
  const { data, error } = useQuery({ queryKey: key, queryFn: () => listMembers(name) });
  const { data: users = [] } = useQuery(usersQuery());
  const [isDoomed, setDoomed] = useState(false);
  const queries = useQueryClient();
  const go = useGo();
  const run = async (call: Promise<unknown>) => {
    await call;
    await queries.invalidateQueries({ queryKey: key });
  };
  const add = (UserName: string) =>
    run(sendIam(new AddUserToGroupCommand({ UserName, GroupName: name })));
  const remove = (UserName: string) =>
    run(sendIam(new RemoveUserFromGroupCommand({ UserName, GroupName: name })));
  const button = (
    <Button icon={<Trash2 />} onClick={() => setDoomed(true)}>
      {text("delete")}
    </Button>
  );
  return (
    <Page title={<SafeText>{name}</SafeText>} actions={data && button}>
      {error && <ErrorPanel error={error} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <ChosenList
            title={text("members")}
            empty={text("noMembers")}
            label={text("user")}
            addLabel={text("addMember")}
            error={undefined}
            chosen={data.map(({ UserName = "" }) => UserName)}
            choices={users.map(({ UserName = "" }) => UserName)}
            hrefOf={(user) => `/users/${encodeURIComponent(user)}`}
            onAdd={add}
            onRemove={remove}
          />
          <Powers owner={{ kind: "group", name }} />
        </>
      )}
      <ConfirmDialog
        title={text("deleteTitle", { name: safeText(name) })}
        lead={text("deleteGroupLead")}
        isOpen={isDoomed}
        confirm={text("delete")}
        onConfirm={async () => {
          for (const { UserName } of data ?? []) {
            await sendIam(new RemoveUserFromGroupCommand({ UserName, GroupName: name }));
          }
          await stripPolicies({ kind: "group", name });
          await sendIam(new DeleteGroupCommand({ GroupName: name }));
          await queries.invalidateQueries({ queryKey: ["iam", "groups"] });
          toast(text("deletedToast", { name: safeText(name) }));
          go("/groups");
        }}
        onClose={() => setDoomed(false)}
      />
    </Page>
  );
}
