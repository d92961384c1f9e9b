// The SDK reads XML with the browser's DOMParser, which workerd does not have. This is as much of
// it as the SDK touches, over a strict tokenizer.

import { SaxesParser } from "saxes";

interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  textContent: string;
  readonly attributes: { readonly name: string; readonly value: string }[];
  readonly childNodes: DomNode[];
}

function node(nodeType: number, nodeName: string): DomNode {
  return { nodeType, nodeName, textContent: "", attributes: [], childNodes: [] };
}

class TestDomParser {
  parseFromString(text: string) {
    const open: DomNode[] = [node(9, "#document")];
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    parser.on("opentag", (tag) => {
      const element = node(1, tag.name);
      for (const [name, value] of Object.entries(tag.attributes)) {
        element.attributes.push({ name, value: String(value) });
      }
      open.at(-1)?.childNodes.push(element);
      open.push(element);
    });
    parser.on("closetag", () => {
      open.pop();
    });
    parser.on("text", (part) => {
      for (const element of open) element.textContent += part;
      const child = node(3, "#text");
      child.textContent = part;
      if (open.length > 1) open.at(-1)?.childNodes.push(child);
    });
    parser.write(text).close();
    return { documentElement: open[0]?.childNodes[0], getElementsByTagName: () => [] };
  }
}

/** A class, since matchers ask whether values are instances of it. */
class TestNode {
  static readonly TEXT_NODE = 3;
  static readonly ELEMENT_NODE = 1;
}

/** Gives the SDK a DOMParser where the runtime has none. */
export function installDomParser(): void {
  if ("DOMParser" in globalThis) return;
  Object.assign(globalThis, { DOMParser: TestDomParser, Node: TestNode });
}
