// The form of the Authorization header: rows B002 to B014 and SEC-014.

import { describe, expect, it } from "vitest";
import { authenticate } from "../../src/auth/authenticate.ts";
import {
  accessKeyId,
  amzDate,
  facts,
  refusal,
  signInHeader,
  withAuthorization,
  withHeaders,
} from "./signed-requests.ts";

const malformed = (reason: string, detail = {}) => ({
  code: "AuthorizationHeaderMalformed",
  status: 400,
  message: `The authorization header is malformed; ${reason}`,
  detail,
});

const argument = (message: string, value: string) => ({
  code: "InvalidArgument",
  status: 400,
  message,
  detail: { ArgumentName: "Authorization", ArgumentValue: value },
});

const components =
  "the authorization header requires three components: Credential, SignedHeaders, and Signature.";
const credential =
  'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';

const edit = (from: string | RegExp, to: string) => (value: string) => value.replace(from, to);

describe("the Authorization header", () => {
  it.each([
    ["B002", "", "Authorization header is invalid -- one and only one ' ' (space) required"],
    ["B002", "Foo", "Authorization header is invalid -- one and only one ' ' (space) required"],
    ["B003", "Foo bar", "Unsupported Authorization Type"],
    ["B003", "Bearer token", "Unsupported Authorization Type"],
  ])("%s refuses %j with InvalidArgument", async (_row, value, message) => {
    const request = withHeaders(await signInHeader(), { authorization: value });
    expect(await refusal(() => authenticate(request, facts()))).toEqual(argument(message, value));
  });

  it.each([
    ["B005", "no Credential", edit(/Credential=[^,]+, /, ""), malformed(components)],
    ["B005", "no SignedHeaders", edit(/SignedHeaders=[^,]+, /, ""), malformed(components)],
    ["B005", "no Signature", edit(/, Signature=.*/, ""), malformed(components)],
    ["B005", "another Credential", edit("Credential=", "Cred="), malformed("missing Credential.")],
    [
      "B005",
      "another SignedHeaders",
      edit("SignedHeaders=", "Signed="),
      malformed("missing SignedHeaders."),
    ],
    ["B005", "another Signature", edit("Signature=", "Sig="), malformed("missing Signature.")],
    [
      "B005",
      "an empty Signature",
      edit(/Signature=.*/, "Signature="),
      malformed('the authorization component "Signature=" is malformed.'),
    ],
    [
      "B005",
      "header names that are none",
      edit("SignedHeaders=host;", "SignedHeaders=host; (;"),
      malformed('the authorization component "SignedHeaders" is malformed.'),
    ],
    ["B006", "four parts", edit("/us-east-1", ""), malformed(credential)],
    ["B006", "six parts", edit("/us-east-1", "/us-east-1/x"), malformed(credential)],
    [
      "B007",
      "a day with dashes",
      edit("/20261122/", "/2026-11-22/"),
      malformed(
        'incorrect date format "2026-11-22". This date in the credential must be in the format "yyyyMMdd".',
      ),
    ],
    [
      "SEC-014",
      "a day that does not exist",
      edit("/20261122/", "/20261332/"),
      malformed(
        'incorrect date format "20261332". This date in the credential must be in the format "yyyyMMdd".',
      ),
    ],
    [
      "SEC-014",
      "another day than the request's",
      edit("/20261122/", "/20261121/"),
      malformed(
        'Invalid credential date "20261121". This date is not the same as X-Amz-Date: "20261122".',
      ),
    ],
    [
      "B009",
      "another region",
      edit("/us-east-1/", "/eu-west-1/"),
      malformed("the region 'eu-west-1' is wrong; expecting 'us-east-1'", { Region: "us-east-1" }),
    ],
    [
      "B010",
      "another service",
      edit("/s3/", "/s4/"),
      malformed('incorrect service "s4". This endpoint belongs to "s3".'),
    ],
    [
      "SEC-022",
      "a service next door",
      edit("/s3/", "/s3tables/"),
      malformed('incorrect service "s3tables". This endpoint belongs to "s3".'),
    ],
    [
      "B010",
      "another terminal",
      edit("/aws4_request", "/aws4"),
      malformed('incorrect terminal "aws4". This endpoint uses "aws4_request".'),
    ],
  ])("%s refuses %s", async (_row, _what, change, expected) => {
    const request = withAuthorization(await signInHeader(), change);
    expect(await refusal(() => authenticate(request, facts()))).toEqual(expected);
  });

  it("takes its components in any order and with any blanks between", async () => {
    const request = withAuthorization(await signInHeader(), (value) => {
      const [scheme = "", ...rest] = value.split(" ");
      return `${scheme}   ${rest.reverse().join(" ").replaceAll(",", "")}`
        .replace(/ (SignedHeaders|Credential)=/g, " , $1=")
        .trim();
    });
    expect((await authenticate(request, facts())).method).toBe("header");
  });

  it("lets IAM and STS be signed for us-east-1 wherever the deployment is, S3 not", async () => {
    const region = "eu-west-1";
    const readBody = async () => new Uint8Array(0);
    for (const service of ["iam", "sts"]) {
      const request = await signInHeader({ method: "POST", path: "/", service });
      const result = await authenticate({ ...request, readBody }, facts({ region }));
      expect(result.service).toBe(service);
    }
    const request = await signInHeader();
    expect(await refusal(() => authenticate(request, facts({ region })))).toEqual(
      malformed("the region 'us-east-1' is wrong; expecting 'eu-west-1'", { Region: region }),
    );
  });

  it("SEC-140 parses 64 kB of commas or blanks in a few milliseconds", async () => {
    const request = await signInHeader();
    for (const flood of [",", " ", "=", "a=b,", ";", "/"]) {
      const value = `AWS4-HMAC-SHA256 Credential=${flood.repeat(65536 / flood.length)}`;
      const started = performance.now();
      await refusal(() => authenticate(withHeaders(request, { authorization: value }), facts()));
      expect(performance.now() - started).toBeLessThan(100);
    }
  });
});

describe("the date of a header-signed request", () => {
  it.each([
    ["B013", null],
    ["B013", "2026-11-22T18:23:10Z"],
    ["B013", "Sun, 22 Nov 2026 18:23:10 GMT"],
    ["SEC-014", "20261332T999999Z"],
    ["SEC-014", "20260230T000000Z"],
    ["SEC-017", `${amzDate}, ${amzDate}`],
  ])("%s x-amz-date %j is AccessDenied", async (_row, value) => {
    const request = withHeaders(await signInHeader(), { "x-amz-date": value });
    expect(await refusal(() => authenticate(request, facts()))).toEqual({
      code: "AccessDenied",
      status: 403,
      message: "AWS authentication requires a valid Date or x-amz-date header",
      detail: {},
    });
  });

  it("B013 a Date header that is no date is AccessDenied", async () => {
    for (const date of ["yesterday", "2026-11-22", "Sun, 99 Nov 2026 18:23:10 GMT"]) {
      const request = withHeaders(await signInHeader(), { "x-amz-date": null, date });
      expect((await refusal(() => authenticate(request, facts()))).code).toBe("AccessDenied");
    }
  });

  it("B014 is checked before the key is looked up", async () => {
    const findAccessKey = async (id: string) => {
      throw new Error(`asked for ${id}`);
    };
    const nowMs = Date.UTC(2027, 0, 1);
    const request = await signInHeader({ keyId: accessKeyId });
    const result = await refusal(() => authenticate(request, facts({ nowMs, findAccessKey })));
    expect(result.code).toBe("RequestTimeTooSkewed");
  });
});
