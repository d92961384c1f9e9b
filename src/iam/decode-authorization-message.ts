// DecodeAuthorizationMessage: why a call was denied, in the words of the evaluator.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
//
// Differs from AWS: S3, IAM, STS and KMS send messages too, as `EncodedMessage` beside the message of an
// AccessDenied; the decoded document also holds a `trace`: what the statements that count made of the
// call, in words too, and the smallest change that would allow it.

import type {
  DecodeAuthorizationMessageRequest,
  DecodeAuthorizationMessageResponse,
} from "@aws-sdk/client-sts";
import { decodeMessage } from "../catalog/authorization-messages.ts";
import { demand, type IdentityCall } from "./call.ts";
import { QueryError } from "./query.ts";

export async function decodeAuthorizationMessage(
  call: IdentityCall,
  { EncodedMessage: encoded = "" }: DecodeAuthorizationMessageRequest,
): Promise<DecodeAuthorizationMessageResponse> {
  demand(call, "*");
  const DecodedMessage = await decodeMessage(call.env, call.principal.accountId, encoded);
  if (DecodedMessage !== undefined) return { DecodedMessage };
  throw new QueryError(
    "InvalidAuthorizationMessageException",
    400,
    "The content of the authorization message is invalid",
  );
}
