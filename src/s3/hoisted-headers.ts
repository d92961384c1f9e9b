// Signers of URLs move `x-amz-*` headers into the query ("hoisting"), so that whoever has the URL
// need not send them. S3 reads them from there, but not all: a checksum in a URL describes the empty
// body its signer had, and encryption must stand in headers.
// https://github.com/aws/aws-sdk/issues/480 and https://github.com/aws/aws-sdk-js-v3/issues/1576

import type { Query } from "./target.ts";

/** What S3 reads from a presigned URL. Nothing here decides which operation a request is. */
const hoistable =
  /^x-amz-(?:meta-[!#$%&'*+.^_`|~0-9a-z-]+|acl|grant-[a-z-]+|storage-class|tagging|website-redirect-location|request-payer|expected-bucket-owner|object-lock-(?:mode|retain-until-date|legal-hold)|bypass-governance-retention)$/;

/**
 * The headers of a request that was signed in its URL: those sent, and those the query stands in
 * for. A header that was sent wins. Names are told from each other in lower case.
 */
export function withHoistedHeaders(headers: Headers, query: Query): Headers {
  const hoisted = query.pairs
    .map(({ name, value }) => ({ name: name.toLowerCase(), value }))
    .filter(({ name, value }) => hoistable.test(name) && !headers.has(name) && isSendable(value));
  if (hoisted.length === 0) return headers;
  const merged = new Headers(headers);
  for (const { name, value } of hoisted) merged.set(name, value);
  return merged;
}

/** What HTTP could not have carried in a header does not become one here. */
function isSendable(value: string): boolean {
  return !/[\0\r\n]/.test(value);
}
