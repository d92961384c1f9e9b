// One gap in the local runtime's HTTP: to a request that says `Expect: 100-continue` and has an
// empty body it never sends "100 Continue", because nobody can read that body. A Worker cannot send
// it either. At the edge the proxy in front of us has answered long before.
//
// botocore (boto3, the AWS CLI) takes an early final answer well, but then misreads the next one on
// that connection: it waits until the connection closes, and believes the first status once more,
// so that a refused upload looks stored. It gives up waiting for "100 Continue" after one second
// and is sound from there, so the answer to such a request takes longer than that.

import type { Env } from "./env.ts";

/** botocore waits 1,000 ms; the rest is for a machine too busy to notice at once (seen at 1,100). */
const patienceMs = 1_500;

/** Gives `answer` back, not before the client stopped waiting for what it will never get. */
export function afterExpectation(
  request: Request,
  env: Pick<Env, "LOCAL">,
  answer: Promise<Response>,
): Promise<Response> {
  const isStuck =
    env.LOCAL === "true" &&
    request.headers.get("content-length") === "0" &&
    request.headers.get("expect")?.toLowerCase() === "100-continue";
  if (!isStuck) return answer;
  const patience = new Promise((resolve) => setTimeout(resolve, patienceMs));
  return patience.then(() => answer);
}
