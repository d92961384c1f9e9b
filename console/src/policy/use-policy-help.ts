// `check` and `complete` of the editor for a policy, with the account's buckets and principals.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { CodeEditorProps } from "../components/code-editor.tsx";
import { bucketsQuery } from "../queries/buckets.ts";
import { rolesQuery, usersQuery } from "../queries/identities.ts";
import { longTermKey } from "../session/store.ts";
import { useSession } from "../session/use-session.ts";
import { checkPolicy, type PolicySubject } from "./check.ts";
import { completePolicy } from "./complete.ts";

type Help = Required<Pick<CodeEditorProps, "check" | "complete">>;

/** Whoever may not list users and roles is offered none. */
export function usePolicyHelp({ kind, bucket }: PolicySubject): Help {
  const buckets = useQuery(bucketsQuery()).data;
  const { key, identity } = useSession();
  // A session would have to ask for the key first: nobody is asked for mere suggestions.
  const enabled = key.sessionToken === undefined || longTermKey() !== undefined;
  const users = useQuery({ ...usersQuery(), enabled, retry: false }).data;
  const roles = useQuery({ ...rolesQuery(), enabled, retry: false }).data;
  const { accountId } = identity;
  return useMemo(() => {
    const subject = { kind, ...(bucket !== undefined && { bucket }) };
    const known = {
      buckets: buckets?.map(({ name }) => name) ?? [],
      principals: [
        `arn:aws:iam::${accountId}:root`,
        ...[...(users ?? []), ...(roles ?? [])].map(({ Arn = "" }) => Arn),
      ],
    };
    return {
      check: (source) => checkPolicy(source, subject),
      complete: (textBefore) => completePolicy(textBefore, subject, known),
    };
  }, [kind, bucket, buckets, users, roles, accountId]);
}
