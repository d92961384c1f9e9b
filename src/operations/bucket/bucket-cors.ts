// Cross-origin rules of a bucket: checked when they are put, kept as they were given. What they mean
// for a request is `s3/cors.ts`.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html
//
// Differs from AWS: nothing known.

import type { BucketRecord } from "../../catalog/buckets.ts";
import { type CorsRule, corsMethods } from "../../s3/cors.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { dropSetting, requireSetting, saveSetting } from "./settings.ts";

const maximumRules = 100;
const maximumIdLength = 255;

export const getBucketCors: Handler<"GetBucketCors"> = (context) =>
  requireSetting<OperationOutput<"GetBucketCors">>(context, "cors", "NoSuchCORSConfiguration");

export const putBucketCors: Handler<"PutBucketCors"> = async (context, input) => {
  const rules: readonly CorsRule[] = input.CORSConfiguration?.CORSRules ?? [];
  if (rules.length === 0 || rules.length > maximumRules) throw new S3Error("MalformedXML");
  for (const rule of rules) checkRule(rule);
  await saveSetting(context, "cors", { CORSRules: rules });
  return {};
};

export const deleteBucketCors: Handler<"DeleteBucketCors"> = async (context) => {
  await dropSetting(context, "cors");
  return {};
};

/** Throws MalformedXML for what the schema has not, InvalidRequest in S3's words for the rest. */
function checkRule(rule: CorsRule): void {
  const { AllowedMethods: methods = [], AllowedOrigins: origins = [] } = rule;
  const isWhole = methods.length > 0 && origins.length > 0;
  if (!isWhole || (rule.MaxAgeSeconds ?? 0) < 0) throw new S3Error("MalformedXML");
  if ((rule.ID ?? "").length > maximumIdLength) throw new S3Error("MalformedXML");
  for (const method of methods) {
    if (corsMethods.includes(method)) continue;
    throw invalid(`Found unsupported HTTP method in CORS config. Unsupported method is ${method}`);
  }
  for (const origin of origins) checkWildcards("AllowedOrigin", origin);
  for (const header of rule.AllowedHeaders ?? []) checkWildcards("AllowedHeader", header);
  for (const header of rule.ExposeHeaders ?? []) {
    if (!header.includes("*")) continue;
    throw invalid(
      `ExposeHeader "${header}" contains wildcard. We currently do not support wildcard for ExposeHeader.`,
    );
  }
}

function checkWildcards(element: string, pattern: string): void {
  if (pattern.indexOf("*") === pattern.lastIndexOf("*")) return;
  throw invalid(`${element} "${pattern}" can not have more than one wildcard.`);
}

function invalid(message: string): S3Error {
  return new S3Error("InvalidRequest", message);
}

/** By record, which is read anew with every change of a setting. */
const parsed = new WeakMap<BucketRecord, readonly CorsRule[]>();

/** The rules as this isolate knows them: at most 30 seconds old. `undefined` without any. */
export function corsRulesOf(bucket: BucketRecord): readonly CorsRule[] | undefined {
  const text = bucket.settings.get("cors");
  if (text === undefined) return undefined;
  let rules = parsed.get(bucket);
  if (rules === undefined) {
    rules = (JSON.parse(text) as { CORSRules: readonly CorsRule[] }).CORSRules;
    parsed.set(bucket, rules);
  }
  return rules;
}
