// @ts-check
// Cross-origin rules and websites as the SDK puts them and reads them back, and aws-cli's own command
// for websites.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketWebsiteCommand,
  GetBucketCorsCommand,
  GetBucketWebsiteCommand,
  PutBucketCorsCommand,
  PutBucketWebsiteCommand,
} from "@aws-sdk/client-s3";
import { clientEnvironment, clientOf, describeClient, findPrograms } from "./support/programs.mjs";
import { openClient, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const Bucket = "public-content";
await client.send(new CreateBucketCommand({ Bucket }));

test("cross-origin rules come back as they were put", async () => {
  const CORSRules = [
    {
      ID: "first",
      AllowedHeaders: ["*"],
      AllowedMethods: ["GET", "PUT"],
      AllowedOrigins: ["https://*.example.com", "null"],
      ExposeHeaders: ["ETag", "x-amz-version-id"],
      MaxAgeSeconds: 0,
    },
    { AllowedMethods: ["HEAD"], AllowedOrigins: ["*"] },
  ];
  await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  const answer = await client.send(new GetBucketCorsCommand({ Bucket }));
  assert.deepEqual(answer.CORSRules, CORSRules);
  await client.send(new DeleteBucketCorsCommand({ Bucket }));
  await assert.rejects(client.send(new GetBucketCorsCommand({ Bucket })), {
    name: "NoSuchCORSConfiguration",
  });
});

test("a website comes back as it was put", async () => {
  /** @type {import("@aws-sdk/client-s3").WebsiteConfiguration} */
  const WebsiteConfiguration = {
    IndexDocument: { Suffix: "index.html" },
    ErrorDocument: { Key: "errors/404.html" },
    RoutingRules: [
      {
        Condition: { KeyPrefixEquals: "docs/", HttpErrorCodeReturnedEquals: "404" },
        Redirect: { HostName: "x.test", Protocol: "https", HttpRedirectCode: "302" },
      },
      { Redirect: { ReplaceKeyPrefixWith: "" } },
    ],
  };
  await client.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
  const { $metadata, ...answer } = await client.send(new GetBucketWebsiteCommand({ Bucket }));
  assert.equal($metadata.httpStatusCode, 200);
  assert.deepEqual(answer, WebsiteConfiguration);
  await client.send(new DeleteBucketWebsiteCommand({ Bucket }));
  await assert.rejects(client.send(new GetBucketWebsiteCommand({ Bucket })), {
    name: "NoSuchWebsiteConfiguration",
  });
});

describeClient("AWS CLI", findPrograms("aws", ["--version"]), (program) => {
  const { call } = clientOf(program, {
    env: clientEnvironment(server),
    fixed: ["--endpoint-url", server.endpoint],
  });

  test("s3 website makes a website", async () => {
    const url = `s3://${Bucket}`;
    await call("s3", "website", url, "--index-document", "i.html", "--error-document", "e.html");
    const answer = JSON.parse(await call("s3api", "get-bucket-website", "--bucket", Bucket));
    assert.deepEqual(answer, {
      IndexDocument: { Suffix: "i.html" },
      ErrorDocument: { Key: "e.html" },
    });
  });

  test("s3api puts cross-origin rules", async () => {
    const rules = { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] };
    const bucket = ["--bucket", Bucket];
    const text = JSON.stringify(rules);
    await call("s3api", "put-bucket-cors", ...bucket, "--cors-configuration", text);
    assert.deepEqual(JSON.parse(await call("s3api", "get-bucket-cors", ...bucket)), rules);
    await call("s3api", "delete-bucket-cors", ...bucket);
  });
});
