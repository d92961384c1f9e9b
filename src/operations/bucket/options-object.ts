// A browser's preflight: may a page of this origin send this request? Answered from the bucket's
// cross-origin rules alone; nobody is authenticated, no key is looked up.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
//
// Differs from AWS:
// - New rules are seen at once by the isolate that took them, by others within 30 seconds.

import { loadBucket } from "../../catalog/buckets.ts";
import { corsMethods, crossOriginHeaders, readCrossOriginAsk } from "../../s3/cors.ts";
import { S3Error } from "../../s3/errors.ts";
import type { Handler } from "../handlers.ts";
import { corsRulesOf } from "./bucket-cors.ts";

export const optionsObject: Handler<"OptionsObject"> = async (context) => {
  const { headers, target } = context;
  const ask = readCrossOriginAsk("OPTIONS", headers);
  if (ask === undefined) {
    throw new S3Error("BadRequest", "Insufficient information. Origin request header needed.");
  }
  const bucket = await loadBucket(context, target.bucket ?? "");
  const refuse = (message: string | undefined, type: string) =>
    new S3Error("AccessForbidden", message, {
      detail: { Method: ask.method, ResourceType: type },
    });
  if (context.notes !== undefined && bucket !== undefined) context.notes.bucket = bucket;
  if (bucket === undefined) throw refuse("CORSResponse: Bucket not found", "BUCKET");
  const rules = corsRulesOf(bucket);
  if (rules === undefined) {
    throw refuse("CORSResponse: CORS is not enabled for this bucket.", "BUCKET");
  }
  const method = headers.get("access-control-request-method");
  if (method === null || !corsMethods.includes(method)) {
    throw new S3Error("BadRequest", `Invalid Access-Control-Request-Method: ${method}`);
  }
  const answer = crossOriginHeaders(rules, ask);
  if (answer === undefined) throw refuse(undefined, target.kind.toUpperCase());
  return { Headers: { ...answer, "content-length": "0" } };
};
