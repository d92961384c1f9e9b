// Entity tags as clients write them: quoted or not, weak or not, in lists. Stored tags carry no
// quotes; a tag that something between us and the client has weakened still names its object.

const tagShape = /^(?:W\/)?(?:"([^"]*)"|([^",\s]*))$/;
const listShape = /\s*((?:W\/)?"[^"]*"|[^",\s]+)\s*(?:,|$)/y;

/** `"abc"`, `abc`, `W/"abc"` -> `abc`; `*` stays. Text that is no tag is given back as it is. */
export function parseEntityTag(text: string): string {
  const match = tagShape.exec(text.trim());
  return match === null ? text.trim() : (match[1] ?? match[2] ?? "");
}

/** A list of tags without quotes, as in `If-Match: "a", "b"`; stops at what it cannot read. */
export function parseEntityTags(text: string): readonly string[] {
  const tags: string[] = [];
  listShape.lastIndex = 0;
  for (let match = listShape.exec(text); match !== null; match = listShape.exec(text)) {
    tags.push(parseEntityTag(match[1] ?? ""));
  }
  return tags;
}

/** Whether a condition's list names the stored tag; `*` names any. */
export function matchesEntityTag(list: string, etag: string): boolean {
  return parseEntityTags(list).some((tag) => tag === "*" || tag === etag);
}
