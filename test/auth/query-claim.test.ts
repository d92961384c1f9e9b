// Presigned URLs: rows B019 to B023, SEC-012.

import { describe, expect, it } from "vitest";
import { authenticate } from "../../src/auth/authenticate.ts";
import {
  amzDate,
  facts,
  owner,
  presign,
  presignS3,
  refusal,
  signedAtMs,
  withParameter,
} from "./signed-requests.ts";

const parameters = (message: string, detail = {}) => ({
  code: "AuthorizationQueryParametersError",
  status: 400,
  message,
  detail,
});

const required = parameters(
  "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
);
const inCredential = "Error parsing the X-Amz-Credential parameter; ";
const scope = "AKIDEXAMPLE000000000/20261122/us-east-1/s3/aws4_request";

describe("a presigned URL", () => {
  it("is taken with and without a word for the payload", async () => {
    for (const make of [presign, presignS3]) {
      expect(await authenticate(await make(), facts())).toEqual({
        principal: owner,
        payload: { kind: "unsigned" },
        service: "s3",
        method: "query",
        payloadWord: "UNSIGNED-PAYLOAD",
        signedAtMs: expect.any(Number),
      });
    }
  });

  it.each(["Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires"])(
    "B019 is refused without X-Amz-%s, or with an empty one",
    async (name) => {
      for (const value of [null, ""]) {
        const request = withParameter(await presign(), `X-Amz-${name}`, value);
        expect(await refusal(() => authenticate(request, facts()))).toEqual(required);
      }
    },
  );

  it.each([
    [
      "SEC-023",
      "Algorithm",
      "none",
      parameters('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"'),
    ],
    [
      "B006",
      "Credential",
      "a/b",
      parameters(
        `${inCredential}the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`,
      ),
    ],
    [
      "B007",
      "Credential",
      scope.replace("20261122", "2026-11-22"),
      parameters(
        `${inCredential}incorrect date format "2026-11-22". This date in the credential must be in the format "yyyyMMdd".`,
      ),
    ],
    [
      "B009",
      "Credential",
      scope.replace("us-east-1", "eu-west-1"),
      parameters(`${inCredential}the region 'eu-west-1' is wrong; expecting 'us-east-1'`, {
        Region: "us-east-1",
      }),
    ],
    [
      "B010",
      "Credential",
      scope.replace("/s3/", "/ec2/"),
      parameters(`${inCredential}incorrect service "ec2". This endpoint belongs to "s3".`),
    ],
    [
      "B010",
      "Credential",
      scope.replace("aws4_request", "aws4"),
      parameters(`${inCredential}incorrect terminal "aws4". This endpoint uses "aws4_request".`),
    ],
    [
      "B021",
      "Date",
      "2026-11-22T18:23:10Z",
      parameters(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`),
    ],
    [
      "SEC-014",
      "Date",
      "20261123T182310Z",
      parameters(
        'Invalid credential date "20261122". This date is not the same as X-Amz-Date: "20261123".',
      ),
    ],
    ["SEC-012", "Expires", "abc", parameters("X-Amz-Expires should be a number")],
    ["SEC-012", "Expires", "1.5", parameters("X-Amz-Expires should be a number")],
    ["SEC-012", "Expires", "-1", parameters("X-Amz-Expires must be non-negative")],
    [
      "SEC-012",
      "Expires",
      "604801",
      parameters(
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
      ),
    ],
  ])("%s is refused with X-Amz-%s=%s", async (_row, name, value, expected) => {
    const request = withParameter(await presign(), `X-Amz-${name}`, value);
    expect(await refusal(() => authenticate(request, facts()))).toEqual(expected);
  });

  it("SEC-018 is refused when a parameter of authentication is given twice", async () => {
    const request = await presign();
    for (const extra of ["X-Amz-Signature=00", "x-amz-credential=a", "X-Amz%2DDate=a"]) {
      const rawQuery = `${request.rawQuery}&${extra}`;
      const result = await refusal(() => authenticate({ ...request, rawQuery }, facts()));
      expect(result).toMatchObject({ code: "AuthorizationQueryParametersError", status: 400 });
    }
  });

  it("takes a broken escape for text, and fails on the signature", async () => {
    const request = await presign();
    const rawQuery = `${request.rawQuery}&x=%zz&%zz`;
    const result = await refusal(() => authenticate({ ...request, rawQuery }, facts()));
    expect(result.code).toBe("SignatureDoesNotMatch");
  });
});

describe("the time of a presigned URL", () => {
  const at = async (seconds: number, expiresSeconds: number) => {
    const request = await presign({ expiresSeconds });
    return authenticate(request, facts({ nowMs: signedAtMs + seconds * 1000 }));
  };

  it("holds from fifteen minutes before its date to its expiry, at most seven days", async () => {
    for (const [seconds, expires] of [
      [0, 1],
      [1, 1],
      [-900, 60],
      [604800, 604800],
    ] as const) {
      expect((await at(seconds, expires)).method).toBe("query");
    }
  });

  it("B022, SEC-012 is over one second later", async () => {
    expect(await refusal(() => at(61, 60))).toEqual({
      code: "AccessDenied",
      status: 403,
      message: "Request has expired",
      detail: {
        "X-Amz-Expires": "60",
        Expires: "2026-11-22T18:24:10Z",
        ServerTime: "2026-11-22T18:24:11Z",
      },
    });
    expect((await refusal(() => at(2, 1))).message).toBe("Request has expired");
  });

  it("SEC-012 never begins when it was to hold for no time", async () => {
    expect((await refusal(() => at(-10, 0))).message).toBe("Request has expired");
  });

  it("B023 has not begun when its date is in the future", async () => {
    expect(await refusal(() => at(-901, 60))).toEqual({
      code: "AccessDenied",
      status: 403,
      message: "Request is not valid yet",
      detail: { "X-Amz-Date": amzDate, ServerTime: "2026-11-22T18:08:09Z" },
    });
  });

  it("is fifteen minutes for STS, which has no X-Amz-Expires of its own", async () => {
    const request = withParameter(
      await presign({ service: "sts", path: "/" }),
      "X-Amz-Expires",
      null,
    );
    const readBody = async () => new Uint8Array(0);
    const late = facts({ nowMs: signedAtMs + 901_000 });
    const result = await refusal(() => authenticate({ ...request, readBody }, late));
    expect(result.message).toBe("Request has expired");
  });
});
