// Listings with their keys percent-encoded on the wire: S3 takes keys that XML cannot hold (control
// characters), and parsers drop what is white space alone. Screens know nothing of it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html#API_ListObjectsV2_RequestSyntax

import type { S3Client } from "@aws-sdk/client-s3";

const listings: ReadonlySet<string> = new Set([
  "ListObjectsV2Command",
  "ListObjectVersionsCommand",
  "ListMultipartUploadsCommand",
]);

/** The members that are encoded, of the answer and of the entries of its lists. */
const encoded: ReadonlySet<string> = new Set([
  ...["Key", "Prefix", "Delimiter", "StartAfter"],
  ...["KeyMarker", "NextKeyMarker"],
]);

/** Has `client` ask for them, and gives back keys as they are. */
export function encodeListings(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      async (call) => {
        if (!listings.has(commandName)) return next(call);
        const answer = await next({ ...call, input: { ...call.input, EncodingType: "url" } });
        return { ...answer, output: decodeMembers(answer.output) };
      },
    { step: "initialize", name: "encodeListings" },
  );
  return client;
}

function decodeMembers<Answer extends object>(answer: Answer): Answer {
  const decoded = Object.entries(answer).map(([name, value]) => {
    if (encoded.has(name) && typeof value === "string") return [name, decode(value)];
    return [name, Array.isArray(value) ? value.map(decodeEntry) : value];
  });
  return Object.fromEntries(decoded) as Answer;
}

const decodeEntry = (entry: unknown): unknown =>
  typeof entry === "object" && entry !== null ? decodeMembers(entry) : entry;

const decode = (text: string): string => decodeURIComponent(text.replaceAll("+", " "));
