// @ts-check
// IAM and STS by the programs that people manage them with: the AWS CLI, boto3, and the JavaScript
// SDK doing what infrastructure tools do: make everything, use it, change it, take it all down.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as iam from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import * as sts from "@aws-sdk/client-sts";
import {
  clientEnvironment,
  clientOf,
  describeClient,
  findPrograms,
  run,
} from "./support/programs.mjs";
import { openClient, serve } from "./support/server.mjs";

const server = await serve();

/**
 * @param {string | string[]} Action
 * @param {string | string[]} [Resource]
 */
function allow(Action, Resource = "*") {
  const Statement = [{ Effect: "Allow", Action, Resource }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/**
 * @param {object} Principal
 * @param {string} [Action]
 */
function trust(Principal, Action = "sts:AssumeRole") {
  const Statement = [{ Effect: "Allow", Principal, Action }];
  return JSON.stringify({ Version: "2012-10-17", Statement });
}

/** @param {import("@aws-sdk/client-iam").AccessKey | sts.Credentials | undefined} made */
function credentialsOf(made) {
  const { AccessKeyId = "", SecretAccessKey = "" } = made ?? {};
  const sessionToken = made && "SessionToken" in made ? made.SessionToken : undefined;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...(sessionToken && { sessionToken }),
  };
}

describe("a stack, as infrastructure tools build it", () => {
  const config = { endpoint: server.endpoint, region: server.region, maxAttempts: 1 };
  const manager = new iam.IAMClient({ ...config, credentials: server.credentials });
  after(() => manager.destroy());
  const bucket = "stack-bucket";

  test("is made, used through an assumed role, and taken down without a trace", async () => {
    const root = openClient(server);
    await root.send(new CreateBucketCommand({ Bucket: bucket }));
    const Tags = [{ Key: "stack", Value: "one" }];
    const { User } = await manager.send(
      new iam.CreateUserCommand({ UserName: "deployer", Path: "/stack/", Tags }),
    );
    assert.match(User?.Arn ?? "", /:user\/stack\/deployer$/);
    const { Policy } = await manager.send(
      new iam.CreatePolicyCommand({
        PolicyName: "stack-objects",
        PolicyDocument: allow(["s3:PutObject", "s3:GetObject"], `arn:aws:s3:::${bucket}/*`),
        Tags,
      }),
    );
    const PolicyArn = Policy?.Arn ?? "";
    const { Role } = await manager.send(
      new iam.CreateRoleCommand({
        RoleName: "stack-writer",
        AssumeRolePolicyDocument: trust({ AWS: User?.Arn }),
        MaxSessionDuration: 7200,
        Description: "writes <the> stack & nothing else",
      }),
    );
    await manager.send(new iam.AttachRolePolicyCommand({ RoleName: "stack-writer", PolicyArn }));
    // What Terraform reads back after it made a role.
    const read = await manager.send(new iam.GetRoleCommand({ RoleName: "stack-writer" }));
    assert.equal(read.Role?.Description, "writes <the> stack & nothing else");
    assert.deepEqual(
      JSON.parse(decodeURIComponent(read.Role?.AssumeRolePolicyDocument ?? "")),
      JSON.parse(trust({ AWS: User?.Arn })),
    );
    const attached = await manager.send(
      new iam.ListAttachedRolePoliciesCommand({ RoleName: "stack-writer" }),
    );
    assert.deepEqual(attached.AttachedPolicies, [{ PolicyName: "stack-objects", PolicyArn }]);
    const { AccessKey } = await manager.send(
      new iam.CreateAccessKeyCommand({ UserName: "deployer" }),
    );

    const own = { ...server, credentials: credentialsOf(AccessKey) };
    const put = new PutObjectCommand({ Bucket: bucket, Key: "state", Body: "content" });
    await assert.rejects(openClient(own).send(put), { name: "AccessDenied" });
    const assumer = new sts.STSClient({ ...config, credentials: own.credentials });
    const assumed = await assumer.send(
      new sts.AssumeRoleCommand({
        RoleArn: Role?.Arn,
        RoleSessionName: "apply",
        DurationSeconds: 7200,
      }),
    );
    assumer.destroy();
    const writer = openClient({ ...server, credentials: credentialsOf(assumed.Credentials) });
    await writer.send(put);
    const got = await writer.send(new GetObjectCommand({ Bucket: bucket, Key: "state" }));
    assert.equal(await got.Body?.transformToString(), "content");
    await assert.rejects(writer.send(new ListBucketsCommand({})), { name: "AccessDenied" });

    await root.send(new DeleteObjectCommand({ Bucket: bucket, Key: "state" }));
    await root.send(new DeleteBucketCommand({ Bucket: bucket }));
    await takeDown(PolicyArn, AccessKey?.AccessKeyId ?? "");
    const summary = await manager.send(new iam.GetAccountSummaryCommand({}));
    assert.deepEqual(
      [summary.SummaryMap?.Users, summary.SummaryMap?.Roles, summary.SummaryMap?.Policies],
      [0, 0, 0],
    );
    await assert.rejects(writer.send(new ListBucketsCommand({})), { name: "InvalidToken" });
  });

  /**
   * In the order in which Terraform does it, with the questions that it asks before it deletes.
   * @param {string} PolicyArn
   * @param {string} AccessKeyId
   */
  async function takeDown(PolicyArn, AccessKeyId) {
    const role = { RoleName: "stack-writer" };
    const user = { UserName: "deployer" };
    await assert.rejects(manager.send(new iam.DeleteRoleCommand(role)), {
      name: "DeleteConflictException",
    });
    await manager.send(new iam.DetachRolePolicyCommand({ ...role, PolicyArn }));
    const profiles = await manager.send(new iam.ListInstanceProfilesForRoleCommand(role));
    assert.deepEqual(profiles.InstanceProfiles, []);
    const inline = await manager.send(new iam.ListRolePoliciesCommand(role));
    assert.deepEqual(inline.PolicyNames, []);
    await manager.send(new iam.DeleteRoleCommand(role));
    const versions = await manager.send(new iam.ListPolicyVersionsCommand({ PolicyArn }));
    assert.equal(versions.Versions?.length, 1);
    await manager.send(new iam.DeletePolicyCommand({ PolicyArn }));
    await manager.send(new iam.DeleteAccessKeyCommand({ ...user, AccessKeyId }));
    for (const command of [
      new iam.ListMFADevicesCommand(user),
      new iam.ListSSHPublicKeysCommand(user),
      new iam.ListSigningCertificatesCommand(user),
      new iam.ListServiceSpecificCredentialsCommand(user),
      new iam.ListGroupsForUserCommand(user),
    ]) {
      await manager.send(/** @type {iam.ListMFADevicesCommand} */ (command));
    }
    await assert.rejects(manager.send(new iam.GetLoginProfileCommand(user)), {
      name: "NoSuchEntityException",
    });
    await manager.send(new iam.DeleteUserCommand(user));
    await assert.rejects(manager.send(new iam.GetUserCommand(user)), {
      name: "NoSuchEntityException",
    });
  }

  test("pages through its users", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `page-${index}`);
    for (const UserName of names) await manager.send(new iam.CreateUserCommand({ UserName }));
    const found = [];
    for await (const page of iam.paginateListUsers({ client: manager, pageSize: 3 }, {})) {
      found.push(...(page.Users ?? []).map(({ UserName }) => UserName));
    }
    assert.deepEqual(found, names);
    for (const UserName of names) await manager.send(new iam.DeleteUserCommand({ UserName }));
  });
});

const programs = findPrograms("aws", ["--version"]).slice(0, 1);

describeClient("AWS CLI", programs, (program) => {
  const fixed = ["--endpoint-url", server.endpoint, "--output", "json"];
  const { call, fail } = clientOf(program, { env: clientEnvironment(server), fixed });
  /** @param {string[]} parameters */
  const ask = async (...parameters) => {
    const text = await call(...parameters);
    return text.trim() === "" ? {} : JSON.parse(text);
  };

  test("users, groups, keys, policies and roles", async () => {
    const arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    const { User } = await ask(
      "iam",
      "create-user",
      "--user-name",
      "cli",
      "--tags",
      "Key=a,Value=b",
    );
    assert.match(User.UserId, /^AIDA/);
    await ask("iam", "create-group", "--group-name", "readers");
    await ask("iam", "add-user-to-group", "--group-name", "readers", "--user-name", "cli");
    await ask("iam", "attach-group-policy", "--group-name", "readers", "--policy-arn", arn);
    const { AccessKey } = await ask("iam", "create-access-key", "--user-name", "cli");
    const env = clientEnvironment(server, {
      AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey,
    });
    const own = clientOf(program, { env, fixed });
    assert.equal(JSON.parse(await own.call("sts", "get-caller-identity")).Arn, User.Arn);
    await own.call("s3", "ls");
    assert.match(await own.fail("s3", "mb", "s3://not-allowed-here"), /AccessDenied/);
    assert.match(await own.fail("iam", "list-users"), /\(AccessDenied\).*iam:ListUsers/);
    const session = JSON.parse(await own.call("sts", "get-session-token")).Credentials;
    assert.match(session.AccessKeyId, /^ASIA/);
    const temporary = clientOf(program, {
      env: clientEnvironment(server, {
        AWS_ACCESS_KEY_ID: session.AccessKeyId,
        AWS_SECRET_ACCESS_KEY: session.SecretAccessKey,
        AWS_SESSION_TOKEN: session.SessionToken,
      }),
      fixed,
    });
    await temporary.call("s3", "ls");
    const simulated = await ask(
      ...["iam", "simulate-principal-policy", "--policy-source-arn", User.Arn],
      ...["--action-names", "s3:GetObject", "s3:PutObject"],
    );
    assert.deepEqual(
      simulated.EvaluationResults.map(
        (/** @type {{ EvalDecision: string }} */ one) => one.EvalDecision,
      ),
      ["allowed", "implicitDeny"],
    );
    const details = await ask("iam", "get-account-authorization-details", "--filter", "User");
    assert.deepEqual(details.UserDetailList[0].GroupList, ["readers"]);
    await ask(
      ...["iam", "create-role", "--role-name", "cli-role"],
      ...["--assume-role-policy-document", trust({ AWS: User.Arn })],
    );
    const role = await ask("iam", "get-role", "--role-name", "cli-role");
    // The CLI decodes documents, so that they come out as objects.
    assert.deepEqual(role.Role.AssumeRolePolicyDocument.Statement[0].Principal, { AWS: User.Arn });
    assert.match(await fail("iam", "delete-user", "--user-name", "cli"), /\(DeleteConflict\)/);
    assert.match(await fail("iam", "get-user", "--user-name", "absent"), /\(NoSuchEntity\)/);
  });
});

describeClient(
  "boto3",
  findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]).slice(0, 1),
  (python) => {
    test("a role assumed through another, with policies and tags", async () => {
      const checks = fileURLToPath(new URL("iam_checks.py", import.meta.url));
      const { code, stdout, stderr } = await run(python.path, [checks, server.endpoint], {
        env: clientEnvironment(server, { PYTHONWARNINGS: "ignore" }),
      });
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trim(), "done");
    });
  },
);
