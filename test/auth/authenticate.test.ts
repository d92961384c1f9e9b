// authenticate(): AWS's documented examples, requests signed by public signers, and the rows of the
// catalogues of bad inputs (B...) and threats (SEC-...) that concern signatures.

import { AwsV4Signer } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { type AuthenticationRequest, authenticate } from "../../src/auth/authenticate.ts";
import {
  accessKeyId,
  amzDate,
  emptyHash,
  facts,
  host,
  owner,
  presign,
  presignHoisted,
  presignS3,
  refusal,
  secret,
  signedAtMs,
  signInHeader,
  withAuthorization,
  withHeaders,
  withParameter,
} from "./signed-requests.ts";

const refused = (request: AuthenticationRequest, changes = {}) =>
  refusal(() => authenticate(request, facts(changes)));

const minute = 60_000;

describe("AWS's documented examples", () => {
  const exampleFacts = facts({
    nowMs: Date.UTC(2013, 4, 24),
    findAccessKey: async () => ({
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      status: "Active",
      principal: owner,
    }),
  });
  const scope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
  const base = {
    host: "examplebucket.s3.amazonaws.com",
    "x-amz-content-sha256": emptyHash,
    "x-amz-date": "20130524T000000Z",
  };
  const streaming = {
    host: "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
  };
  const examples: [
    name: string,
    target: string,
    headers: Record<string, string>,
    signature: string,
  ][] = [
    [
      "GET object",
      "GET /test.txt",
      { ...base, range: "bytes=0-9" },
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ],
    [
      "PUT object",
      "PUT /test$file.text",
      {
        ...base,
        date: "Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      },
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ],
    [
      "GET bucket lifecycle",
      "GET /?lifecycle",
      base,
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ],
    [
      "GET bucket (list objects)",
      "GET /?max-keys=2&prefix=J",
      base,
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ],
    [
      "PUT object in signed chunks",
      "PUT /examplebucket/chunkObject.txt",
      {
        ...streaming,
        "content-length": "66824",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      },
      "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    ],
    [
      "PUT object in signed chunks with a trailer",
      "PUT /examplebucket/chunkObject.txt",
      {
        ...streaming,
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "x-amz-trailer": "x-amz-checksum-crc32c",
      },
      "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    ],
  ];

  it.each(examples)("%s", async (_name, target, headers, signature) => {
    const [method = "", url = ""] = target.split(" ");
    const [rawPath = "", rawQuery = ""] = url.split("?");
    const names = Object.keys(headers).sort().join(";");
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope},SignedHeaders=${names},Signature=${signature}`;
    const request = {
      method,
      rawPath,
      rawQuery,
      headers: new Headers({ ...headers, authorization }),
      isSecure: true,
    };
    const result = await authenticate(request, exampleFacts);
    expect(result).toMatchObject({ principal: owner, service: "s3", method: "header" });
  });

  it("a presigned URL", async () => {
    const rawQuery =
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1" +
      "%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
      "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    const headers = new Headers({ host: base.host });
    const request = { method: "GET", rawPath: "/test.txt", rawQuery, headers, isSecure: true };
    const result = await authenticate(request, exampleFacts);
    expect(result).toMatchObject({ principal: owner, method: "query", service: "s3" });
    expect(result.payload).toEqual({ kind: "unsigned" });
  });
});

describe("requests of public signers", () => {
  const paths = ["/b/a%20b", "/b/%C3%BC/%E4%B8%AD", "/b//x//", "/b/100%25", "/b/a%2Bb%28%29~", "/"];
  it.each(paths)("the SDK's signer for %s", async (path) => {
    const query = { prefix: "a b+c/ü", "list-type": "2", empty: "", "x(y)": "!*'" };
    const plan = { path, query, headers: { range: "bytes=0-9", "x-amz-meta-a": "  b   c " } };
    expect(await authenticate(await signInHeader(plan), facts())).toMatchObject({
      principal: owner,
      payload: { kind: "hash", sha256Hex: emptyHash },
    });
    expect((await authenticate(await presignS3(plan), facts())).method).toBe("query");
  });

  it.each([
    [
      "get-vanilla-query-order-encoded",
      { "Param-3": "Value3", Param: "Value2", "\u1234": "Value1" },
    ],
    ["post-vanilla-query-nonunreserved", { "@#$%^": "", "+": '/,?><`";:\\|][{} ' }],
    ["post-vanilla-query-space", { p: "a b", "p q": "" }],
  ])("the suite's %s", async (_name, query) => {
    const readBody = async () => new Uint8Array(0);
    const request = await signInHeader({ method: "POST", path: "/", query, service: "iam" });
    const result = await authenticate({ ...request, readBody }, facts());
    expect(result.service).toBe("iam");
  });

  it("aws4fetch, in the header and in the URL", async () => {
    for (const signQuery of [false, true]) {
      const signer = new AwsV4Signer({
        url: `https://${host}/bucket/a%20(b)%2Bc?prefix=x%20y&acl`,
        method: "PUT",
        accessKeyId,
        secretAccessKey: secret,
        service: "s3",
        region: "us-east-1",
        datetime: amzDate,
        signQuery,
        body: "content",
      });
      const signed = await signer.sign();
      const headers = new Headers(signed.headers);
      headers.set("host", host);
      const rawPath = signed.url.pathname;
      const rawQuery = signed.url.search.slice(1);
      const request = { method: "PUT", rawPath, rawQuery, headers, isSecure: true };
      expect((await authenticate(request, facts())).principal).toEqual(owner);
    }
  });

  it("takes IAM and STS requests, whose body hash is signed but not sent", async () => {
    const body = "Action=GetCallerIdentity&Version=2011-06-15";
    const plan = { method: "POST", path: "/", body, service: "sts" };
    const request = await signInHeader(plan);
    const readBody = async () => new TextEncoder().encode(body);
    const result = await authenticate({ ...request, readBody }, facts({ region: "eu-west-1" }));
    expect(result).toMatchObject({ service: "sts", payload: { kind: "hash" } });
    const other = async () => new TextEncoder().encode(body.replace("Get", "Set"));
    expect((await refused({ ...request, readBody: other })).code).toBe("SignatureDoesNotMatch");
  });

  it("uses the Accept-Encoding the client sent before the edge changed it", async () => {
    const signed = await signInHeader({ headers: { "accept-encoding": "identity" } });
    const rewritten = withHeaders(signed, { "accept-encoding": "gzip, br" });
    expect((await refused(rewritten)).code).toBe("SignatureDoesNotMatch");
    const result = await authenticate({ ...rewritten, clientAcceptEncoding: "identity" }, facts());
    expect(result.principal).toEqual(owner);
  });

  it("knows what a signed Expect was when a proxy swallowed it", async () => {
    const signer = new AwsV4Signer({
      url: `https://${host}/bucket`,
      accessKeyId,
      secretAccessKey: secret,
      service: "s3",
      region: "us-east-1",
      datetime: amzDate,
      allHeaders: true,
      headers: { Expect: "100-continue", "X-Amz-Content-Sha256": emptyHash },
    });
    const headers = new Headers((await signer.sign()).headers);
    headers.set("host", host);
    expect(headers.get("authorization")).toContain("SignedHeaders=expect;host;");
    headers.delete("expect");
    const request = { method: "GET", rawPath: "/bucket", rawQuery: "", headers, isSecure: true };
    expect((await authenticate(request, facts())).principal).toEqual(owner);
  });

  it("takes the Date header when there is no x-amz-date", async () => {
    const signer = new AwsV4Signer({
      url: `https://${host}/bucket`,
      accessKeyId,
      secretAccessKey: secret,
      service: "s3",
      region: "us-east-1",
      datetime: amzDate,
      headers: { "X-Amz-Content-Sha256": emptyHash },
    });
    signer.signableHeaders = signer.signableHeaders.filter((name) => name !== "x-amz-date");
    signer.signedHeaders = signer.signableHeaders.join(";");
    signer.canonicalHeaders = signer.canonicalHeaders.replace(/\nx-amz-date:[^\n]*/, "");
    const authorization = await signer.authHeader();
    const headers = new Headers({
      host,
      authorization,
      "x-amz-content-sha256": emptyHash,
      date: new Date(signedAtMs).toUTCString(),
    });
    const request = { method: "GET", rawPath: "/bucket", rawQuery: "", headers, isSecure: true };
    expect((await authenticate(request, facts())).principal).toEqual(owner);
    const shifted = new Date(signedAtMs + 1000).toUTCString();
    expect((await refused(withHeaders(request, { date: shifted }))).code).toBe(
      "SignatureDoesNotMatch",
    );
  });
});

describe("anonymous requests", () => {
  const request: AuthenticationRequest = {
    method: "GET",
    rawPath: "/bucket/key",
    rawQuery: "",
    headers: new Headers({ host }),
    isSecure: true,
  };

  it("B001 are recognised, for others to refuse", async () => {
    const result = await authenticate(request, facts());
    expect(result).toMatchObject({
      method: "anonymous",
      service: "s3",
      payload: { kind: "unsigned" },
    });
    expect(result.principal).toEqual({
      type: "Anonymous",
      accountId: "",
      canonicalId: "",
      displayName: "",
      arn: "*",
      isOperator: false,
    });
  });

  it("B026 may not choose response headers", async () => {
    expect(
      await refused({ ...request, rawQuery: "response-content-type=text/html" }),
    ).toMatchObject({
      code: "InvalidRequest",
      status: 400,
      message: "Request specific response headers cannot be used for anonymous GET requests.",
    });
  });

  it("SEC-031 may not announce signed chunks", async () => {
    for (const word of ["PAYLOAD", "PAYLOAD-TRAILER"]) {
      const value = `STREAMING-AWS4-HMAC-SHA256-${word}`;
      const sent = withHeaders(request, { "x-amz-content-sha256": value });
      expect(await refused(sent)).toMatchObject({ code: "InvalidRequest", status: 400 });
    }
  });

  it("SEC-030 have a hash verified when they give one", async () => {
    const sent = withHeaders(request, { "x-amz-content-sha256": emptyHash.toUpperCase() });
    expect((await authenticate(sent, facts())).payload).toEqual({
      kind: "hash",
      sha256Hex: emptyHash,
    });
  });
});

describe("one mechanism at a time", () => {
  const message =
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query " +
    "string parameter or the Authorization header should be specified";

  it("B025, SEC-006 refuses header and query together", async () => {
    const request = await signInHeader();
    for (const name of ["X-Amz-Algorithm", "X-Amz-Signature", "X-Amz-Credential", "Signature"]) {
      expect(await refused(withParameter(request, name, "x"))).toEqual({
        code: "InvalidArgument",
        status: 400,
        message,
        detail: {
          ArgumentName: "Authorization",
          ArgumentValue: request.headers.get("authorization"),
        },
      });
    }
  });

  it("SEC-023 refuses SigV2 in the header and in the URL, and SigV4A", async () => {
    const request = await signInHeader();
    const bare = withHeaders(request, { authorization: null });
    const version2 = { ...bare, rawQuery: "AWSAccessKeyId=A&Expires=1&Signature=b" };
    const asymmetric = (value: string) => value.replace("HMAC-SHA256", "ECDSA-P256-SHA256");
    const presigned = await presignS3();
    for (const sent of [
      withHeaders(request, { authorization: "AWS AKID:c2lnbmF0dXJl" }),
      version2,
      withAuthorization(request, asymmetric),
      withParameter(presigned, "X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256"),
    ]) {
      expect(await refused(sent)).toMatchObject({
        code: "InvalidRequest",
        status: 400,
        message:
          "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
      });
    }
  });

  it("SEC-002 takes a query credential for a presigned request, whatever the header word", async () => {
    const word = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    const request = await presignS3({ method: "PUT", headers: { "x-amz-content-sha256": word } });
    const forged = withParameter(request, "X-Amz-Signature", "0".repeat(64));
    expect((await refused(forged)).code).toBe("SignatureDoesNotMatch");
    const bare = withParameter(request, "X-Amz-Signature", null);
    expect(await refused(bare)).toMatchObject({
      code: "AuthorizationQueryParametersError",
      status: 400,
    });
    const credential = { ...bare, rawQuery: "X-Amz-Credential=AKID" };
    expect((await refused(credential)).status).toBe(400);
  });
});

describe("keys", () => {
  it("B011 an unknown key is InvalidAccessKeyId, with its name", async () => {
    for (const keyId of ["AKIAUNKNOWN", "", "A".repeat(5000)]) {
      expect(await refused(await signInHeader({ keyId: keyId === "" ? "x" : keyId }))).toEqual({
        code: "InvalidAccessKeyId",
        status: 403,
        message: "The AWS Access Key Id you provided does not exist in our records.",
        detail: { AWSAccessKeyId: keyId === "" ? "x" : keyId },
      });
    }
  });

  it("SEC-024 an unknown key walks the path of a known one and asks the catalog once", async () => {
    const asked: string[] = [];
    const findAccessKey = async (id: string) => {
      asked.push(id);
      return undefined;
    };
    const request = await signInHeader();
    expect((await refused(request, { findAccessKey })).code).toBe("InvalidAccessKeyId");
    expect(asked).toEqual([accessKeyId]);
    const dummy = await signInHeader({ keyId: "AKIAUNKNOWN", secret: "0".repeat(40) });
    expect((await refused(dummy)).code).toBe("InvalidAccessKeyId");
  });

  it("SEC-024 the catalog is not asked for a name no key can have", async () => {
    const findAccessKey = async () => {
      throw new Error("asked");
    };
    const request = await signInHeader({ keyId: "A".repeat(129) });
    expect((await refused(request, { findAccessKey })).code).toBe("InvalidAccessKeyId");
  });

  it("SEC-026 a disabled key is InvalidAccessKeyId, in presigned URLs too", async () => {
    const keyId = "AKIDISABLED000000000";
    expect((await refused(await signInHeader({ keyId }))).code).toBe("InvalidAccessKeyId");
    expect((await refused(await presignS3({ keyId }))).code).toBe("InvalidAccessKeyId");
  });

  it("SEC-028 a session token beside a long-lived key is InvalidToken", async () => {
    const token = { "x-amz-security-token": "token" };
    expect(await refused(await signInHeader({ headers: token }))).toEqual({
      code: "InvalidToken",
      status: 400,
      message: "The provided token is malformed or otherwise invalid.",
      detail: { "Token-0": "token" },
    });
    const query = { "X-Amz-Security-Token": "token" };
    expect((await refused(await presignS3({ query }))).code).toBe("InvalidToken");
    const forged = await signInHeader({ headers: token, secret: "wrong" });
    expect((await refused(forged)).code).toBe("SignatureDoesNotMatch");
  });
});

describe("SignatureDoesNotMatch", () => {
  it("tells the client what the server signed, and nothing of the key", async () => {
    const request = await signInHeader({
      path: "/bucket",
      query: { prefix: "a b" },
      secret: "wrong",
    });
    const result = await refused(request);
    const names = "host;x-amz-content-sha256;x-amz-date";
    const canonical =
      `GET\n/bucket\nprefix=a%20b\nhost:${host}\nx-amz-content-sha256:${emptyHash}\n` +
      `x-amz-date:${amzDate}\n\n${names}\n${emptyHash}`;
    const bytes = (text: string) =>
      [...new TextEncoder().encode(text)].map((b) => b.toString(16).padStart(2, "0")).join(" ");
    expect(result).toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
    expect(Object.keys(result.detail)).toEqual([
      "AWSAccessKeyId",
      "StringToSign",
      "SignatureProvided",
      "StringToSignBytes",
      "CanonicalRequest",
      "CanonicalRequestBytes",
    ]);
    expect(result.detail["CanonicalRequest"]).toBe(canonical);
    expect(result.detail["CanonicalRequestBytes"]).toBe(bytes(canonical));
    expect(result.detail["StringToSign"]).toMatch(
      /^AWS4-HMAC-SHA256\n20261122T182310Z\n20261122\/us-east-1\/s3\/aws4_request\n[0-9a-f]{64}$/,
    );
    expect(result.detail["StringToSignBytes"]).toBe(bytes(result.detail["StringToSign"] ?? ""));
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  it("SEC-119 never shows the signature that would have been right", async () => {
    const right = (await signInHeader()).headers.get("authorization")?.slice(-64);
    const forged = withAuthorization(await signInHeader(), (value) =>
      value.replace(/[0-9a-f]{64}$/, "0".repeat(64)),
    );
    expect(JSON.stringify(await refused(forged))).not.toContain(right);
  });

  it("takes the signature in upper case, as S3 does", async () => {
    const request = withAuthorization(await signInHeader(), (value) =>
      value.replace(/[0-9a-f]{64}$/, (signature) => signature.toUpperCase()),
    );
    expect((await authenticate(request, facts())).principal).toEqual(owner);
  });

  it("SEC-015 is the answer to another method, path, query or host", async () => {
    for (const make of [signInHeader, presignS3]) {
      const request = await make({ query: { prefix: "a" } });
      for (const changed of [
        { ...request, method: "DELETE" },
        { ...request, rawPath: "/bucket/other" },
        { ...request, rawPath: "/bucket/KEY" },
        withParameter(request, "prefix", "b"),
        withParameter(request, "versionId", "1"),
        withHeaders(request, { host: `evil.${host}` }),
      ]) {
        expect((await refused(changed)).code).toBe("SignatureDoesNotMatch");
      }
    }
  });

  it("SEC-020 is not moved by X-Forwarded-Host", async () => {
    const request = withHeaders(await signInHeader(), { "x-forwarded-host": "evil" });
    expect((await authenticate(request, facts())).principal).toEqual(owner);
    const moved = withHeaders(request, { host: "evil", "x-forwarded-host": host });
    expect((await refused(moved)).code).toBe("SignatureDoesNotMatch");
  });

  it("SEC-017 is the answer to a signed header sent twice", async () => {
    const request = await signInHeader({ headers: { "x-amz-meta-a": "one" } });
    request.headers.append("x-amz-meta-a", "two");
    expect((await refused(request)).code).toBe("SignatureDoesNotMatch");
  });

  it("SEC-017 a second x-amz-date makes both unusable", async () => {
    const request = await signInHeader();
    request.headers.append("x-amz-date", amzDate);
    expect(await refused(request)).toMatchObject({ code: "AccessDenied", status: 403 });
  });
});

describe("signed headers", () => {
  const message = "There were headers present in the request which were not signed";

  it("B015, SEC-016 an x-amz-* header that is not signed is AccessDenied", async () => {
    const added = { "x-amz-copy-source": "/a/b", "x-amz-acl": "public-read" };
    for (const make of [signInHeader, presign, presignS3]) {
      expect(await refused(withHeaders(await make({ method: "PUT" }), added))).toEqual({
        code: "AccessDenied",
        status: 403,
        message,
        detail: { HeadersNotSigned: "x-amz-acl, x-amz-copy-source" },
      });
    }
  });

  it("SEC-021 host must be signed", async () => {
    const request = withAuthorization(await signInHeader(), (value) => value.replace("host;", ""));
    expect(await refused(request)).toEqual({
      code: "AccessDenied",
      status: 403,
      message,
      detail: { HeadersNotSigned: "host" },
    });
  });

  it("an unsigned x-amz-content-sha256 beside a URL may add a check but not a framing", async () => {
    const request = await presign({ method: "PUT" });
    const word = async (value: string) =>
      (await authenticate(withHeaders(request, { "x-amz-content-sha256": value }), facts()))
        .payload;
    expect(await word("UNSIGNED-PAYLOAD")).toEqual({ kind: "unsigned" });
    expect(await word(emptyHash)).toEqual({ kind: "hash", sha256Hex: emptyHash });
    const streaming = { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };
    expect(await refused(withHeaders(request, streaming))).toMatchObject({
      code: "AccessDenied",
      detail: { HeadersNotSigned: "x-amz-content-sha256" },
    });
  });
});

describe("x-amz-content-sha256", () => {
  it("is required in header-signed requests", async () => {
    const request = withHeaders(await signInHeader(), { "x-amz-content-sha256": null });
    const names = withAuthorization(request, (value) => value.replace("x-amz-content-sha256;", ""));
    expect(await refused(names)).toMatchObject({
      code: "InvalidRequest",
      status: 400,
      message: "Missing required header for this request: x-amz-content-sha256",
    });
  });

  it("B017 refuses what is neither a word nor a hash", async () => {
    const request = await signInHeader({ headers: { "x-amz-content-sha256": "abc" } });
    expect(await refused(request)).toEqual({
      code: "InvalidArgument",
      status: 400,
      message:
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, " +
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, " +
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER " +
        "or a valid sha256 value.",
      detail: { ArgumentName: "x-amz-content-sha256", ArgumentValue: "abc" },
    });
  });

  it("declines SigV4A's chunks with NotImplemented", async () => {
    const word = { "x-amz-content-sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" };
    expect(await refused(await signInHeader({ headers: word }))).toMatchObject({
      code: "NotImplemented",
      status: 501,
    });
  });

  it("is honoured as a parameter of a presigned URL", async () => {
    const headers = { "x-amz-content-sha256": emptyHash };
    const request = await presignHoisted({ method: "PUT", headers });
    expect([...request.headers.keys()]).toEqual(["host"]);
    const payload = { kind: "hash", sha256Hex: emptyHash };
    expect((await authenticate(request, facts())).payload).toEqual(payload);
    const other = withParameter(request, "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    expect((await refused(other)).code).toBe("SignatureDoesNotMatch");
  });

  it("decides the binding of the payload", async () => {
    const bind = async (word: string) => {
      const request = await signInHeader({ headers: { "x-amz-content-sha256": word } });
      return (await authenticate(request, facts())).payload;
    };
    expect(await bind("UNSIGNED-PAYLOAD")).toEqual({ kind: "unsigned" });
    expect(await bind("STREAMING-UNSIGNED-PAYLOAD-TRAILER")).toEqual({
      kind: "chunked-unsigned",
      hasTrailer: true,
    });
    expect(await bind("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")).toMatchObject({
      kind: "chunked-signed",
      hasTrailer: true,
      scope: "20261122/us-east-1/s3/aws4_request",
      amzDate,
      seedSignature: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe("SEC-011 the clock", () => {
  it("header-signed requests hold for 15 minutes either way", async () => {
    const request = await signInHeader();
    for (const minutes of [-15, -14, 0, 14, 15]) {
      const nowMs = signedAtMs + minutes * minute;
      expect((await authenticate(request, facts({ nowMs }))).method).toBe("header");
    }
    for (const minutes of [-16, 16]) {
      const nowMs = signedAtMs + minutes * minute;
      expect(await refused(request, { nowMs })).toEqual({
        code: "RequestTimeTooSkewed",
        status: 403,
        message: "The difference between the request time and the current time is too large.",
        detail: {
          RequestTime: amzDate,
          ServerTime: new Date(nowMs).toISOString().replace(".000", ""),
          MaxAllowedSkewMilliseconds: "900000",
        },
      });
    }
  });
});
