// Text on its way into XML: escaping as S3 does it, and the listing encoding.

/**
 * Everything but the characters that need no care; a negated class, so that it names only safe
 * ones.
 */
export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
/** The attribute that puts an answer's root into S3's namespace. Errors have none. */
export const xmlNamespace = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const unsafe = /[^\t\n !#-%'-;=?-\ufffd]/;

const entities: Readonly<Record<number, string>> = {
  13: "&#13;",
  34: "&quot;",
  38: "&amp;",
  60: "&lt;",
  62: "&gt;",
};

/**
 * Text for an element or attribute. Characters that XML 1.0 does not allow become numeric
 * references (`&#x1;`), as S3 sends them: only clients that ask for `encoding-type=url` can read
 * such keys with a strict parser. Most text needs nothing and is given back; entity tags always
 * need their quotes escaped, so the rest is a plain loop, several times faster than `replace`.
 */
export function escapeXml(text: string): string {
  const first = text.search(unsafe);
  if (first === -1) return text;
  let escaped = "";
  let from = 0;
  for (let index = first; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const entity = entities[code] ?? (isAllowed(code) ? undefined : numericReference(code));
    if (entity === undefined) continue;
    escaped += text.slice(from, index) + entity;
    from = index + 1;
  }
  return escaped + text.slice(from);
}

/**
 * Text without the characters that XML 1.0 has no way to say: each becomes U+FFFD. For what is shown
 * to people and must parse, such as the echo of a wrong argument in an error.
 */
export function legalXmlText(text: string): string {
  return text.toWellFormed().replaceAll(/[^\t\n\r -\ufffd]/g, "\ufffd");
}

/** What XML 1.0 lets a document contain, by UTF-16 unit. */
function isAllowed(code: number): boolean {
  return code >= 32 ? code < 0xfffe : code === 9 || code === 10;
}

function numericReference(code: number): string {
  return `&#x${code.toString(16).toUpperCase()};`;
}

/**
 * `encoding-type=url` as S3 applies it to keys and prefixes: letters, digits, `-_.*` and `/` stay,
 * a space is `+`, every other byte of the UTF-8 is `%XX` in capitals (Java's URLEncoder with `/`
 * kept; measured on S3 by others, 2026-09). botocore undoes it with `unquote_plus`-like decoding.
 */
export function encodeListingText(text: string): string {
  if (/^[A-Za-z0-9\-_.*/]*$/.test(text)) return text;
  return encodeURIComponent(text.toWellFormed())
    .replaceAll("%20", "+")
    .replaceAll("%2F", "/")
    .replaceAll(
      /[!'()~]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}
