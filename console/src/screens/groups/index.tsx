// The groups of the account.

import { CreateGroupCommand, type Group } from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Users } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Go, useGo } from "../../components/go.tsx";
import { Empty, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { groupsQuery } from "../../queries/identities.ts";
import { NameDialog } from "../iam/name-dialog.tsx";

const columns: readonly Column<Group>[] = [
  {
    id: "name",
    head: text("name"),
    value: ({ GroupName = "" }) => GroupName,
    cell: ({ GroupName = "" }) => (
      <Go to={`/groups/${encodeURIComponent(GroupName)}`}>
        <SafeText>{GroupName}</SafeText>
      </Go>
    ),
  },
  times("created", text("created"), ({ CreateDate }) => CreateDate),
];

export default function GroupsScreen() {
  const { data, error, refetch } = useQuery(groupsQuery());
  const [isOpen, setOpen] = useState(false);
  const queries = useQueryClient();
  const go = useGo();
  const button = (
    <Button kind="primary" icon={<Plus />} onClick={() => setOpen(true)}>
      {text("createGroup")}
    </Button>
  );
  return (
    <Page title={text("groups")} lead={text("groupsLead")} actions={data && button}>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.length === 0 && (
        <Empty icon={<Users />} title={text("noGroups")}>
          {text("noGroupsLead")}
        </Empty>
      )}
      {data && data.length > 0 && (
        <DataTable
          label={text("groups")}
          rows={data}
          columns={columns}
          rowKey={({ GroupName = "" }) => GroupName}
          sortedBy={{ id: "name", desc: false }}
        />
      )}
      <NameDialog
        title={text("createGroup")}
        isOpen={isOpen}
        deedOf={(GroupName) => new CreateGroupCommand({ GroupName })}
        onDone={async (name) => {
          await queries.invalidateQueries({ queryKey: ["iam", "groups"] });
          go(`/groups/${encodeURIComponent(name)}`);
        }}
        onClose={() => setOpen(false)}
      />
    </Page>
  );
}
