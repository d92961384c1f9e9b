// The settings a bucket may have many of, each under an id that the client chose: analytics,
// inventory, metrics, intelligent tiering. Kept as they were given, listed in the order of their ids.
// What a document must say is its own operation's to check.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketInventoryConfigurations.html

import type { BucketRecord } from "../../catalog/buckets.ts";
import type { ListedSetting } from "../../catalog/settings.ts";
import { S3Error } from "../../s3/errors.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import type { BucketContext } from "../context.ts";
import { parseToken, renderToken } from "./listing.ts";
import { changeSetting, dropSetting, freshBucket, notConfigured } from "./settings.ts";

/** AWS: as many of each kind. */
const maximumConfigurations = 1_000;
/** AWS: a page of a listing. */
const pageSize = 100;
const maximumIdLength = 64;

/** There is no configuration of that id. */
function noSuchConfiguration(context: BucketContext): S3Error {
  return notConfigured(context, "NoSuchConfiguration");
}

function nameOf(kind: ListedSetting, id: string | undefined): `${ListedSetting}/${string}` {
  return `${kind}/${id ?? ""}`;
}

/** The document under that id. Throws NoSuchConfiguration. */
export async function requireConfiguration<Document>(
  context: BucketContext,
  kind: ListedSetting,
  id: string | undefined,
): Promise<Document> {
  const text = (await freshBucket(context)).settings.get(nameOf(kind, id));
  if (text === undefined) throw noSuchConfiguration(context);
  return JSON.parse(text) as Document;
}

/** Letters, digits, dots, dashes and underscores, as AWS has it; and the one in the URL. */
function checkId(kind: ListedSetting, id: string | undefined, documentId: string | undefined) {
  const isWellFormed =
    id !== undefined && id.length <= maximumIdLength && /^[A-Za-z0-9._-]+$/.test(id);
  if (!isWellFormed) throw invalidArgument("The ID is not valid", "id", id ?? "");
  if (documentId !== id) {
    // Seen of AWS for analytics and Intelligent-Tiering; inventories have a code of their own.
    if (kind !== "metrics") throw new S3Error("MalformedXML");
    throw invalidArgument("The ID in the URL and in the document differ", "Id", documentId ?? "");
  }
}

/**
 * Stores the document under its id. Throws InvalidArgument for ids that are none, that or MalformedXML
 * for one that is not the one in the URL, and TooManyConfigurations.
 */
export async function saveConfiguration(
  context: BucketContext,
  kind: ListedSetting,
  given: {
    readonly id: string | undefined;
    readonly document: { readonly Id?: string | undefined };
  },
): Promise<void> {
  const { id, document } = given;
  checkId(kind, id, document.Id);
  const name = nameOf(kind, id);
  await changeSetting(context, name, (bucket) => {
    const isNew = !bucket.settings.has(name);
    if (isNew && configurationsOf(bucket, kind).length >= maximumConfigurations) {
      throw new S3Error("TooManyConfigurations");
    }
    return JSON.stringify(document);
  });
}

/** Removes the document. Throws NoSuchConfiguration. */
export async function dropConfiguration(
  context: BucketContext,
  kind: ListedSetting,
  id: string | undefined,
): Promise<void> {
  await requireConfiguration(context, kind, id);
  await dropSetting(context, nameOf(kind, id));
}

/** A page of the documents, behind the id that the token names. */
export async function listConfigurations<Document>(
  context: BucketContext,
  kind: ListedSetting,
  token: string | undefined,
): Promise<{
  readonly documents: Document[];
  readonly page: {
    IsTruncated: boolean;
    ContinuationToken?: string;
    NextContinuationToken?: string;
  };
}> {
  const after = token === undefined ? "" : parseToken("configuration", token);
  const behind = configurationsOf(await freshBucket(context), kind).filter(([id]) => id > after);
  const shown = behind.slice(0, pageSize);
  const isTruncated = behind.length > shown.length;
  return {
    documents: shown.map(([, text]) => JSON.parse(text) as Document),
    page: {
      IsTruncated: isTruncated,
      ...(token !== undefined && { ContinuationToken: token }),
      ...(isTruncated && {
        NextContinuationToken: renderToken("configuration", shown.at(-1)?.[0] ?? ""),
      }),
    },
  };
}

/** Every document of a kind with its id, in the order of ids. */
export function configurationsOf(
  { settings }: Pick<BucketRecord, "settings">,
  kind: ListedSetting,
): (readonly [id: string, document: string])[] {
  const start = `${kind}/`;
  return [...settings]
    .filter(([name]) => name.startsWith(start))
    .map(([name, text]) => [name.slice(start.length), text] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
