// Requests whose signature, date or credential is wrong, each with the answer Amazon S3 gives.

import { describe, expect, it } from "vitest";
import {
  byHeader,
  byNobody,
  byQuery,
  type Row,
  runRows,
  send,
  sharedBucket,
  withoutNetwork,
} from "./front-door.ts";

const minuteMs = 60_000;
const bucket = sharedBucket();

const edited = (edit: (value: string) => string) => (name: string) =>
  byHeader({ path: `/${name}/there`, editAuthorization: edit });
const scoped = (scope: string) => (name: string) => byHeader({ path: `/${name}/there`, scope });
const today = () => new Date().toISOString().slice(0, 10).replaceAll("-", "");
const malformed = { status: 400, code: "AuthorizationHeaderMalformed" } as const;
const parameters = { status: 400, code: "AuthorizationQueryParametersError" } as const;
const presigned = (changes: Record<string, string | null>) => (name: string) =>
  byQuery({ path: `/${name}/there` }, { parameters: changes });

const rows: Row[] = [
  {
    name: "B001 nobody reads an object of a private bucket",
    status: 403,
    code: "AccessDenied",
    message: "Access Denied",
    make: (name) => byNobody({ path: `/${name}/there` }),
    head: (name) => byNobody({ method: "HEAD", path: `/${name}/there` }),
  },
  {
    name: "B001 nobody reads a key that is not there: the same answer (SEC-060)",
    status: 403,
    code: "AccessDenied",
    make: (name) => byNobody({ path: `/${name}/missing` }),
  },
  {
    name: "B001 nobody writes",
    status: 403,
    code: "AccessDenied",
    make: (name) => byNobody({ method: "PUT", path: `/${name}/new`, body: "x" }),
  },
  {
    name: "B002 an empty Authorization",
    status: 400,
    code: "InvalidArgument",
    message: "one and only one ' ' (space) required",
    door: withoutNetwork,
    make: edited(() => ""),
    head: (name) =>
      byHeader({ method: "HEAD", path: `/${name}/there`, editAuthorization: () => "" }),
  },
  {
    name: "B003 an Authorization of an unknown type",
    status: 400,
    code: "InvalidArgument",
    message: "Unsupported Authorization Type",
    make: edited(() => "Foo bar"),
  },
  ...["Credential", "SignedHeaders", "Signature"].map((component) => ({
    name: `B005 ${component} left out`,
    ...malformed,
    make: edited((value) =>
      value.replace(new RegExp(`,? ?${component}=[^,]*`), "").replace("256,", "256"),
    ),
  })),
  ...["Credential", "SignedHeaders", "Signature"].map((component) => ({
    name: `B005 ${component} under another name`,
    ...malformed,
    make: edited((value) => value.replace(`${component}=`, `X${component}=`)),
  })),
  { name: "B006 a credential of 4 parts", ...malformed, make: scoped(`${today()}/us-east-1/s3`) },
  {
    name: "B006 a credential of 6 parts",
    ...malformed,
    make: scoped(`${today()}/us-east-1/s3/aws4_request/more`),
  },
  {
    name: "B007 a credential date with dashes",
    ...malformed,
    message: "incorrect date format",
    make: scoped("2026-11-22/us-east-1/s3/aws4_request"),
  },
  {
    name: "B009 another region in the scope",
    ...malformed,
    message: "expecting 'us-east-1'",
    detail: { Region: "us-east-1" },
    make: scoped(`${today()}/eu-west-1/s3/aws4_request`),
  },
  {
    name: "B010 another service",
    ...malformed,
    message: 'incorrect service "s4"',
    make: scoped(`${today()}/us-east-1/s4/aws4_request`),
  },
  {
    name: "B010 another terminal",
    ...malformed,
    message: 'incorrect terminal "aws4"',
    make: scoped(`${today()}/us-east-1/s3/aws4`),
  },
  {
    name: "B011 an unknown access key",
    status: 403,
    code: "InvalidAccessKeyId",
    detail: { AWSAccessKeyId: "AKIAUNKNOWN000000000" },
    make: (name) =>
      byHeader({
        path: `/${name}/there`,
        keys: { accessKeyId: "AKIAUNKNOWN000000000", secretAccessKey: "x" },
      }),
    head: (name) =>
      byHeader({
        method: "HEAD",
        path: `/${name}/there`,
        keys: { accessKeyId: "AKIAUNKNOWN000000000", secretAccessKey: "x" },
      }),
  },
  {
    name: "B013 neither Date nor x-amz-date",
    status: 403,
    code: "AccessDenied",
    message: "requires a valid Date or x-amz-date header",
    make: (name) => byHeader({ path: `/${name}/there`, amzDate: null }),
  },
  ...[-16, 16].map((minutes) => ({
    name: `B014 SEC-011 a clock ${minutes} minutes off`,
    status: 403,
    code: "RequestTimeTooSkewed",
    detail: {
      MaxAllowedSkewMilliseconds: "900000",
      RequestTime: /^\d{8}T\d{6}Z$/,
      ServerTime: /Z$/,
    },
    make: (name: string) =>
      byHeader({ path: `/${name}/there`, nowMs: Date.now() + minutes * minuteMs }),
  })),
  {
    name: "B015 SEC-016 an x-amz-* header that is not signed",
    status: 403,
    code: "AccessDenied",
    message: "headers present in the request which were not signed",
    detail: { HeadersNotSigned: "x-amz-copy-source" },
    make: (name) =>
      byHeader({
        method: "PUT",
        path: `/${name}/copy`,
        unsigned: { "x-amz-copy-source": `${name}/there` },
      }),
  },
  {
    name: "B017 a word for the payload that is none",
    status: 400,
    code: "InvalidArgument",
    message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD",
    make: (name) => byHeader({ path: `/${name}/there`, word: "abc" }),
  },
  ...["there", "new"].map((key) => ({
    name: `B018 the hash of another body, at ${key}`,
    status: 400,
    code: "XAmzContentSHA256Mismatch",
    detail: { ClientComputedContentSHA256: /^0{64}$/, S3ComputedContentSHA256: /^[0-9a-f]{64}$/ },
    make: (name: string) =>
      byHeader({ method: "PUT", path: `/${name}/${key}`, body: "x", word: "0".repeat(64) }),
  })),
  ...["Algorithm", "Credential", "Date", "SignedHeaders", "Expires", "Signature"].map((part) => ({
    name: `B019 presigned without X-Amz-${part}`,
    ...parameters,
    make: presigned({ [`X-Amz-${part}`]: null }),
  })),
  ...["Algorithm", "Credential", "Date", "SignedHeaders", "Expires", "Signature"].map((part) => ({
    name: `B019 presigned with an empty X-Amz-${part}`,
    ...parameters,
    make: presigned({ [`X-Amz-${part}`]: "" }),
  })),
  ...["20261122", "2026-11-22T18:23:10Z", "20261332T999999Z", "yesterday"].map((date) => ({
    name: `B021 SEC-014 presigned at ${date}`,
    ...parameters,
    make: presigned({ "X-Amz-Date": date }),
  })),
  {
    name: "B022 SEC-012 a presigned request past its time",
    status: 403,
    code: "AccessDenied",
    message: "Request has expired",
    make: (name) =>
      byQuery({ path: `/${name}/there`, nowMs: Date.now() - 2_000 }, { expires: "1" }),
    head: (name) =>
      byQuery(
        { method: "HEAD", path: `/${name}/there`, nowMs: Date.now() - 2_000 },
        { expires: "1" },
      ),
  },
  {
    name: "B023 a presigned request of the future",
    status: 403,
    code: "AccessDenied",
    message: "Request is not valid yet",
    make: (name) => byQuery({ path: `/${name}/there`, nowMs: Date.now() + 16 * minuteMs }),
  },
  {
    name: "B025 SEC-006 header and query together (to confirm on AWS)",
    status: 400,
    code: "InvalidArgument",
    message: "Only one auth mechanism allowed",
    make: (name) => {
      const { path } = byQuery({ path: `/${name}/there` });
      return byHeader({ path });
    },
  },
  {
    name: "B026 nobody overrides a response header",
    status: 400,
    code: "InvalidRequest",
    message: "cannot be used for anonymous GET requests",
    make: (name) => byNobody({ path: `/${name}/there?response-content-type=text%2Fhtml` }),
  },
  ...["604801", "-1", "abc", ""].map((expires) => ({
    name: `SEC-012 presigned for ${expires || "no"} seconds`,
    ...parameters,
    make: (name: string) => byQuery({ path: `/${name}/there` }, { expires }),
  })),
  {
    name: "SEC-014 a credential of another day than the request",
    ...malformed,
    message: "Invalid credential date",
    make: scoped("20200101/us-east-1/s3/aws4_request"),
  },
  {
    name: "SEC-014 a day that the calendar does not have",
    ...malformed,
    make: scoped("20261332/us-east-1/s3/aws4_request"),
  },
  {
    name: "SEC-017 x-amz-date twice",
    status: 403,
    code: "AccessDenied",
    make: (name) =>
      byHeader({ path: `/${name}/there`, amzDate: "20261122T000000Z, 20261122T000000Z" }),
  },
  {
    name: "SEC-021 the host is not signed",
    status: 403,
    code: "AccessDenied",
    detail: { HeadersNotSigned: "host" },
    make: (name) => byHeader({ path: `/${name}/there`, unsignedNames: ["host"] }),
  },
  {
    name: "SEC-021 the host of a presigned request is not signed",
    status: 403,
    code: "AccessDenied",
    detail: { HeadersNotSigned: "host" },
    make: (name) =>
      byQuery({
        path: `/${name}/there`,
        unsignedNames: ["host"],
        headers: { "x-amz-meta-a": "b" },
      }),
  },
  {
    name: "SEC-023 signature version 2 in the header",
    status: 400,
    code: "InvalidRequest",
    message: "Please use AWS4-HMAC-SHA256.",
    make: edited(() => "AWS AKIATESTROOT00000000:c2lnbmF0dXJl"),
  },
  {
    name: "SEC-023 signature version 2 in the URL",
    status: 400,
    code: "InvalidRequest",
    message: "Please use AWS4-HMAC-SHA256.",
    make: (name) =>
      byNobody({
        path: `/${name}/there?AWSAccessKeyId=AKIATESTROOT00000000&Expires=9999999999&Signature=x`,
      }),
  },
  {
    name: "SEC-023 an algorithm that is none",
    ...parameters,
    make: presigned({ "X-Amz-Algorithm": "none" }),
  },
  ...["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"].map(
    (word) => ({
      name: `SEC-031 nobody signs chunks: ${word}`,
      status: 400,
      code: "InvalidRequest",
      make: (name: string) =>
        byNobody({
          method: "PUT",
          path: `/${name}/new`,
          body: "0\r\n\r\n",
          headers: { "x-amz-content-sha256": word, "x-amz-decoded-content-length": "0" },
        }),
    }),
  ),
  {
    name: "SEC-028 a session token beside a long-lived key",
    status: 400,
    code: "InvalidToken",
    make: (name) =>
      byHeader({ path: `/${name}/there`, headers: { "x-amz-security-token": "token" } }),
  },
];

describe("a request that is not who it says", () => {
  runRows(rows, () => bucket);

  it.each([-14, 14])("SEC-011 is let in with a clock %d minutes off", async (minutes) => {
    const nowMs = Date.now() + minutes * minuteMs;
    expect((await send(byHeader({ path: `/${bucket}/there`, nowMs }))).status).toBe(200);
  });

  it("the honest twins of these requests are let in", async () => {
    expect((await send(byHeader({ path: `/${bucket}/there` }))).text).toBe("content");
    expect((await send(byQuery({ path: `/${bucket}/there` }))).text).toBe("content");
    const stamped = byQuery({ path: `/${bucket}/there?response-content-type=text%2Fhtml` });
    expect((await send(stamped)).headers.get("content-type")).toBe("text/html");
  });
});
