// ListObjectsV2. The continuation token says which key to go on behind: it needs no state, survives
// changes of the bucket between pages, and a client can do no more with it than with StartAfter.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
//
// Differs from AWS: tokens are not bound to the bucket, prefix or delimiter they were made for.

import type { Handler } from "../handlers.ts";
import { restoreStatuses } from "../object/archived.ts";
import { listedEntries, listPage } from "./list-objects.ts";
import {
  checkOptionalAttributes,
  parseToken,
  readEncodingType,
  readPageLimit,
  renderToken,
} from "./listing.ts";

export const listObjectsV2: Handler<"ListObjectsV2"> = async (context, input) => {
  checkOptionalAttributes(input.OptionalObjectAttributes);
  const limit = readPageLimit(input.MaxKeys, { parameter: "max-keys", argument: "maxKeys" });
  const encoding = readEncodingType(input.EncodingType);
  const delimiter = input.Delimiter ?? "";
  const token = input.ContinuationToken;
  // A token outranks StartAfter, which clients keep sending with every page.
  const after = token === undefined ? input.StartAfter : parseToken("key", token);
  const page = await listPage(context, {
    prefix: input.Prefix ?? "",
    delimiter,
    after,
    limit,
  });
  const restoreOf = await restoreStatuses(context, input.OptionalObjectAttributes, page.objects);
  return {
    Name: context.bucket.name,
    Prefix: input.Prefix ?? "",
    ...(token !== undefined && { ContinuationToken: token }),
    ...(input.StartAfter !== undefined && { StartAfter: input.StartAfter }),
    ...(page.isTruncated && { NextContinuationToken: renderToken("key", page.next ?? "") }),
    KeyCount: page.objects.length + page.commonPrefixes.length,
    MaxKeys: limit,
    ...(delimiter !== "" && { Delimiter: delimiter }),
    IsTruncated: page.isTruncated,
    ...encoding,
    ...(await listedEntries(context, page, {
      showsOwner: input.FetchOwner === true,
      restoreOf,
    })),
  };
};
