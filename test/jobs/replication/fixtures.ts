// What the tests of replication share: roles that S3 may assume.
import { allow, done, iam, type SessionKeys } from "../../iam/fixtures.ts";
import { rootKeys } from "../../operations/bucket/fixtures.ts";

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** A role that trusts the service and may do everything, or what `document` says; its ARN. */
export async function makeRole(
  keys: SessionKeys = rootKeys,
  service = "s3.amazonaws.com",
  document = allow("*"),
): Promise<string> {
  const RoleName = `replicator-${crypto.randomUUID().slice(0, 8)}`;
  const made = await done(
    iam(keys, "CreateRole", { RoleName, AssumeRolePolicyDocument: trust(service) }),
  );
  const wish = { RoleName, PolicyName: "inline", PolicyDocument: document };
  await done(iam(keys, "PutRolePolicy", wish));
  return made.first("Arn") ?? "";
}
