// Actions about things that do not exist here: passwords, devices, certificates, instance profiles.
// Infrastructure tools call them before they delete a user or a role, so they answer what AWS answers
// for somebody who has none. Whom they name must exist, and the caller must be allowed to ask.

import type { Identity } from "../catalog/identities.ts";
import type { IdentityCall } from "./call.ts";
import { noSuchEntity } from "./names.ts";
import { about, aboutAccount, aboutUserOrSelf, type Handler } from "./subjects.ts";

type UserInput = { readonly UserName?: string | undefined };

/** An empty list of a user's, by the member that holds it. */
export function emptyOfUser(member: string): Handler<UserInput> {
  return aboutUserOrSelf(async () => ({ [member]: [], IsTruncated: false }));
}

/** An empty list of a role's. */
export function emptyOfRole(member: string): Handler<{ readonly RoleName: string | undefined }> {
  return about("role", async () => ({ [member]: [], IsTruncated: false }));
}

/** An empty list of the account's. */
export function emptyOfAccount(member: string): Handler<object> {
  return aboutAccount(async () => ({ [member]: [], IsTruncated: false }));
}

/** GetLoginProfile, UpdateLoginProfile, DeleteLoginProfile. */
export const noLoginProfile = about(
  "user",
  async (
    _call: IdentityCall,
    _input: { readonly UserName: string | undefined },
    user: Identity,
  ): Promise<object> => {
    throw noSuchEntity(`Login Profile for User ${user.name} cannot be found.`);
  },
);

/** GetInstanceProfile, DeleteInstanceProfile and their kin. */
export const noInstanceProfile = aboutAccount(
  async (
    _call: IdentityCall,
    input: { readonly InstanceProfileName?: string | undefined },
  ): Promise<object> => {
    throw noSuchEntity(`Instance Profile ${input.InstanceProfileName} cannot be found.`);
  },
);
