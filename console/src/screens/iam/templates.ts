// Documents to start from, for a bucket of the caller's choice. Pure.

type Text =
  | "templateDenyHttp"
  | "templateHome"
  | "templateRead"
  | "templateUpload"
  | "templateWrite";

export interface Template {
  readonly label: Text;
  render(bucket: string): string;
}

const arn = (bucket: string, rest = "") => `arn:aws:s3:::${bucket}${rest}`;

function render(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements }, null, 2);
}

export const templates: readonly Template[] = [
  {
    label: "templateRead",
    render: (bucket) =>
      render(
        { Effect: "Allow", Action: "s3:ListBucket", Resource: arn(bucket) },
        { Effect: "Allow", Action: "s3:GetObject", Resource: arn(bucket, "/*") },
      ),
  },
  {
    label: "templateWrite",
    render: (bucket) =>
      render(
        {
          Effect: "Allow",
          Action: ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
          Resource: arn(bucket),
        },
        {
          Effect: "Allow",
          Action: [
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
          ],
          Resource: arn(bucket, "/*"),
        },
      ),
  },
  {
    label: "templateHome",
    render: (bucket) =>
      render(
        {
          Effect: "Allow",
          Action: "s3:ListBucket",
          Resource: arn(bucket),
          Condition: {
            // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy's own variable
            StringLike: { "s3:prefix": ["", "home/", "home/${aws:username}/*"] },
          },
        },
        {
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy's own variable
          Resource: arn(bucket, "/home/${aws:username}/*"),
        },
      ),
  },
  {
    label: "templateUpload",
    render: (bucket) =>
      render({ Effect: "Allow", Action: "s3:PutObject", Resource: arn(bucket, "/incoming/*") }),
  },
  {
    label: "templateDenyHttp",
    render: (bucket) =>
      render({
        Effect: "Deny",
        Action: "s3:*",
        Resource: [arn(bucket), arn(bucket, "/*")],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
  },
];
