// One user: keys, policies, boundary, groups, tags.

import {
  AddUserToGroupCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListGroupsForUserCommand,
  ListUserTagsCommand,
  PutUserPermissionsBoundaryCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
  UntagUserCommand,
} from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { sendIam } from "../../clients/identity.ts";
import { formatDateTime } from "../../components/format.ts";
import { useParameter } from "../../components/go.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { groupsQuery } from "../../queries/identities.ts";
import { Boundary } from "../iam/boundary.tsx";
import { ChosenList } from "../iam/chosen-list.tsx";
import { IdentityPage } from "../iam/identity-page.tsx";
import { stripPolicies } from "../iam/owners.ts";
import { Powers } from "../iam/powers.tsx";
import { Tags } from "../iam/tags.tsx";
import { Keys } from "./keys.tsx";

export default function UserScreen() {
  const name = useParameter("name");
  const key = ["iam", "user", name];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new GetUserCommand({ UserName: name })),
  });
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const user = data?.User;
  const setBoundary = async (PermissionsBoundary: string | undefined) => {
    await (PermissionsBoundary === undefined
      ? sendIam(new DeleteUserPermissionsBoundaryCommand({ UserName: name }))
      : sendIam(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary })));
    await refresh();
  };
  return (
    <IdentityPage
      list="users"
      name={name}
      error={error}
      arn={user?.Arn}
      isPrincipal
      facts={[[text("created"), formatDateTime(user?.CreateDate)]]}
      deletion={{ lead: text("deleteUserLead"), isTyped: true, run: () => deleteUser(name) }}
    >
      {user && (
        <>
          <Keys user={name} />
          <Powers owner={{ kind: "user", name }} />
          <Memberships user={name} />
          <Boundary arn={user.PermissionsBoundary?.PermissionsBoundaryArn} onChange={setBoundary} />
          <UserTags user={name} />
        </>
      )}
    </IdentityPage>
  );
}

/** IAM deletes only users that have nothing left. */
async function deleteUser(name: string): Promise<void> {
  const { AccessKeyMetadata = [] } = await sendIam(new ListAccessKeysCommand({ UserName: name }));
  for (const { AccessKeyId } of AccessKeyMetadata) {
    await sendIam(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId }));
  }
  await stripPolicies({ kind: "user", name });
  const { Groups = [] } = await sendIam(new ListGroupsForUserCommand({ UserName: name }));
  for (const { GroupName } of Groups) {
    await sendIam(new RemoveUserFromGroupCommand({ UserName: name, GroupName }));
  }
  await sendIam(new DeleteUserCommand({ UserName: name }));
}

function Memberships({ user }: { readonly user: string }) {
  const key = ["iam", "user", user, "groups"];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new ListGroupsForUserCommand({ UserName: user })),
  });
  const { data: groups = [] } = useQuery(groupsQuery());
  const queries = useQueryClient();
  const run = async (call: Promise<unknown>) => {
    await call;
    await queries.invalidateQueries({ queryKey: key });
  };
  const add = (GroupName: string) =>
    run(sendIam(new AddUserToGroupCommand({ UserName: user, GroupName })));
  const remove = (GroupName: string) =>
    run(sendIam(new RemoveUserFromGroupCommand({ UserName: user, GroupName })));
  return (
    <ChosenList
      title={text("membership")}
      empty={text("noMembership")}
      label={text("group")}
      addLabel={text("addToGroup")}
      error={error}
      chosen={data?.Groups?.map(({ GroupName = "" }) => GroupName)}
      choices={groups.map(({ GroupName = "" }) => GroupName)}
      hrefOf={(name) => `/groups/${encodeURIComponent(name)}`}
      onAdd={add}
      onRemove={remove}
    />
  );
}

function UserTags({ user }: { readonly user: string }) {
  const key = ["iam", "user", user, "tags"];
  const { data } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new ListUserTagsCommand({ UserName: user })),
  });
  const queries = useQueryClient();
  const run = async (call: Promise<unknown>) => {
    await call;
    await queries.invalidateQueries({ queryKey: key });
  };
  return (
    <Tags
      tags={(data?.Tags ?? []).map(({ Key, Value }) => ({ Key, Value }))}
      onAdd={(tag) => run(sendIam(new TagUserCommand({ UserName: user, Tags: [tag] })))}
      onRemove={(tag) => run(sendIam(new UntagUserCommand({ UserName: user, TagKeys: [tag] })))}
    />
  );
}
