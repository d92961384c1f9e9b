import { expect, it, vi } from "vitest";
import { afterExpectation } from "../src/expectation.ts";

// Seen with boto3 and the AWS CLI: an empty file stalled the next upload of the connection for
// fifteen seconds, and the client then took that one for stored whatever the server had said.
it("answers an empty upload that expects 100-continue once the client stopped waiting", async () => {
  vi.useFakeTimers();
  const answered: string[] = [];
  const ask = (name: string, headers: Record<string, string>, LOCAL?: string) => {
    const request = new Request("http://localhost/b/k", { method: "PUT", headers });
    const env = LOCAL === undefined ? {} : { LOCAL };
    void afterExpectation(request, env, Promise.resolve(new Response())).then(() =>
      answered.push(name),
    );
  };
  const empty = { "content-length": "0" };
  ask("stuck", { ...empty, expect: "100-Continue" }, "true");
  ask("does not wait", empty, "true");
  ask("is told by its body", { "content-length": "3", expect: "100-continue" }, "true");
  ask("is told by the edge", { ...empty, expect: "100-continue" });
  await vi.advanceTimersByTimeAsync(1_400);
  expect(answered).toEqual(["does not wait", "is told by its body", "is told by the edge"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(answered).toContain("stuck");
  vi.useRealTimers();
});
