// @ts-check
// What settings show beside their documents: checks and trials of policies, the dry run of lifecycle,
// what waits to leave a bucket; and why a denied user was denied.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { AwsClient } from "aws4fetch";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @typedef {Awaited<ReturnType<typeof openConsole>>} Opened */

const hostile = 'logs/<img src=x onerror="alert(1)">/\u202Egnp.exe';
const Bucket = "photos";

describeConsole("the console's live parts of settings", () => {
  /** @type {Opened} */
  let opened;

  before(async () => {
    opened = await openConsole();
    const { client } = opened;
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutObjectCommand({ Bucket, Key: hostile, Body: "x" }));
    const rule = { ID: '<b onclick="alert(1)">old', Filter: { Prefix: "logs/" } };
    const Rules = [{ ...rule, Status: /** @type {const} */ ("Enabled"), Expiration: { Days: 30 } }];
    const LifecycleConfiguration = { Rules };
    await client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }),
    );
  });
  after(() => opened.stop());

  /** @param {string} path @param {import("./support.mjs").Look} [look] */
  async function open(path, look) {
    const { page, problems } = await opened.openPage(look);
    await signIn(page, opened.server, { path: `/-/console${path}` });
    return { page, problems };
  }

  test("a policy is checked and completed while it is written, and the draft is tried", async () => {
    const { page, problems } = await open("/buckets/photos/permissions");
    await page.getByRole("button", { name: "Set up Bucket policy" }).click();
    const editor = page.getByRole("dialog").locator(".cm-content");
    await editor.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    const wrong = {
      ...{ Effect: "Allow", Principal: "*", Action: "s3:GetObjct" },
      Resource: "arn:aws:s3:::photos/*",
    };
    const draft = JSON.stringify({ Version: "2012-10-17", Statement: [wrong] });
    await page.keyboard.insertText(draft);
    await page.locator(".cm-lint-marker-error").waitFor();
    await page.locator(".cm-lint-marker-error").hover();
    await page.getByText("Did you mean s3:GetObject?").waitFor();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.type('{"Statement": [{"Action": "s3:PutBucketVers');
    await page.locator(".cm-tooltip-autocomplete").getByText("s3:PutBucketVersioning").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.insertText(draft.replace("GetObjct", "GetObject"));
    await page.getByText("Try the draft").click();
    await page.getByRole("button", { name: "Simulate" }).click();
    await page.getByText("allowed", { exact: true }).waitFor();
    await assertAccessible(page, "a policy with its checks");
    assert.deepEqual(problems, []);
  });

  test("lifecycle rules are shown with what they would do and when", async () => {
    const { page, problems } = await open("/buckets/photos/management");
    await page.getByRole("button", { name: "Edit Lifecycle" }).click();
    await page.getByText("objects expire").first().waitFor();
    await page.getByText("What it saves in this time").waitFor();
    const due = new Date(Date.now() + 31 * 86_400_000).toLocaleDateString("en", {
      ...{ month: "long", year: "numeric", timeZone: "UTC" },
    });
    const month = page.getByRole("table", { name: due });
    await month.getByTitle(/objects expire/).waitFor();
    await page.getByText("Some of the keys").click();
    await assertAccessible(page, "lifecycle dry run");
    await page.getByLabel("Look ahead").selectOption("30");
    await page.getByText("Nothing would happen in this time.").waitFor();
    assert.deepEqual(problems, []);
  });

  test("an object's page says what will happen to it, and who can use it", async () => {
    const search = new URLSearchParams({ key: hostile, tab: "forecast" });
    const { page, problems } = await open(`/buckets/photos/object?${search}`);
    await page.getByText(/objects expire/).waitFor();
    await assertAccessible(page, "forecast of an object");
    await page.getByRole("tab", { name: "Who can use it" }).click();
    await page.getByRole("link", { name: "Read: Anybody: may not" }).waitFor();
    await assertAccessible(page, "who can use an object");
    assert.deepEqual(problems, []);
  });

  test("events that cannot be told are seen to wait, on the bucket and at home", async () => {
    const { server, client } = opened;
    const signer = new AwsClient({ ...server.credentials, region: server.region, service: "s3" });
    // Nobody listens there.
    const body = JSON.stringify({ name: "gone", url: "http://127.0.0.1:9/hook" });
    const made = await signer.fetch(`${server.endpoint}/-/api/v1/accounts/self/webhooks`, {
      method: "POST",
      body,
    });
    const { topicArn: TopicArn } = await made.json();
    await client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          TopicConfigurations: [{ TopicArn, Events: ["s3:ObjectCreated:*"] }],
        },
        SkipDestinationValidation: true,
      }),
    );
    await client.send(new PutObjectCommand({ Bucket, Key: hostile, Body: "y" }));
    for (let tries = 0, failures = 0; failures === 0 && tries < 50; tries += 1) {
      const answer = await signer.fetch(`${server.endpoint}/-/api/v1/events/${Bucket}`);
      failures = (await answer.json()).targets[0]?.failures ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const { page, problems } = await open("/buckets/photos/management");
    await page.getByRole("table", { name: "Events that wait" }).waitFor();
    await assertAccessible(page, "management");
    await page.getByRole("link", { name: "Home" }).click();
    await page
      .getByText(/The webhook gone fails|event waits in photos/)
      .first()
      .waitFor();
    await assertAccessible(page, "home with alerts");
    assert.deepEqual(problems, []);
  });

  /** A role that S3 may take, and that may do everything. @param {string} RoleName */
  async function makeRole(RoleName) {
    const { endpoint, region, credentials } = opened.server;
    const iam = new IAMClient({ endpoint, region, credentials });
    const policy = (/** @type {object} */ statement) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
    const trust = { Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" };
    const named = { RoleName };
    const { Role } = await iam.send(
      new CreateRoleCommand({ ...named, AssumeRolePolicyDocument: policy(trust) }),
    );
    const PolicyDocument = policy({ Action: "s3:*", Resource: "*" });
    await iam.send(new PutRolePolicyCommand({ ...named, PolicyName: "all", PolicyDocument }));
    return Role?.Arn;
  }

  test("replication is seen to work, by rule", async () => {
    const { client } = opened;
    const role = await makeRole("replication");
    const VersioningConfiguration = { Status: /** @type {const} */ ("Enabled") };
    for (const name of ["from", "into"]) {
      await client.send(new CreateBucketCommand({ Bucket: `${name}-here` }));
      await client.send(
        new PutBucketVersioningCommand({ Bucket: `${name}-here`, VersioningConfiguration }),
      );
    }
    await client.send(
      new PutBucketReplicationCommand({
        Bucket: "from-here",
        ReplicationConfiguration: {
          Role: role,
          Rules: [
            {
              ...{ ID: "<i>all", Status: "Enabled", Priority: 1, Filter: { Prefix: "" } },
              DeleteMarkerReplication: { Status: "Disabled" },
              Destination: { Bucket: "arn:aws:s3:::into-here" },
            },
          ],
        },
      }),
    );
    await client.send(new PutObjectCommand({ Bucket: "from-here", Key: hostile, Body: "x" }));
    const { page, problems } = await open("/buckets/from-here/management");
    await page.getByRole("table", { name: "Replication now" }).getByText("1 (1 B)").waitFor();
    await page.getByRole("table", { name: "Replication now" }).getByText("<i>all").waitFor();
    await assertAccessible(page, "replication");
    await page.getByRole("button", { name: "Replicate what is there" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Replicate what is there" }).click();
    await page.getByText("The job has started.").waitFor();
    assert.deepEqual(problems, []);
  });

  test("a target that stays away is told at home", async () => {
    const { client, server } = opened;
    const Bucket = "for-far";
    const role = await makeRole("far");
    const signer = new AwsClient({ ...server.credentials, region: server.region, service: "s3" });
    // Nobody listens there.
    const remote = { name: "far", kind: "s3", account: "self", endpoint: "http://127.0.0.1:9" };
    const key = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x".repeat(40) };
    await signer.fetch(`${server.endpoint}/-/api/v1/remotes`, {
      method: "POST",
      body: JSON.stringify({ ...remote, region: "us-east-1", bucket: "copies", ...key }),
    });
    await client.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: /** @type {const} */ ("Enabled") };
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const rule = { ID: "all", Status: /** @type {const} */ ("Enabled"), Priority: 1 };
    const Rules = [
      {
        ...{ ...rule, Filter: { Prefix: "" } },
        DeleteMarkerReplication: { Status: /** @type {const} */ ("Disabled") },
        Destination: { Bucket: "arn:cairn:replication:::far" },
      },
    ];
    const ReplicationConfiguration = { Role: role, Rules };
    await client.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
    await client.send(new PutObjectCommand({ Bucket, Key: hostile, Body: "x" }));
    for (let tries = 0, failures = 0; failures === 0 && tries < 50; tries += 1) {
      const answer = await signer.fetch(`${server.endpoint}/-/api/v1/events/${Bucket}`);
      failures = (await answer.json()).targets[0]?.failures ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const { page, problems } = await open("/home");
    await page.getByText("1 change waits to be replicated from for-far").waitFor();
    await assertAccessible(page, "home with a backlog");
    assert.deepEqual(problems, []);
  });

  test("a denied user is told the permission, and led to the explanation", async () => {
    const { server } = opened;
    const { endpoint, region, credentials } = server;
    const iam = new IAMClient({ endpoint, region, credentials });
    const UserName = "anna";
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const theirs = {
      accessKeyId: AccessKey?.AccessKeyId ?? "",
      secretAccessKey: AccessKey?.SecretAccessKey ?? "",
    };
    const { page, problems } = await opened.openPage();
    await signIn(page, server, { path: "/-/console/home", credentials: theirs });
    await page.getByText("this identity may not see them").waitFor();
    await assertAccessible(page, "home of a user");
    await page.goto(`${endpoint}/-/console/buckets/photos`);
    await page.getByRole("link", { name: "Explain it" }).first().click();
    await page.getByRole("heading", { name: "Why denied" }).waitFor();
    await page
      .getByText(/sts:DecodeAuthorizationMessage|Access denied/)
      .first()
      .waitFor();
    const address = new URL(page.url());
    const root = await opened.openPage();
    await signIn(root.page, server, { path: `${address.pathname}${address.search}` });
    await root.page
      .getByText(/no identity-based policy allows/)
      .first()
      .waitFor();
    await root.page.getByRole("heading", { name: "What would allow it" }).waitFor();
    await assertAccessible(root.page, "an explained denial");
    assert.deepEqual([...problems, ...root.problems], []);
  });
});
