// The `tagging` field of a form: a Tagging document, the same as PutObjectTagging takes, turned into
// the header that a put carries so that one set of rules judges both.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html

import { Tagging$ } from "@aws-sdk/client-s3";
import { type StructureShape, shapeOf } from "../../s3/schema.ts";
import { parseXml } from "../../s3/xml-parse.ts";
import { compileRoot } from "../../s3/xml-read.ts";

const readTagging = compileRoot("Tagging", shapeOf(Tagging$) as StructureShape);

/** More than ten tags are refused by the header's own rules; this bounds the parser. */
const maximumElements = 100;

/** `<Tagging>...` -> `key=value&key2=value2`. Throws MalformedXML. */
export function renderTaggingHeader(document: string): string {
  const tagging = readTagging(parseXml(new TextEncoder().encode(document), maximumElements)) as {
    readonly TagSet: readonly { readonly Key: string; readonly Value: string }[];
  };
  return tagging.TagSet.map(
    ({ Key, Value }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`,
  ).join("&");
}
