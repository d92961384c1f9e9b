// The SDK's own serialisers are the judge: what they send we must read, what we answer they must
// read. Every operation of the model, with generated values.

import { S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInput, renderOutput } from "../../src/s3/bind.ts";
import { type OperationRow, operationRows } from "../../src/s3/operations.ts";
import { type StructureShape, shapeOf } from "../../src/s3/schema.ts";
import { parseTarget } from "../../src/s3/target.ts";
import { installDomParser } from "./dom-parser.ts";
import { bytes, recordOf } from "./fixtures.ts";

installDomParser();

interface SentRequest {
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

interface Protocol {
  serializeRequest(schema: object, input: unknown, context: object): Promise<SentRequest>;
  deserializeResponse(schema: object, context: object, response: object): Promise<object>;
}

const client = new S3Client({
  region: "us-east-1",
  endpoint: "http://bucket-name.localhost",
  credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
});
const { config } = client as unknown as { config: { protocol: Protocol } };
const endpoint = { protocol: "http:", hostname: "bucket-name.localhost", path: "/" };
const context = { ...config, endpoint: async () => endpoint };
const facts = { requestId: "REQUEST", hostId: "HOST" };

/** The SDK names an operation's schemas where its own serialiser looks for them. */
function sdkSchema(row: OperationRow): object {
  const [, namespace, name, traits, input, output] = row.schema ?? [];
  return { namespace, name, traits, input, output };
}

async function send(row: OperationRow, input: Record<string, unknown>) {
  const request = await config.protocol.serializeRequest(sdkSchema(row), input, context);
  const search = Object.entries(request.query)
    .map(
      ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value ?? ""))}`,
    )
    .join("&");
  const target = parseTarget(`http://bucket-name.localhost${request.path}?${search}`, [
    "localhost",
  ]);
  const { body } = request;
  return {
    target,
    headers: new Headers(request.headers),
    body: typeof body === "string" ? bytes(body) : body,
  };
}

const modelRows = operationRows.filter((row) => row.schema !== null);
const runs = { numRuns: 25 };

describe("readInput", () => {
  for (const row of modelRows) {
    it(`reads back what the SDK sends for ${row.name}`, async () => {
      const members = (shapeOf(row.schema?.[4]) as StructureShape).members();
      const usable = members.map((member) =>
        member.traits.httpPayload === undefined ? member : { ...member, isRequired: true },
      );
      await fc.assert(
        fc.asyncProperty(recordOf(usable), async (generated) => {
          const input = members.some((member) => member.name === "Bucket")
            ? { ...generated, Bucket: "bucket-name" }
            : generated;
          const { target, headers, body } = await send(row, input);
          if (row.level !== "service") expect(target.bucket).toBe("bucket-name");
          // The SDK adds a content type and client tokens of its own.
          expect(readInput(row, target, headers, body)).toMatchObject(input);
        }),
        runs,
      );
    });
  }
});

/** Its answer is an event stream, which is the handler's to make. */
const readableRows = modelRows.filter((row) => row.name !== "SelectObjectContent");

describe("renderOutput", () => {
  for (const row of readableRows) {
    it(`writes what the SDK reads for ${row.name}`, async () => {
      const members = (shapeOf(row.schema?.[5]) as StructureShape).members();
      const streams = members.some(
        (member) => member.shape.kind === "opaque" && member.traits.httpPayload,
      );
      await fc.assert(
        fc.asyncProperty(recordOf(members), async (output) => {
          const answer = renderOutput(row, output as never, facts);
          const response = {
            statusCode: answer.status,
            headers: Object.fromEntries(answer.headers),
            body: streams ? new Response("").body : bytes(String(answer.body ?? "")),
          };
          const read = await config.protocol.deserializeResponse(sdkSchema(row), context, response);
          const { $metadata: _metadata, ...rest } = read as Record<string, unknown>;
          expect(rest).toMatchObject(output);
        }),
        runs,
      );
    });
  }
});
