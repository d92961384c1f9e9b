// THE TABLE of STS: one row per action that is built.

import { GetCallerIdentity$ } from "@aws-sdk/client-sts";
import type { StsAction } from "./actions.ts";
import { getCallerIdentity } from "./get-caller-identity.ts";
import { type QueryRow, row } from "./row.ts";

export const stsOperations: { readonly [Action in StsAction]?: QueryRow } = {
  GetCallerIdentity: row(GetCallerIdentity$, getCallerIdentity),
};
