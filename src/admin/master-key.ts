// Changing the master key, slice by slice: the operator's alone. `cairn master-key rotate` calls it
// until nothing is left; docs/OPERATIONS.md has the whole procedure.

import { resealSlice } from "../catalog/master-key.ts";
import { type AdminCall, requireOperator } from "./access.ts";
import { answer } from "./answer.ts";

/** Values sealed anew in one call: far below D1's bounds for one transaction. */
const sliceSize = 100;

/** `POST /master-key/reseal`: `{"resealed", "left"}`. */
export async function answerReseal(call: AdminCall): Promise<Response> {
  requireOperator(call);
  return answer({ ...(await resealSlice(call, sliceSize)) });
}
