// XML from clients, strictly: well-formed (saxes checks), one root, UTF-8, no DOCTYPE, bounded in
// depth and number of elements. What comes out is a plain tree; `xml-read.ts` gives it meaning.
// Every violation is MalformedXML: no entity is ever expanded or fetched (SEC-125, SEC-126).

import { SaxesParser } from "saxes";
import { S3Error } from "./errors.ts";

export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

const maximumDepth = 20;

/** The refusal of a document that is not well-formed or not what the operation takes. */
export function malformedXml(cause?: unknown): S3Error {
  return new S3Error("MalformedXML", undefined, { cause });
}

/**
 * Parses a document of at most `maximumElements` elements and attributes together. Throws MalformedXML. Linear in its size.
 */
export function parseXml(bytes: Uint8Array, maximumElements: number): XmlElement {
  const text = decodeUtf8(bytes);
  const open: XmlElement[] = [];
  const roots: XmlElement[] = [];
  let count = 0;
  const parser = new SaxesParser({ position: false });
  parser.on("error", (error) => {
    throw malformedXml(error);
  });
  parser.on("doctype", () => {
    throw malformedXml();
  });
  parser.on("xmldecl", (declared) => {
    if (!/^utf-?8$/i.test(declared.encoding ?? "UTF-8")) throw malformedXml();
  });
  const countNode = () => {
    count += 1;
    if (count > maximumElements) throw malformedXml();
  };
  parser.on("attribute", countNode);
  parser.on("opentag", (tag) => {
    countNode();
    if (open.length >= maximumDepth) throw malformedXml();
    const name = tag.name.slice(tag.name.indexOf(":") + 1);
    // Without namespace processing attributes are plain text.
    const attributes = tag.attributes as Readonly<Record<string, string>>;
    const element: XmlElement = { name, attributes, children: [], text: "" };
    const siblings = open.at(-1)?.children ?? roots;
    siblings.push(element);
    open.push(element);
  });
  parser.on("closetag", () => {
    open.pop();
  });
  const addText = (part: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.write(text).close();
  const [root] = roots;
  if (root === undefined) throw malformedXml();
  return root;
}

/** A byte order mark is dropped; bytes that are not UTF-8 are refused. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw malformedXml(cause);
  }
}
