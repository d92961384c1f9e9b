// One group: its members and policies.

import {
  AddUserToGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  RemoveUserFromGroupCommand,
} from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { sendIam } from "../../clients/identity.ts";
import { useParameter } from "../../components/go.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { usersQuery } from "../../queries/identities.ts";
import { ChosenList } from "../iam/chosen-list.tsx";
import { IdentityPage } from "../iam/identity-page.tsx";
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
  const queries = useQueryClient();
  const remove = (UserName: string | undefined) =>
    new RemoveUserFromGroupCommand({ UserName, GroupName: name });
  return (
    <IdentityPage
      list="groups"
      name={name}
      error={error}
      deletion={{
        lead: text("deleteGroupLead"),
        plan: async () => [
          ...(await listMembers(name)).map(({ UserName }) => remove(UserName)),
          ...(await stripPolicies({ kind: "group", name })),
          new DeleteGroupCommand({ GroupName: name }),
        ],
      }}
    >
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
            add={(UserName) => new AddUserToGroupCommand({ UserName, GroupName: name })}
            remove={remove}
            onDone={() => queries.invalidateQueries({ queryKey: key })}
          />
          <Powers owner={{ kind: "group", name }} />
        </>
      )}
    </IdentityPage>
  );
}
