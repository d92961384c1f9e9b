// THE TABLE of STS: one row per action that is built: the schema that the AWS SDK publishes, and
// what it does. Actions without a row answer NotImplemented by name.

import {
  AssumeRole$,
  AssumeRoleWithWebIdentity$,
  DecodeAuthorizationMessage$,
  GetAccessKeyInfo$,
  GetCallerIdentity$,
  GetFederationToken$,
  GetSessionToken$,
} from "@aws-sdk/client-sts";
import type { StsAction } from "./actions.ts";
import { assumeRole } from "./assume-role.ts";
import { assumeRoleWithWebIdentity } from "./assume-role-with-web-identity.ts";
import { decodeAuthorizationMessage } from "./decode-authorization-message.ts";
import { getCallerIdentity } from "./get-caller-identity.ts";
import { getAccessKeyInfo, getFederationToken, getSessionToken } from "./own-sessions.ts";
import { type QueryRow, row } from "./row.ts";

export const stsOperations: { readonly [Action in StsAction]?: QueryRow } = {
  AssumeRole: row(AssumeRole$, assumeRole),
  AssumeRoleWithWebIdentity: row(AssumeRoleWithWebIdentity$, assumeRoleWithWebIdentity),
  DecodeAuthorizationMessage: row(DecodeAuthorizationMessage$, decodeAuthorizationMessage),
  GetAccessKeyInfo: row(GetAccessKeyInfo$, getAccessKeyInfo),
  GetCallerIdentity: row(GetCallerIdentity$, getCallerIdentity),
  GetFederationToken: row(GetFederationToken$, getFederationToken),
  GetSessionToken: row(GetSessionToken$, getSessionToken),
};
