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
import type { Deed } from "../../clients/deeds.ts";
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
  return (
    <IdentityPage
      list="users"
      name={name}
      error={error}
      arn={user?.Arn}
      isPrincipal
      facts={[[text("created"), formatDateTime(user?.CreateDate)]]}
      deletion={{ lead: text("deleteUserLead"), isTyped: true, plan: () => planDeletion(name) }}
    >
      {user && (
        <>
          <Keys user={name} />
          <Powers owner={{ kind: "user", name }} />
          <Memberships user={name} />
          <Boundary
            arn={user.PermissionsBoundary?.PermissionsBoundaryArn}
            change={(PermissionsBoundary) =>
              PermissionsBoundary === undefined
                ? new DeleteUserPermissionsBoundaryCommand({ UserName: name })
                : new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary })
            }
            onDone={refresh}
          />
          <UserTags user={name} />
        </>
      )}
    </IdentityPage>
  );
}

/** IAM deletes only users that have nothing left. */
async function planDeletion(UserName: string): Promise<readonly Deed[]> {
  const { AccessKeyMetadata = [] } = await sendIam(new ListAccessKeysCommand({ UserName }));
  const { Groups = [] } = await sendIam(new ListGroupsForUserCommand({ UserName }));
  return [
    ...AccessKeyMetadata.map(
      ({ AccessKeyId }) => new DeleteAccessKeyCommand({ UserName, AccessKeyId }),
    ),
    ...(await stripPolicies({ kind: "user", name: UserName })),
    ...Groups.map(({ GroupName }) => new RemoveUserFromGroupCommand({ UserName, GroupName })),
    new DeleteUserCommand({ UserName }),
  ];
}

function Memberships({ user }: { readonly user: string }) {
  const key = ["iam", "user", user, "groups"];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new ListGroupsForUserCommand({ UserName: user })),
  });
  const { data: groups = [] } = useQuery(groupsQuery());
  const queries = useQueryClient();
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
      add={(GroupName) => new AddUserToGroupCommand({ UserName: user, GroupName })}
      remove={(GroupName) => new RemoveUserFromGroupCommand({ UserName: user, GroupName })}
      onDone={() => queries.invalidateQueries({ queryKey: key })}
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
  return (
    <Tags
      tags={(data?.Tags ?? []).map(({ Key, Value }) => ({ Key, Value }))}
      add={(tag) => new TagUserCommand({ UserName: user, Tags: [tag] })}
      remove={(tag) => new UntagUserCommand({ UserName: user, TagKeys: [tag] })}
      onDone={() => queries.invalidateQueries({ queryKey: key })}
    />
  );
}
