// ListDirectoryBuckets: there are none.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListDirectoryBuckets.html
//
// Differs from AWS: directory buckets cannot be made here, so the list is always empty.

import type { Handler } from "../handlers.ts";

export const listDirectoryBuckets: Handler<"ListDirectoryBuckets"> = async () => ({ Buckets: [] });
