// @ts-check
// The one kind of error a person can put right without reading code.

/** Thrown for what the caller can put right; the message is the whole story. */
export class StartError extends Error {
  /** @override */
  name = "StartError";
}
