// JSON with the place of each value in its text, so that a finding can be shown where it is. Text that
// is no JSON gives nothing: whoever edits it is told so by the editor itself. Pure.

export interface Place {
  readonly from: number;
  readonly to: number;
}

export interface Member extends Place {
  readonly name: string;
  readonly value: Node;
}

export interface Node extends Place {
  /** The value as JSON.parse gives it. */
  readonly value: unknown;
  /** Of an object. The place of a member is its name's. */
  readonly members?: readonly Member[];
  /** Of a list. */
  readonly items?: readonly Node[];
}

const deepest = 32;

/** The value that `text` is, or `undefined` when it is no JSON. */
export function parseWithPlaces(text: string): Node | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return new Reader(text).readValue(0);
}

/** Reads text that is known to be JSON. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readValue(depth: number): Node | undefined {
    this.#skip();
    const from = this.#at;
    const first = this.#text[from];
    if (depth > deepest) return undefined;
    if (first === "{") return this.#readObject(from, depth);
    if (first === "[") return this.#readList(from, depth);
    const token = first === '"' ? this.#readString() : this.#readWord();
    return { from, to: this.#at, value: JSON.parse(token) as unknown };
  }

  #readObject(from: number, depth: number): Node | undefined {
    const members: Member[] = [];
    this.#at += 1;
    for (this.#skip(); this.#text[this.#at] !== "}"; this.#skip()) {
      if (this.#text[this.#at] === ",") {
        this.#at += 1;
        this.#skip();
      }
      const start = this.#at;
      const name = JSON.parse(this.#readString()) as string;
      const to = this.#at;
      this.#skip();
      this.#at += 1;
      const value = this.readValue(depth + 1);
      if (value === undefined) return undefined;
      members.push({ name, from: start, to, value });
    }
    this.#at += 1;
    const value = Object.fromEntries(members.map((member) => [member.name, member.value.value]));
    return { from, to: this.#at, value, members };
  }

  #readList(from: number, depth: number): Node | undefined {
    const items: Node[] = [];
    this.#at += 1;
    for (this.#skip(); this.#text[this.#at] !== "]"; this.#skip()) {
      if (this.#text[this.#at] === ",") this.#at += 1;
      const item = this.readValue(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    this.#at += 1;
    return { from, to: this.#at, value: items.map(({ value }) => value), items };
  }

  #readString(): string {
    const start = this.#at;
    this.#at += 1;
    while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  #readWord(): string {
    const start = this.#at;
    while (/[-+.\w]/.test(this.#text[this.#at] ?? "")) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }
}

/** The member of that name, if the node is an object that has one. */
export function memberOf(node: Node | undefined, name: string): Member | undefined {
  return node?.members?.find((member) => member.name === name);
}

/** The items of a list, or the value itself: policies take both for the same. */
export function listOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  return node.items ?? [node];
}
