// Text on its way into a response header. HTTP carries visible ASCII; the runtime throws on CR, LF,
// NUL and on characters above U+00FF. Nothing a client stored may turn into that exception.

/** Tab and visible characters of Latin-1. */
const carriable = /^[\t -~\u00a0-\u00ff]*$/;
const ascii = /^[\t -~]*$/;

/** User metadata: anything beyond ASCII goes out as RFC 2047 `=?UTF-8?B?...?=`, as on S3. */
export function metadataHeaderText(text: string): string {
  return ascii.test(text) ? text : encodeWord(text);
}

/** Any other header: Latin-1 goes out as it is, the rest as RFC 2047. Never throws later. */
export function headerText(text: string): string {
  return carriable.test(text) ? text : encodeWord(text);
}

/** Whether a client's text can be sent back in a header without changing it. */
export function isHeaderText(text: string): boolean {
  return carriable.test(text);
}

function encodeWord(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `=?UTF-8?B?${btoa(binary)}?=`;
}
