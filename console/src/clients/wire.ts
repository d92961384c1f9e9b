// A command's body as the SDK sends it, and such a body read again: with the SDK's own writer and reader.

import type { Deed } from "./deeds.ts";
import { s3Client } from "./s3.ts";

/** The part of the SDK's protocol that writes; its own type is a union that cannot be called. */
interface Writer {
  serializeRequest(
    operation: object,
    input: object,
    context: { endpoint(): Promise<object> },
  ): Promise<{ readonly body?: unknown }>;
}

/** The XML that a command of S3 is sent with. */
export async function writeBody({ input, schema }: Deed): Promise<string> {
  const [, namespace, name, traits, request, answer] = schema as readonly unknown[];
  const operation = { namespace, name, traits, input: request, output: answer };
  const protocol = s3Client().config.protocol as unknown as Writer;
  const endpoint = async () => ({ protocol: "http:", hostname: location.hostname, path: "/" });
  const { body } = await protocol.serializeRequest(operation as never, input, {
    endpoint,
  } as never);
  return String(body);
}

/** What XML holds, by the schema of its root. Throws where it is none, or holds what is none of it. */
export async function readBody(schema: unknown, xml: string): Promise<unknown> {
  const reader = s3Client().config.protocol.getPayloadCodec().createDeserializer();
  return await reader.read(schema as never, new TextEncoder().encode(xml));
}
