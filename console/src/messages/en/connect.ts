// English: how other programs reach this server.

import { messages } from "../message.ts";

export const connect = messages("connect", {
  title: "Connect",
  lead: "Every S3 client works with this endpoint. Choose one and paste.",
  endpoint: "Endpoint",
  region: "Region",
  style: "Addressing",
  pathStyle: "Path style works everywhere; bucket names in the host work where the name resolves.",
  client: "Client",
  clients: "Clients",
  bucket: "Bucket in the examples",
  keyNote:
    "The snippets read the keys from the environment or say where to put them. Your own secret is never shown here.",
  testTitle: "Connection test",
  testLead:
    "Lists the buckets, writes an object, reads it back, compares it and deletes it, from this browser.",
  testRun: "Run the test",
  testBucketNeeded: "Choose a bucket to write to.",
  testList: "List buckets",
  testWrite: "Write {size}",
  testRead: "Read it back",
  testDelete: "Delete it",
  testDone: "{ms} ms",
  testWaiting: "waiting",
  testSame: "The bytes are the same.",
  testDiffers: "What came back is not what was sent.",
});
