// Accounts as ACLs name them: by canonical id or by e-mail address, many at once. Straight from D1:
// ACLs are written and shown far more rarely than they are judged, and judging takes ids alone.

import { type CatalogCall, queryAll } from "./database.ts";

/** A living account that an ACL can name. */
export interface GranteeAccount {
  readonly canonicalId: string;
  readonly email: string;
  readonly name: string;
}

interface GranteeRow {
  readonly canonical_id: string;
  readonly email: string;
  readonly name: string;
}

const selectGrantees = `SELECT canonical_id, email, name FROM accounts
  WHERE state = 'active' AND canonical_id IN (SELECT value FROM json_each(?1))
  UNION SELECT canonical_id, email, name FROM accounts
  WHERE state = 'active' AND email <> '' AND email IN (SELECT value FROM json_each(?2))`;

/** Which of them exist. E-mail addresses are compared without regard to case. */
export async function findGrantees(
  call: CatalogCall,
  named: { readonly ids: readonly string[]; readonly emails?: readonly string[] },
): Promise<readonly GranteeAccount[]> {
  const { ids, emails = [] } = named;
  if (ids.length === 0 && emails.length === 0) return [];
  const rows = await queryAll<GranteeRow>(call, [
    selectGrantees,
    JSON.stringify(ids),
    JSON.stringify(emails.map((email) => email.toLowerCase())),
  ]);
  return rows.map(({ canonical_id: canonicalId, email, name }) => ({ canonicalId, email, name }));
}
