// Static website settings of a bucket: checked when they are put, kept as they were given. What they
// do is `operations/website/`.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketWebsite.html
//
// Differs from AWS:
// - A changed website is shown at once by the isolate that took it, by others within 30 seconds.
// - Of a key that is denied, the folder's index document is looked for as if the key were missing:
//   who may read that is redirected to the folder.
// - No host but those below `WEBSITE_DOMAIN` and in `WEBSITE_HOSTS` is a website's: a bucket's name
//   alone is none.

import type { BucketRecord } from "../../catalog/buckets.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import type { Handler } from "../handlers.ts";
import { dropSetting, requireSetting, saveSetting } from "./settings.ts";

/** A bucket's website, in the SDK's shape. */
export type Website = NonNullable<OperationInput<"PutBucketWebsite">["WebsiteConfiguration"]>;
export type RoutingRule = NonNullable<Website["RoutingRules"]>[number];

const maximumRoutingRules = 50;

export const getBucketWebsite: Handler<"GetBucketWebsite"> = (context) =>
  requireSetting<OperationOutput<"GetBucketWebsite">>(
    context,
    "website",
    "NoSuchWebsiteConfiguration",
  );

export const putBucketWebsite: Handler<"PutBucketWebsite"> = async (context, input) => {
  const website = input.WebsiteConfiguration ?? {};
  checkWebsite(website);
  await saveSetting(context, "website", website);
  return {};
};

export const deleteBucketWebsite: Handler<"DeleteBucketWebsite"> = async (context) => {
  await dropSetting(context, "website");
  return {};
};

/** Throws InvalidArgument, InvalidRequest and MalformedXML in S3's words. */
function checkWebsite(website: Website): void {
  const { RedirectAllRequestsTo: everything, IndexDocument: index, RoutingRules: rules } = website;
  if (everything !== undefined) {
    if (index !== undefined || website.ErrorDocument !== undefined || rules !== undefined) {
      const message =
        "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
      throw invalidArgument(message, "RedirectAllRequestsTo", "not null");
    }
    if (!everything.HostName) {
      throw invalid('A host name must be provided to redirect all requests (e.g. "example.com").');
    }
    checkProtocol(everything.Protocol);
    return;
  }
  if (index === undefined) {
    const message =
      "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty";
    throw invalidArgument(message, "IndexDocument", "null");
  }
  const suffix = index.Suffix ?? "";
  if (suffix === "" || suffix.includes("/")) {
    throw invalidArgument("The IndexDocument Suffix is not well formed", "IndexDocument", suffix);
  }
  if (website.ErrorDocument?.Key === "") throw new S3Error("MalformedXML");
  if (rules !== undefined) checkRules(rules);
}

function checkRules(rules: readonly RoutingRule[]): void {
  if (rules.length === 0) throw new S3Error("MalformedXML");
  if (rules.length > maximumRoutingRules) {
    throw invalid(
      `${rules.length} routing rules provided, the number of routing rules in a website configuration is limited to ${maximumRoutingRules}.`,
    );
  }
  for (const rule of rules) {
    checkCondition(rule.Condition);
    checkRedirect(rule.Redirect);
  }
}

function checkCondition(condition: RoutingRule["Condition"]): void {
  if (condition === undefined) return;
  const { KeyPrefixEquals: prefix, HttpErrorCodeReturnedEquals: code } = condition;
  if (prefix === undefined && code === undefined) {
    throw invalid(
      "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be present.",
    );
  }
  if (code !== undefined && !/^[45]\d\d$/.test(code)) {
    throw invalid(
      `The provided HTTP error code (${code}) is not valid. Valid codes are 4XX or 5XX.`,
    );
  }
}

function checkRedirect(redirect: RoutingRule["Redirect"]): void {
  if (redirect === undefined || Object.keys(redirect).length === 0) {
    throw new S3Error("MalformedXML");
  }
  const { HttpRedirectCode: code } = redirect;
  if (redirect.ReplaceKeyWith !== undefined && redirect.ReplaceKeyPrefixWith !== undefined) {
    throw invalid("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  }
  if (redirect.HostName === "") {
    throw invalid(
      "The HostName cannot be blank. To redirect within the same domain, the element should not be present.",
    );
  }
  if (code !== undefined && (!/^3\d\d$/.test(code) || code === "300")) {
    throw invalid(
      `The provided HTTP redirect code (${code}) is not valid. Valid codes are 3XX except 300.`,
    );
  }
  checkProtocol(redirect.Protocol);
}

function checkProtocol(protocol: string | undefined): void {
  if (protocol === undefined || protocol === "http" || protocol === "https") return;
  throw invalid(
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.",
  );
}

function invalid(message: string): S3Error {
  return new S3Error("InvalidRequest", message);
}

/** The website as this isolate knows it: at most 30 seconds old. `undefined` without one. */
export function websiteOf(bucket: BucketRecord): Website | undefined {
  const text = bucket.settings.get("website");
  return text === undefined ? undefined : (JSON.parse(text) as Website);
}
