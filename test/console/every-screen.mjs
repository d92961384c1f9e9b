// @ts-check
// Every screen of the console with something on it, for the specs that walk through all of them and for
// the pictures in docs/screens.
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { AwsClient } from "aws4fetch";
import { policyOf } from "../../console/src/screens/shares/grant.ts";

const reading = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

/** Name of the screen, and its address below `/-/console` once `furnish` has run. */
export const everyScreen = /** @type {const} */ ([
  ["home", "/home"],
  ["buckets", "/buckets"],
  ["objects", "/buckets/photos"],
  ["object", "/buckets/photos/object?key=2026/harbour.svg"],
  ["usage", "/buckets/photos/usage"],
  ["properties", "/buckets/photos/settings"],
  ["permissions", "/buckets/photos/permissions"],
  ["management", "/buckets/photos/management"],
  ["multipart-uploads", "/buckets/photos/uploads"],
  ["who-can-use", "/buckets/photos/access"],
  ["shares", "/shares"],
  ["connect", "/connect"],
  ["users", "/users"],
  ["user", "/users/anna"],
  ["groups", "/groups"],
  ["group", "/groups/editors"],
  ["roles", "/roles"],
  ["role", "/roles/deploy"],
  ["policies", "/policies?scope=AWS"],
  ["policy", `/policies/${encodeURIComponent(reading)}`],
  ["providers", "/providers"],
  ["simulator", "/simulator"],
  ["why-denied", "/explain"],
  ["audit", "/audit"],
  ["webhooks", "/webhooks"],
  ["webhook", "/webhooks/thumbnails"],
  ["remotes", "/remotes"],
  ["kms", "/kms"],
  ["jobs", "/jobs"],
  ["settings", "/settings"],
]);

const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200"><rect width="320" height="200" fill="#9cc9d6"/>' +
  '<circle cx="250" cy="50" r="24" fill="#fff3c4"/><path d="M0 140 80 90l60 40 70-60 110 70v60H0z" fill="#3f6f63"/></svg>';

/**
 * Puts something on every screen.
 * @param {Awaited<ReturnType<typeof import("./support.mjs").openConsole>>} opened
 */
export async function furnish({ client, server }) {
  for (const Bucket of ["photos", "backups", "website"]) {
    await client.send(new CreateBucketCommand({ Bucket }));
  }
  const Bucket = "photos";
  const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const texts = {
    "notes.txt": "Take the ferry at nine.\n",
    "data/trips.csv": "day,place\n1,harbour\n",
  };
  for (const [Key, Body] of Object.entries(texts)) {
    await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
  for (const name of ["harbour", "hills", "market", "station"]) {
    const object = { Bucket, Key: `2026/${name}.svg`, Body: picture, ContentType: "image/svg+xml" };
    await client.send(
      new PutObjectCommand({ ...object, Tagging: "team=travel", Metadata: { by: "anna" } }),
    );
  }
  await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "films/summer.mp4" }));
  const Rules = [
    {
      ID: "old pictures",
      Status: /** @type {const} */ ("Enabled"),
      Filter: { Prefix: "2026/" },
      Transitions: [{ Days: 30, StorageClass: /** @type {const} */ ("STANDARD_IA") }],
    },
  ];
  const LifecycleConfiguration = { Rules };
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
  const { endpoint, region, credentials } = server;
  const iam = new IAMClient({ endpoint, region, credentials });
  for (const UserName of ["anna", "ci"]) await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new CreateAccessKeyCommand({ UserName: "anna" }));
  await iam.send(new AttachUserPolicyCommand({ UserName: "anna", PolicyArn: reading }));
  await iam.send(new CreateGroupCommand({ GroupName: "editors" }));
  await iam.send(new AddUserToGroupCommand({ GroupName: "editors", UserName: "anna" }));
  const Url = "https://token.actions.githubusercontent.com";
  const ClientIDList = ["sts.amazonaws.com"];
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList }));
  const trust = {
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sts:AssumeRole",
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  await iam.send(new CreateRoleCommand({ RoleName: "deploy", AssumeRolePolicyDocument }));
  await shareObject(iam, { UserName: "share-1d5e0a8c7b3f9264", key: "2026/harbour.svg" });
  const kms = new KMSClient({ endpoint, region, credentials });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "Family pictures" }));
  const TargetKeyId = KeyMetadata?.KeyId;
  await kms.send(new CreateAliasCommand({ AliasName: "alias/photos", TargetKeyId }));
  await administer(server, "/accounts/self/webhooks", {
    name: "thumbnails",
    url: `${endpoint}/-/none`,
  });
  const remote = {
    name: "office",
    kind: "s3",
    account: "self",
    endpoint: "https://s3.example.com",
  };
  const theirs = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "x".repeat(40) };
  await administer(server, "/remotes", { ...remote, region, bucket: "copies", ...theirs });
}

/** A link that can be ended, as the console makes it. @param {IAMClient} iam */
async function shareObject(
  iam,
  /** @type {{ UserName: string, key: string }} */ { UserName, key },
) {
  const place = { bucket: "photos", key };
  const endsAt = new Date(Date.now() + 3 * 86_400_000);
  const PolicyDocument = policyOf({
    place,
    mayWrite: false,
    endsAt,
    addresses: ["203.0.113.0/24"],
  });
  await iam.send(new CreateUserCommand({ UserName, Path: "/shares/" }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "share", PolicyDocument }));
  await iam.send(new CreateAccessKeyCommand({ UserName }));
}

/**
 * One call of the admin API, signed.
 * @param {import("../../server/index.d.mts").CairnServer} server
 * @param {string} path
 * @param {object} body
 */
async function administer({ endpoint, region, credentials }, path, body) {
  const signer = new AwsClient({ ...credentials, region, service: "s3" });
  const answer = await signer.fetch(`${endpoint}/-/api/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

/**
 * Shows another screen as a link would, without a load of the page.
 * @param {import("playwright-core").Page} page
 * @param {string} path below `/-/console`
 */
export async function goTo(page, path) {
  await page.evaluate((to) => {
    history.pushState({}, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/-/console${path}`);
}

/**
 * Waits until nothing on the screen says that it is loading, twice: what has come may ask for more.
 * @param {import("playwright-core").Page} page
 */
export async function settle(page) {
  for (let round = 0; round < 2; round += 1) {
    await page.waitForTimeout(100);
    await page.waitForFunction(() => document.querySelector("main .loading") === null);
  }
}

/**
 * All screens in the full run; in the short one every `parts`-th, another set for each `part`.
 * @param {number} part @param {number} parts
 */
export function someScreens(part, parts) {
  const isFull = process.env["CAIRN_FULL"] === "1";
  return everyScreen.filter((_, at) => isFull || at % parts === part % parts);
}
