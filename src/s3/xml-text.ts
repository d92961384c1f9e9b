// Text on its way into XML: escaping as S3 does it, and the listing encoding.

/** Everything but the characters that need no care; a negated class, so that it names only safe ones. */
const unsafe = /[^\t\n !#-%'-;=?-\ufffd]/g;
const anyUnsafe = /[^\t\n !#-%'-;=?-\ufffd]/;

const named: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/**
 * Text for an element or attribute. Characters that XML 1.0 does not allow become numeric
 * references (`&#x1;`), as S3 sends them: only clients that ask for `encoding-type=url` can read
 * such keys with a strict parser.
 */
export function escapeXml(text: string): string {
  return anyUnsafe.test(text) ? text.replaceAll(unsafe, reference) : text;
}

function reference(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 13) return "&#13;";
  return named[character] ?? `&#x${code.toString(16).toUpperCase()};`;
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
