// English: what is stored and how it is used; home's figures and a bucket's tab of usage.

import { messages } from "../message.ts";

export const usage = messages("usage", {
  span: "Time",
  days: "{count, plural, one {# day} other {# days}}",
  stored: "Stored, by class",
  counts: "Objects and versions",
  requests: "Requests and errors",
  traffic: "Bytes up and down",
  bytes: "Bytes",
  objects: "Objects",
  versions: "Versions",
  deleteMarkers: "Delete markers",
  uploads: "Open uploads",
  allRequests: "requests",
  clientErrors: "4xx errors",
  serverErrors: "5xx errors",
  latency: "Time taken",
  firstByte: "to the first byte, on average",
  lastByte: "to the last byte, on average",
  milliseconds: "{ms} ms",
  up: "uploaded",
  down: "downloaded",
  class: "Class",
  current: "Current",
  noncurrent: "Noncurrent",
  inUploads: "In open uploads",
  noUsage: "Not measured yet: usage is measured once a day.",
  noRequests:
    "Nothing was counted in this time. Requests are counted by the hour where METRICS is on.",
  measureNow: "Measure now",
  measuring: "Measuring",
  measured: "Measured {when}",
  who: "For the root of the bucket's account, and the operator.",
});
