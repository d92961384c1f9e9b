// What a call to IAM or STS is given: the part of a request's context that these services read. The
// context that `dispatch` builds fits.

import type { Authenticated, Principal } from "../auth/types.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import type { Target } from "../s3/target.ts";

/** One request, authenticated; nothing of its body has been read. */
export interface IdentityCall {
  readonly requestId: string;
  readonly principal: Principal;
  readonly authenticated: Authenticated;
  readonly method: string;
  readonly target: Target;
  /** Opens the payload: decoded and verified while it is read. Once only. */
  openBody(): ByteSource;
}
