// The users of the account.

import { CreateUserCommand, type User } from "@aws-sdk/client-iam";
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
import { usersQuery } from "../../queries/identities.ts";
import { NameDialog } from "../iam/name-dialog.tsx";
import { sharePath } from "../shares/share-users.ts";

const columns: readonly Column<User>[] = [
  {
    id: "name",
    head: text("name"),
    value: ({ UserName = "" }) => UserName,
    cell: ({ UserName = "" }) => (
      <Go to={`/users/${encodeURIComponent(UserName)}`}>
        <SafeText>{UserName}</SafeText>
      </Go>
    ),
  },
  {
    id: "path",
    head: text("path"),
    value: ({ Path = "" }) => Path,
    cell: ({ Path = "" }) => <SafeText>{Path}</SafeText>,
    isMinor: true,
  },
  times("created", text("created"), ({ CreateDate }) => CreateDate),
];

/** Those of shared links have a list of their own. */
const withoutShares = (users: readonly User[]): readonly User[] =>
  users.filter(({ Path }) => Path !== sharePath);

export default function UsersScreen() {
  const { data, error, refetch } = useQuery({ ...usersQuery(), select: withoutShares });
  const [isOpen, setOpen] = useState(false);
  const queries = useQueryClient();
  const go = useGo();
  const button = (
    <Button kind="primary" icon={<Plus />} onClick={() => setOpen(true)}>
      {text("createUser")}
    </Button>
  );
  return (
    <Page title={text("users")} lead={text("usersLead")} actions={data && button}>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.length === 0 && (
        <Empty icon={<Users />} title={text("noUsers")}>
          {text("noUsersLead")}
        </Empty>
      )}
      {data && data.length > 0 && (
        <DataTable
          label={text("users")}
          rows={data}
          columns={columns}
          rowKey={({ UserName = "" }) => UserName}
          sortedBy={{ id: "name", desc: false }}
        />
      )}
      <NameDialog
        title={text("createUser")}
        isOpen={isOpen}
        deedOf={(UserName) => new CreateUserCommand({ UserName })}
        onDone={async (name) => {
          await queries.invalidateQueries({ queryKey: ["iam", "users"] });
          go(`/users/${encodeURIComponent(name)}`);
        }}
        onClose={() => setOpen(false)}
      />
    </Page>
  );
}
