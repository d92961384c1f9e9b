// What JSON.parse lets pass and a security document may not have: a member given twice, of which
// two readers may take different ones. Pure.

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Whether any object of the text, which must be valid JSON, names a member twice. Linear. */
export function hasRepeatedMember(json: string): boolean {
  /** The member names of each open object; `undefined` for an open list. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (const [token] of json.matchAll(tokens)) {
    switch (token) {
      case "{":
        open.push(new Set());
        isName = true;
        break;
      case "[":
        open.push(undefined);
        isName = false;
        break;
      case "}":
      case "]":
        open.pop();
        isName = false;
        break;
      case ",":
        isName = open.at(-1) !== undefined;
        break;
      case ":":
        isName = false;
        break;
      default: {
        const names = open.at(-1);
        if (!isName || names === undefined) break;
        const name = JSON.parse(token) as string;
        if (names.has(name)) return true;
        names.add(name);
      }
    }
  }
  return false;
}
