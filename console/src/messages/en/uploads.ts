// English: multipart uploads that were begun and not ended.

import { messages } from "../message.ts";

export const uploads = messages("uploads", {
  lead: "Uploads in parts that were begun and not completed. Their parts are stored, and cost, until they are completed or aborted.",
  list: "Open uploads",
  none: "No upload is open",
  noneLead: "Parts of large uploads stand here until they are completed or aborted.",
  key: "Key",
  age: "Begun",
  class: "Class",
  initiator: "By",
  parts: "Parts",
  partsOf: "{count, plural, one {# part} other {# parts}}, {size}",
  manyParts: "over {count} parts, {size} and more",
  counting: "counting",
  abort: "Abort",
  abortOlder: "Abort those older than a day",
  nothingOlder: "No upload is older than a day.",
  abortTitle: "Abort the upload?",
  abortLead: "What was uploaded of {key} is deleted. Whoever is uploading has to begin again.",
  abortManyTitle: "{count, plural, one {Abort # upload?} other {Abort # uploads?}}",
  abortManyLead: "Their parts are deleted. Uploads that are still going on fail.",
  aborted: "{count, plural, one {The upload is aborted.} other {# uploads are aborted.}}",
  more: "Show more",
});
