// A key as it is copied: both halves at once, out of a terminal, a file of credentials or a JSON.

/** Both halves of a key in a text, where it holds exactly one of each. */
export function readPastedKey(
  text: string,
): { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined {
  const [accessKeyId, ...otherIds] = new Set(text.match(/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g));
  const [secretAccessKey, ...otherSecrets] = new Set(
    text.match(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])/g),
  );
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  if (otherIds.length > 0 || otherSecrets.length > 0) return undefined;
  return { accessKeyId, secretAccessKey };
}
