// The two directions of the wire. `readInput` turns a request into the operation's typed input,
// `renderOutput` a typed output into status, headers and body. Both compile an operation's schema
// into closures the first time it is used and keep them.

export { maximumBodyBytes, type PayloadKind, payloadOf, readInput } from "./bind-input.ts";
export { type Answer, type AnswerFacts, renderOutput } from "./bind-output.ts";
