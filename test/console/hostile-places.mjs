// @ts-check
// The places where users leave text that the operating screens show, each with the call that puts one
// there. What the API refuses is no place: the table says how many of the payloads it takes.
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  PutUserPolicyCommand,
  TagRoleCommand,
  TagUserCommand,
} from "@aws-sdk/client-iam";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, CreateMultipartUploadCommand } from "@aws-sdk/client-s3";
import { AwsClient } from "aws4fetch";
import { payloads } from "./payloads.mjs";

/** @import { S3Client } from "@aws-sdk/client-s3" */
/** @import { CairnServer } from "../../server/index.d.mts" */

export const Bucket = "hostile";

/** @typedef {{ client: S3Client, server: CairnServer, receiver: string }} Site */
/** @typedef {ReturnType<typeof openClients> & { walker: AwsClient }} Clients */

/** @param {Site} site */
function openClients({ client, server, receiver }) {
  const { endpoint, region, credentials } = server;
  const signer = new AwsClient({ ...credentials, region, service: "s3" });
  const post = async (/** @type {string} */ path, wish = {}) => {
    const answer = await signer.fetch(`${endpoint}/-/api/v1${path}`, {
      method: "POST",
      body: JSON.stringify(wish),
      headers: { "content-type": "application/json" },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text === "" ? {} : JSON.parse(text);
  };
  return {
    ...{ s3: client, endpoint, receiver, post },
    iam: new IAMClient({ endpoint, region, credentials }),
    kms: new KMSClient({ endpoint, region, credentials }),
  };
}

const trust = (/** @type {readonly string[]} */ conditions = []) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sts:AssumeRole",
      ...(conditions.length > 0 && {
        Condition: { StringEquals: { "aws:SourceArn": conditions } },
      }),
    },
  });

/** A policy that has every payload as a value of a condition and in a resource. */
const document = JSON.stringify({
  Version: "2012-10-17",
  Statement: {
    Effect: "Allow",
    Action: "s3:GetObject",
    Resource: `arn:aws:s3:::${Bucket}/${payloads[0]}`,
    Condition: { StringEquals: { "s3:ExistingObjectTag/a": payloads } },
  },
});

/**
 * Name of the place, how many of the payloads it takes, how many of them together where that is more
 * than one, and how they are put there.
 * @type {readonly { name: string, takes: number, together?: number, put(clients: Clients, text: string, index: number): Promise<unknown> }[]}
 */
const places = [
  {
    name: "user names",
    takes: 1,
    put: ({ iam }, UserName) => iam.send(new CreateUserCommand({ UserName })),
  },
  {
    name: "user paths",
    takes: 7,
    put: ({ iam }, text, index) =>
      iam.send(new CreateUserCommand({ UserName: `path${index}`, Path: `/${text}/` })),
  },
  {
    name: "user tags",
    takes: 2,
    put: ({ iam }, Key) =>
      iam.send(new TagUserCommand({ UserName: "anna", Tags: [{ Key, Value: Key }] })),
  },
  {
    name: "group paths",
    takes: 7,
    put: ({ iam }, text, index) =>
      iam.send(new CreateGroupCommand({ GroupName: `path${index}`, Path: `/${text}/` })),
  },
  {
    name: "role descriptions",
    // Latin letters alone: the last two go together, and one of them turns text round.
    takes: 28,
    together: 14,
    put: ({ iam }, Description, index) =>
      iam.send(
        new CreateRoleCommand({
          RoleName: `role${index}`,
          Description,
          AssumeRolePolicyDocument: trust(),
        }),
      ),
  },
  {
    name: "role tags",
    takes: 2,
    put: ({ iam }, Key) =>
      iam.send(new TagRoleCommand({ RoleName: "trusting", Tags: [{ Key, Value: Key }] })),
  },
  {
    name: "policy descriptions",
    takes: 30,
    together: 10,
    put: ({ iam }, Description, index) =>
      iam.send(
        new CreatePolicyCommand({
          PolicyName: `policy${index}`,
          Description,
          PolicyDocument: document,
        }),
      ),
  },
  {
    name: "inline policies",
    takes: 1,
    put: ({ iam }, PolicyName) =>
      iam.send(
        new PutUserPolicyCommand({ UserName: "anna", PolicyName, PolicyDocument: document }),
      ),
  },
  {
    name: "audiences",
    takes: 30,
    put: async ({ iam }, ClientID) => {
      const { OpenIDConnectProviderList: list = [] } = await iam.send(
        new ListOpenIDConnectProvidersCommand({}),
      );
      const Arn = list.find((one) => one.Arn?.endsWith("/ci.example.com"))?.Arn;
      const OpenIDConnectProviderArn = Arn;
      await iam.send(
        new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }),
      );
    },
  },
  {
    name: "provider paths",
    takes: 30,
    put: ({ iam }, text) =>
      iam.send(new CreateOpenIDConnectProviderCommand({ Url: `https://path.example.com/${text}` })),
  },
  {
    name: "key descriptions",
    takes: 30,
    put: ({ kms }, Description) => kms.send(new CreateKeyCommand({ Description })),
  },
  {
    name: "key aliases",
    takes: 1,
    put: async ({ kms }, text) => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      const TargetKeyId = KeyMetadata?.KeyId;
      await kms.send(new CreateAliasCommand({ AliasName: `alias/${text}`, TargetKeyId }));
    },
  },
  {
    name: "webhook addresses",
    takes: 30,
    put: ({ post, receiver }, text, index) =>
      post("/accounts/self/webhooks", {
        name: `hook${index}`,
        url: `${receiver}/?${text}`,
      }),
  },
  {
    name: "remote endpoints",
    takes: 30,
    put: ({ post }, text, index) =>
      post("/remotes", {
        ...{ name: `remote${index}`, kind: "s3", account: "self", region: "us-east-1" },
        ...{ bucket: "copies", accessKeyId: "KEY", secretAccessKey: "secret" },
        endpoint: `http://127.0.0.1:9/${text}`,
      }),
  },
  {
    name: "remote keys",
    takes: 7,
    put: ({ post }, text, index) =>
      post("/remotes", {
        ...{ name: `key${index}`, kind: "s3", account: "self", region: "us-east-1" },
        ...{ bucket: "copies", accessKeyId: text, secretAccessKey: "secret" },
        endpoint: "http://127.0.0.1:9",
      }),
  },
  {
    name: "multipart uploads",
    takes: 30,
    put: ({ s3 }, Key) => s3.send(new CreateMultipartUploadCommand({ Bucket, Key })),
  },
  {
    name: "denied requests",
    takes: 30,
    put: async ({ endpoint, walker }, text) => {
      const agent = /^[\x20-\x7e]*$/.test(text) ? text : "plain";
      const url = `${endpoint}/${Bucket}/${encodeURIComponent(text)}`;
      const answer = await walker.fetch(url, { headers: { "user-agent": agent } });
      if (answer.status !== 403) throw new Error(`${answer.status}`);
      await answer.text();
    },
  },
];

/**
 * Puts every payload into every place. Gives for each place how many it says it takes and those that
 * the API took, and what settings need:
 * a role that replication can use, and the ARN of a webhook.
 * @param {Site} site
 */
export async function fillPlaces(site) {
  const opened = openClients(site);
  const { s3, iam } = opened;
  const key = await keyOfHostileUser(iam);
  const { region } = site.server;
  const walker = new AwsClient({ ...key, region, service: "s3", retries: 0 });
  const clients = { ...opened, walker };
  await s3.send(new CreateBucketCommand({ Bucket }));
  await iam.send(new CreateUserCommand({ UserName: "anna" }));
  const createRole = (/** @type {string} */ RoleName, /** @type {string} */ document) =>
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document }));
  await createRole("trusting", trust(payloads));
  const { Role } = await createRole("replicator", trust());
  const hook = { name: "events", url: `${site.receiver}/events` };
  const { topicArn } = await clients.post("/accounts/self/webhooks", hook);
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: "https://ci.example.com" }));
  /** @type {Record<string, { takes: number, taken: string[] }>} */
  const filled = {};
  await Promise.all(
    places.map(async ({ name, takes, together = 1, put }) => {
      /** @type {string[]} */
      const taken = [];
      filled[name] = { takes, taken };
      // One after another: some of a place's calls change the same thing.
      for (let index = 0; index < payloads.length; index += together) {
        const texts = payloads.slice(index, index + together);
        const isTaken = await put(clients, texts.join(" "), index).then(
          () => true,
          () => false,
        );
        if (isTaken) taken.push(...texts);
      }
    }),
  );
  return { clients, key, filled, role: Role?.Arn ?? "", topic: `${topicArn}` };
}

/** A key of a user whose path is a payload, and who may nothing. @param {IAMClient} iam */
async function keyOfHostileUser(iam) {
  const text = "<script>window.hit=1</script>";
  const made = { UserName: "walker", Path: `/${text}/` };
  await iam.send(new CreateUserCommand(made));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "walker" }));
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  };
}
