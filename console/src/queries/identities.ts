// The account's users, groups, roles and policies, shared by their lists and by whatever lets choose
// among them.

import {
  ListGroupsCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
} from "@aws-sdk/client-iam";
import { queryOptions } from "@tanstack/react-query";
import { sendIam } from "../clients/identity.ts";
import { collect } from "../screens/iam/paging.ts";

export const usersQuery = () =>
  queryOptions({
    queryKey: ["iam", "users"],
    queryFn: () =>
      collect(
        (page) => sendIam(new ListUsersCommand(page)),
        ({ Users }) => Users,
      ),
  });

export const groupsQuery = () =>
  queryOptions({
    queryKey: ["iam", "groups"],
    queryFn: () =>
      collect(
        (page) => sendIam(new ListGroupsCommand(page)),
        ({ Groups }) => Groups,
      ),
  });

export const rolesQuery = () =>
  queryOptions({
    queryKey: ["iam", "roles"],
    queryFn: () =>
      collect(
        (page) => sendIam(new ListRolesCommand(page)),
        ({ Roles }) => Roles,
      ),
  });

/** `AWS` are those of AWS's names, `Local` the account's own. */
export const policiesQuery = (scope: "AWS" | "All" | "Local") =>
  queryOptions({
    queryKey: ["iam", "policies", scope],
    queryFn: () =>
      collect(
        (page) => sendIam(new ListPoliciesCommand({ ...page, Scope: scope })),
        ({ Policies }) => Policies,
      ),
  });
