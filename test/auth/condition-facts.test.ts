// Conditions that look at the signature, on requests as `authenticate` leaves them.

import { expect, it } from "vitest";
import { type AuthenticationRequest, authenticate } from "../../src/auth/authenticate.ts";
import { canonicalRequest } from "../../src/auth/canonical.ts";
import { conditionContext } from "../../src/auth/condition-context.ts";
import { renderScope, signingKeyFor, signText, stringToSign } from "../../src/auth/signature.ts";
import { parseQuery } from "../../src/s3/target.ts";
import {
  amzDate,
  emptyHash,
  facts,
  presign,
  presignHoisted,
  presignS3,
  refusal,
  secret,
  signedAtMs,
  signInHeader,
  withHeaders,
  withParameter,
} from "./signed-requests.ts";

const nowMs = signedAtMs + 60_000;

async function read(request: AuthenticationRequest, name: string) {
  const authenticated = await authenticate(request, facts({ nowMs }));
  const call = {
    ...{ principal: authenticated.principal, authenticated, nowMs, headers: request.headers },
    ...{ isSecure: true, region: "us-east-1", edge: {} },
    target: { query: parseQuery(request.rawQuery) },
  };
  const subject = { action: "s3:PutObject", accountId: authenticated.principal.accountId };
  return conditionContext(call, subject).read({ name, text: name });
}

/** The presigned request with its date named in lower case, signed so. */
async function presignLowerCase(): Promise<AuthenticationRequest> {
  const request = await presignS3();
  const rawQuery = request.rawQuery.replace("X-Amz-Date", "x-amz-date");
  const { method, rawPath, headers } = request;
  const canonical = canonicalRequest({
    ...{ method, rawPath, rawQuery, payloadHash: "UNSIGNED-PAYLOAD", pathStyle: "s3" },
    signedHeaders: ["host", "x-amz-content-sha256"],
    header: (name) => headers.get(name),
  });
  const scope = { day: amzDate.slice(0, 8), region: "us-east-1", service: "s3" };
  const text = stringToSign(amzDate, renderScope(scope), canonical);
  const signature = signText(signingKeyFor(secret, scope), text);
  return withParameter({ ...request, rawQuery }, "X-Amz-Signature", signature);
}

it("s3:signatureAge is that of the signature, in whatever case its date is named", async () => {
  for (const sign of [signInHeader, presignS3, presignLowerCase]) {
    expect(await read(await sign(), "s3:signatureage")).toEqual(["60000"]);
  }
});

it("s3:x-amz-content-sha256 is the word that was signed", async () => {
  const name = "s3:x-amz-content-sha256";
  const word = { "x-amz-content-sha256": emptyHash };
  expect(await read(await signInHeader(), name)).toEqual([emptyHash]);
  expect(await read(await presignHoisted(), name)).toEqual(["UNSIGNED-PAYLOAD"]);
  expect(await read(await presign(), name)).toEqual(["UNSIGNED-PAYLOAD"]);
  expect(await read(withHeaders(await presign(), word), name)).toEqual(["UNSIGNED-PAYLOAD"]);
  const both = withHeaders(await presignHoisted(), word);
  expect(await refusal(() => read(both, name))).toMatchObject({
    ...{ code: "InvalidRequest", status: 400 },
  });
});
