import { SELF } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isFetchable } from "../../src/s3/fetch-guard.ts";
import { call, makeAccount } from "../operations/bucket/fixtures.ts";
import {
  allow,
  credentialsOf,
  done,
  flatten,
  iam,
  policy,
  readAnswer,
  type SessionKeys,
  sts,
} from "./fixtures.ts";

afterEach(() => vi.restoreAllMocks());

const rsaAlgorithm = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const ecAlgorithm = { name: "ECDSA", namedCurve: "P-256" };

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

interface Issuer {
  readonly host: string;
  readonly keys: Record<"RS256" | "ES256", CryptoKeyPair>;
  /** How often something was fetched. */
  readonly fetches: string[];
}

let made = 0;

/** An OIDC provider on the network as the program sees it. */
async function makeIssuer(change: (documents: Record<string, Response>) => void = () => {}) {
  made += 1;
  const host = `oidc-${made}-${crypto.randomUUID().slice(0, 8)}.example.com`;
  const usages = ["sign", "verify"];
  const keys = {
    RS256: (await crypto.subtle.generateKey(rsaAlgorithm, true, usages)) as CryptoKeyPair,
    ES256: (await crypto.subtle.generateKey(ecAlgorithm, true, usages)) as CryptoKeyPair,
  };
  const published = await Promise.all(
    Object.entries(keys).map(async ([kid, { publicKey }]) => ({
      ...((await crypto.subtle.exportKey("jwk", publicKey)) as object),
      kid,
    })),
  );
  const base = `https://${host}`;
  const fetches: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    const url = String(input);
    fetches.push(url);
    const documents: Record<string, Response> = {
      [`${base}/.well-known/openid-configuration`]: Response.json({
        issuer: base,
        jwks_uri: `${base}/keys`,
      }),
      [`${base}/keys`]: Response.json({ keys: published }),
    };
    change(documents);
    return documents[url] ?? new Response("", { status: 404 });
  });
  return { host, keys, fetches };
}

async function sign(
  { host, keys }: Issuer,
  alg: "RS256" | "ES256",
  claims: object = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: `https://${host}`, aud: "cairn", sub: "repo:a/b", iat: now, exp: now + 60 };
  const text = `${encode({ alg, kid: alg, typ: "JWT" })}.${encode({ ...all, ...claims })}`;
  const algorithm = alg === "RS256" ? rsaAlgorithm : { ...ecAlgorithm, hash: "SHA-256" };
  const bytes = new TextEncoder().encode(text);
  const signature = await crypto.subtle.sign(algorithm, keys[alg].privateKey, bytes);
  return `${text}.${Buffer.from(signature).toString("base64url")}`;
}

interface Stage {
  readonly keys: SessionKeys;
  readonly roleArn: string;
  readonly providerArn: string;
}

/** An account that trusts the issuer's `repo:a/*`. */
async function makeStage({ host }: Issuer): Promise<Stage> {
  const { keys } = await makeAccount();
  const wish = {
    Url: `https://${host}`,
    ClientIDList: ["cairn"],
    ThumbprintList: ["0123456789012345678901234567890123456789"],
  };
  const provider = await done(iam(keys, "CreateOpenIDConnectProvider", wish));
  const providerArn = provider.first("OpenIDConnectProviderArn") ?? "";
  const AssumeRolePolicyDocument = policy({
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: { [`${host}:aud`]: "cairn" },
      StringLike: { [`${host}:sub`]: "repo:a/*" },
    },
  });
  const role = { RoleName: "ci", AssumeRolePolicyDocument };
  const roleArn = (await done(iam(keys, "CreateRole", role))).first("Arn") ?? "";
  const grant = { RoleName: "ci", PolicyName: "s3", PolicyDocument: allow("s3:*") };
  await done(iam(keys, "PutRolePolicy", grant));
  return { keys, roleArn, providerArn };
}

/** The call as SDKs send it: without a signature. */
async function present({ roleArn }: Stage, token: string, method = "POST") {
  const form = new URLSearchParams([
    ["Action", "AssumeRoleWithWebIdentity"],
    ["Version", "2011-06-15"],
    ...flatten({ RoleArn: roleArn, RoleSessionName: "job", WebIdentityToken: token }),
  ]);
  const headers = { "content-type": "application/x-www-form-urlencoded", host: "localhost" };
  return readAnswer(
    method === "POST"
      ? await SELF.fetch("http://localhost/", { method, body: form.toString(), headers })
      : await SELF.fetch(`http://localhost/?${form}`, { headers: { host: "localhost" } }),
  );
}

describe("AssumeRoleWithWebIdentity", () => {
  it.each(["RS256", "ES256"] as const)("takes a token signed with %s", async (algorithm) => {
    const issuer = await makeIssuer();
    const stage = await makeStage(issuer);
    const answer = await present(stage, await sign(issuer, algorithm));
    expect([answer.status, answer.first("Code")]).toEqual([200, undefined]);
    expect(answer.first("SubjectFromWebIdentityToken")).toBe("repo:a/b");
    expect([answer.first("Provider"), answer.first("Audience")]).toEqual([
      stage.providerArn,
      "cairn",
    ]);
    const session = credentialsOf(answer);
    const identity = await done(sts(session, "GetCallerIdentity"));
    expect(identity.first("Arn")).toMatch(/:assumed-role\/ci\/job$/);
    expect((await call("GET", "/", { keys: session })).status).toBe(200);
  });

  it("reads the query string of a GET, and fetches the keys once", async () => {
    const issuer = await makeIssuer();
    const stage = await makeStage(issuer);
    expect((await present(stage, await sign(issuer, "RS256"), "GET")).status).toBe(200);
    expect((await present(stage, await sign(issuer, "ES256"), "GET")).status).toBe(200);
    expect(issuer.fetches.length).toBe(2);
  });

  it.each([
    ["without an end", { exp: undefined }, "InvalidIdentityToken"],
    ["that is over", { exp: 1_700_000_000 }, "ExpiredTokenException"],
    ["without a time of issue", { iat: undefined }, "InvalidIdentityToken"],
    ["of the future", { iat: 4_000_000_000 }, "InvalidIdentityToken"],
    ["that is not valid yet", { nbf: 4_000_000_000 }, "InvalidIdentityToken"],
    ["for another audience", { aud: "other" }, "InvalidIdentityToken"],
    ["for another party among several", { aud: ["cairn", "x"], azp: "x" }, "InvalidIdentityToken"],
    ["without a subject", { sub: undefined }, "InvalidIdentityToken"],
    ["of a stranger", { iss: "https://elsewhere.example.com" }, "InvalidIdentityToken"],
    ["of another subject", { sub: "repo:b/b" }, "AccessDenied"],
  ])("refuses a token %s (SEC-027)", async (_words, claims, code) => {
    const issuer = await makeIssuer();
    const stage = await makeStage(issuer);
    const answer = await present(stage, await sign(issuer, "RS256", claims));
    expect(answer.first("Code")).toBe(code);
    expect(answer.text).not.toContain("SecretAccessKey");
  });

  it("refuses what is not signed by the provider: none, shared secrets, swaps (SEC-027)", async () => {
    const issuer = await makeIssuer();
    const stage = await makeStage(issuer);
    const good = await sign(issuer, "RS256");
    const [, payload = "", signature = ""] = good.split(".");
    const publicKey = await crypto.subtle.exportKey("spki", issuer.keys.RS256.publicKey);
    const shared = await crypto.subtle.importKey(
      "raw",
      publicKey as ArrayBuffer,
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const hmacHead = `${encode({ alg: "HS256", kid: "RS256" })}.${payload}`;
    const mac = await crypto.subtle.sign("HMAC", shared, new TextEncoder().encode(hmacHead));
    const stranger = await sign({ ...issuer, keys: (await makeIssuer()).keys }, "RS256");
    const tokens = [
      `${encode({ alg: "none" })}.${payload}.`,
      `${encode({ alg: "none" })}.${payload}.${signature}`,
      `${hmacHead}.${Buffer.from(mac).toString("base64url")}`,
      `${encode({ alg: "ES256", kid: "RS256" })}.${payload}.${signature}`,
      `${encode({ alg: "RS256", kid: "ES256" })}.${payload}.${signature}`,
      `${encode({ alg: "RS256", kid: "RS256", crit: ["x"] })}.${payload}.${signature}`,
      `${encode({ alg: "RS256" })}.${encode({ sub: "x" })}.${signature}`,
      stranger,
      "nonsense",
    ];
    for (const token of tokens) {
      const answer = await present(stage, token);
      expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidIdentityToken"]);
    }
  });

  it.each([
    ["of another issuer", "https://elsewhere.example.com", "/keys"],
    ["with keys on an address", undefined, "https://127.0.0.1/keys"],
    ["with keys over HTTP", undefined, "http://keys.example.com/"],
    ["with keys inside", undefined, "https://metadata.internal/keys"],
  ])("does not follow a configuration %s", async (_words, issuerUrl, keysUrl) => {
    const issuer: Issuer = await makeIssuer((documents) => {
      const [discovery = ""] = Object.keys(documents);
      const base = discovery.replace("/.well-known/openid-configuration", "");
      documents[discovery] = Response.json({
        issuer: issuerUrl ?? base,
        jwks_uri: keysUrl.startsWith("/") ? base + keysUrl : keysUrl,
      });
    });
    const stage = await makeStage(issuer);
    const answer = await present(stage, await sign(issuer, "RS256"));
    expect(answer.first("Code")).toBe("InvalidIdentityToken");
    expect(issuer.fetches.length).toBe(1);
  });

  it("SEC-143 does not follow redirects", async () => {
    const issuer: Issuer = await makeIssuer((documents) => {
      const [discovery = ""] = Object.keys(documents);
      documents[discovery] = Response.redirect("https://10.0.0.1/", 302);
    });
    const stage = await makeStage(issuer);
    const answer = await present(stage, await sign(issuer, "RS256"));
    expect(answer.first("Code")).toBe("InvalidIdentityToken");
  });

  it("is the only action without a signature (SEC-029)", async () => {
    for (const action of ["AssumeRole", "GetSessionToken", "GetCallerIdentity", "CreateUser"]) {
      const answer = await readAnswer(
        await SELF.fetch("http://localhost/", {
          method: "POST",
          body: `Action=${action}&Version=2011-06-15&UserName=x`,
          headers: { "content-type": "application/x-www-form-urlencoded", host: "localhost" },
        }),
      );
      expect([answer.status, answer.first("Code")]).toEqual([403, "MissingAuthenticationToken"]);
    }
  });
});

describe("OIDC providers", () => {
  it("are made, changed, listed and deleted", async () => {
    const { keys, accountId } = await makeAccount();
    const wish = { Url: "https://oidc.example.com/realm", ClientIDList: ["a"] };
    const made = await done(iam(keys, "CreateOpenIDConnectProvider", wish));
    const OpenIDConnectProviderArn = made.first("OpenIDConnectProviderArn") ?? "";
    expect(OpenIDConnectProviderArn).toBe(
      `arn:aws:iam::${accountId}:oidc-provider/oidc.example.com/realm`,
    );
    const named = { OpenIDConnectProviderArn };
    await done(iam(keys, "AddClientIDToOpenIDConnectProvider", { ...named, ClientID: "b" }));
    await done(iam(keys, "RemoveClientIDFromOpenIDConnectProvider", { ...named, ClientID: "a" }));
    const shown = await done(iam(keys, "GetOpenIDConnectProvider", named));
    expect(shown.text).toContain("<ClientIDList><member>b</member></ClientIDList>");
    expect(shown.first("Url")).toBe("oidc.example.com/realm");
    expect((await iam(keys, "CreateOpenIDConnectProvider", wish)).first("Code")).toBe(
      "EntityAlreadyExists",
    );
    expect((await done(iam(keys, "ListOpenIDConnectProviders"))).all("Arn")).toEqual([
      OpenIDConnectProviderArn,
    ]);
    await done(iam(keys, "DeleteOpenIDConnectProvider", named));
    await done(iam(keys, "DeleteOpenIDConnectProvider", named));
    expect((await iam(keys, "GetOpenIDConnectProvider", named)).first("Code")).toBe("NoSuchEntity");
  });

  it.each([
    "http://oidc.example.com",
    "https://127.0.0.1",
    "https://2130706433",
    "https://0x7f.1",
    "https://[::1]",
    "https://localhost",
    "https://printer.local",
    "https://metadata.google.internal",
    "https://user:secret@oidc.example.com",
    "https://oidc.example.com:8443",
    "https://intranet",
    "file:///etc/passwd",
    "nonsense",
  ])("are not made for %s", async (Url) => {
    const { keys } = await makeAccount();
    const answer = await iam(keys, "CreateOpenIDConnectProvider", { Url });
    expect([answer.status, answer.first("Code")]).toEqual([400, "InvalidInput"]);
    expect(isFetchable(Url)).toBe(false);
  });
});
