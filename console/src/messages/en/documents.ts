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
  noXml: "This is no XML.",
  notClosed: "{name} is not closed.",
  wrongClose: "No {name} is open here.",
  secondRoot: "One element holds all of the document.",
  wrongRoot: "The document is one {root}.",
  wrongItem: "Here stands {name}.",
  noElements: "Here stands a value, no element.",
  noText: "Here stand elements, no text.",
  twice: "{name} stands here once at most.",
  findings: "The document is not one of this setting: {message}",
});
