// One row of a table of actions: how its input and output travel, and what it does.

import type { IdentityCall } from "./call.ts";
import { type OperationSchema, wireOf } from "./wire.ts";

export interface QueryRow {
  /** Reads the input, acts, and gives the content of `<ActionResult>`, if the action has one. */
  serve(call: IdentityCall, parameters: ReadonlyMap<string, string>): Promise<string | undefined>;
}

/**
 * A row out of the SDK's schema and a handler. What the schema reads is what the handler's input
 * type says; the types of both come from the same model.
 */
export function row<Input>(
  schema: OperationSchema,
  handle: (call: IdentityCall, input: Input) => Promise<object>,
): QueryRow {
  return {
    serve: async (call, parameters) => {
      const wire = wireOf(schema);
      const input = wire.readInput(parameters) as Input;
      return wire.renderOutput(await handle(call, input));
    },
  };
}
