// The managed policies of AWS that every account has: documents as AWS publishes them. They belong to
// no account, cannot be changed and stand in no table. Pure.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html

export interface AwsPolicy {
  readonly arn: string;
  readonly policyId: string;
  readonly name: string;
  readonly description: string;
  /** `v1` and so on, as AWS numbers them. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly document: string;
}

function awsPolicy(
  name: string,
  facts: Omit<AwsPolicy, "arn" | "name" | "document" | "createdAtMs">,
  statement: object,
): AwsPolicy {
  const document = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const arn = `arn:aws:iam::aws:policy/${name}`;
  // The day on which AWS made the first of them.
  return { ...facts, name, arn, document, createdAtMs: Date.UTC(2015, 1, 6, 18, 39, 46) };
}

const list: readonly AwsPolicy[] = [
  awsPolicy(
    "AdministratorAccess",
    {
      policyId: "ANPAIWMBCKSKIEE64ZLYK",
      description: "Provides full access to AWS services and resources.",
      version: 1,
    },
    { Effect: "Allow", Action: "*", Resource: "*" },
  ),
  awsPolicy(
    "AmazonS3FullAccess",
    {
      policyId: "ANPAIFIR6V6BVTRAHWINE",
      description: "Provides full access to all buckets via the AWS Management Console.",
      version: 2,
    },
    { Effect: "Allow", Action: ["s3:*", "s3-object-lambda:*"], Resource: "*" },
  ),
  awsPolicy(
    "AmazonS3ReadOnlyAccess",
    {
      policyId: "ANPAIZTJ4DXE7G6AGAE6M",
      description: "Provides read only access to all buckets via the AWS Management Console.",
      version: 3,
    },
    {
      Effect: "Allow",
      Action: [
        "s3:Get*",
        "s3:List*",
        "s3:Describe*",
        "s3-object-lambda:Get*",
        "s3-object-lambda:List*",
      ],
      Resource: "*",
    },
  ),
  awsPolicy(
    "IAMFullAccess",
    {
      policyId: "ANPAI7XKCFMBPM3QQRRVQ",
      description: "Provides full access to IAM via the AWS Management Console.",
      version: 2,
    },
    {
      Effect: "Allow",
      Action: [
        "iam:*",
        "organizations:DescribeAccount",
        "organizations:DescribeOrganization",
        "organizations:DescribeOrganizationalUnit",
        "organizations:DescribePolicy",
        "organizations:ListChildren",
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        "organizations:ListRoots",
        "organizations:ListPolicies",
        "organizations:ListTargetsForPolicy",
      ],
      Resource: "*",
    },
  ),
];

/** By ARN, in the order of their names. */
export const awsPolicies: ReadonlyMap<string, AwsPolicy> = new Map(
  list.map((policy) => [policy.arn, policy]),
);
