// Text on its way into a response header. The runtime reads and writes header bytes as UTF-8, so
// that what came in a header goes out byte for byte; it throws on CR, LF and NUL. Nothing a client
// stored may turn into that exception.

const withoutControls = /^[\t -~\u0080-\uffff]*$/;
const latin = /^[\t -~\u00a0-\u00ff]*$/;
const ascii = /^[\t -~]*$/;

/** User metadata: anything beyond ASCII goes out as RFC 2047 `=?UTF-8?B?...?=`, as on S3. */
export function metadataHeaderText(text: string): string {
  return ascii.test(text) ? text : encodeWord(text);
}

/**
 * Any other header goes out as it came in; control characters make it RFC 2047. Never throws later.
 */
export function headerText(text: string): string {
  return withoutControls.test(text) ? text : encodeWord(text);
}

/** Whether a query's text may become a header: S3 takes Latin-1 without control characters. */
export function isHeaderText(text: string): boolean {
  return latin.test(text);
}

function encodeWord(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `=?UTF-8?B?${btoa(binary)}?=`;
}
