// English: what the editor of a setting's document notices.

import { messages } from "../message.ts";

export const documents = messages("documents", {
  noStructure: "Here stands an object: {name}.",
  noList: "Here stands a list.",
  string: "Here stands a text.",
  number: "Here stands a number.",
  boolean: "Here stands true or false.",
  time: "Here stands a point in time: 2026-11-28T00:00:00Z.",
  unknownMember: "{parent} has no {name}. It has {names}.",
  unknownWord: "One of {words}.",
  findings: "The document is not one of this setting: {message}",
});
