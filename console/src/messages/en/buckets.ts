// English: the list of buckets, making, emptying and deleting one.

import { messages } from "../message.ts";

export const buckets = messages("buckets", {
  title: "Buckets",
  name: "Name",
  created: "Created",
});
