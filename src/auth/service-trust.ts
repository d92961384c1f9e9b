// Whether a role lets an AWS service assume it. The services are this program itself: what S3 does on
// a bucket's behalf it does as a role that its owner named, with that role's powers and no other.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

import { compiledPolicy } from "./policy/compiled.ts";
import type { ConditionContext } from "./policy/context.ts";
import { askPolicy, prepareRequest } from "./policy/evaluate.ts";

/** A role's ARN: account and name. */
export const roleArnShape = /^arn:aws:iam::(\d{12}):role\/(?:[!-~]+\/)?([\w+=,.@-]+)$/;

/** For whom S3 acts: conditions of trust policies may look at it, against confused deputies. */
export interface ServiceErrand {
  /** The account of the bucket the service works for. */
  readonly accountId: string;
  readonly bucket: { readonly name: string };
  readonly nowMs: number;
  readonly region: string;
}

/** Whether the trust policy lets `s3.amazonaws.com` assume the role for that bucket. */
export function trustsService(
  trustPolicy: string | undefined,
  roleArn: string,
  errand: ServiceErrand,
): boolean {
  const policy = compiledPolicy(trustPolicy ?? "", "trust");
  if (policy === "unreadable") return false;
  const service = {
    type: "Service",
    accountId: "",
    arn: "s3.amazonaws.com",
    canonicalId: "",
  } as const;
  const request = prepareRequest({
    action: "sts:AssumeRole",
    resource: roleArn,
    principal: service,
    context: errandContext(errand),
  });
  const { allows, denies } = askPolicy(policy, request);
  return allows !== undefined && denies === undefined;
}

function errandContext(errand: ServiceErrand): ConditionContext {
  const keys: Readonly<Record<string, string>> = {
    "aws:sourceaccount": errand.accountId,
    "aws:sourcearn": `arn:aws:s3:::${errand.bucket.name}`,
    "aws:principalisawsservice": "true",
    "aws:principalservicename": "s3.amazonaws.com",
    "aws:securetransport": "true",
    "aws:requestedregion": errand.region,
    "aws:currenttime": new Date(errand.nowMs).toISOString(),
    "aws:epochtime": String(Math.floor(errand.nowMs / 1000)),
  };
  return {
    read: ({ name, part }) => {
      const value = part === undefined ? keys[name] : undefined;
      return value === undefined ? undefined : [value];
    },
  };
}
