// The form beside a bucket policy: templates to start from, and whether the policy in force is public.

import { GetBucketPolicyStatusCommand } from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import { send } from "../../clients/s3.ts";
import { Field } from "../../components/field.tsx";
import { useParameter } from "../../components/go.tsx";
import { Badge } from "../../components/parts.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { orAbsent } from "./absent.ts";
import type { FormProps } from "./types.ts";

/** A policy, as far as this screen looks into it. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement?: unknown;
}

const arn = (bucket: string, rest = "") => `arn:aws:s3:::${bucket}${rest}`;

const templates = [
  {
    label: "templatePublic",
    statement: (bucket: string) => ({
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: arn(bucket, "/*"),
    }),
  },
  {
    label: "templateAccount",
    statement: (bucket: string) => ({
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789012:root" },
      Action: ["s3:GetObject", "s3:ListBucket"],
      Resource: [arn(bucket), arn(bucket, "/*")],
    }),
  },
  {
    label: "templateTls",
    statement: (bucket: string) => ({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn(bucket), arn(bucket, "/*")],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    }),
  },
  {
    label: "templateNet",
    statement: (bucket: string) => ({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn(bucket), arn(bucket, "/*")],
      Condition: { NotIpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
    }),
  },
] as const;

/** A template is added to the statements there are. */
export function PolicyForm({ value, onChange }: FormProps<PolicyDocument>) {
  const bucket = useParameter("bucket");
  const add = (label: string) => {
    const template = templates.find((one) => one.label === label);
    if (template === undefined) return;
    const before = Array.isArray(value.Statement) ? (value.Statement as unknown[]) : [];
    onChange({ Version: "2012-10-17", Statement: [...before, template.statement(bucket)] });
  };
  return (
    <Field label={text("template")}>
      <select value="" onChange={(event) => add(event.target.value)}>
        <option value="">{text("templateKeep")}</option>
        {templates.map(({ label }) => (
          <option key={label} value={label}>
            {text(label)}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** What S3 says of the policy in force. */
export function PublicStatus() {
  const Bucket = useParameter("bucket");
  const { data } = useQuery({
    queryKey: ["setting", Bucket, "policy-status"],
    queryFn: async () => ({
      answer: await orAbsent(send(new GetBucketPolicyStatusCommand({ Bucket }))),
    }),
  });
  const isPublic = data?.answer?.PolicyStatus?.IsPublic;
  if (isPublic === undefined) return null;
  return isPublic ? (
    <Badge tone="warning">{text("isPublic")}</Badge>
  ) : (
    <Badge tone="good">{text("isNotPublic")}</Badge>
  );
}
