// Cross-origin rules: whether one matches a request, and which headers a browser is then given. Pure;
// storing rules and refusing preflights is `operations/bucket/`'s. Matching is linear: a pattern has
// one wildcard at most. Without a rule that matches nothing is ever said (SEC-113).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html

import type { CORSRule } from "@aws-sdk/client-s3";
import { headerText } from "./header-text.ts";

/** A rule as it is stored: what the client sent, in the SDK's shape. */
export type CorsRule = Pick<
  CORSRule,
  "AllowedHeaders" | "AllowedMethods" | "AllowedOrigins" | "ExposeHeaders" | "ID" | "MaxAgeSeconds"
>;

/** What the rules are asked. S3 asks preflights and actual requests the same. */
export interface CrossOriginAsk {
  readonly origin: string;
  /** `Access-Control-Request-Method` when it was sent, else the request's own. */
  readonly method: string;
  /** Names from `Access-Control-Request-Headers`, in lower case, in the order sent. */
  readonly headers: readonly string[];
}

export const corsMethods: readonly string[] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/** What answers depend on once a rule matched; a cache must tell such requests apart. */
const varied = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/** What a request asks of the rules; `undefined` without an `Origin`: then it is not cross-origin. */
export function readCrossOriginAsk(method: string, headers: Headers): CrossOriginAsk | undefined {
  const origin = headers.get("origin");
  if (origin === null) return undefined;
  const names = (headers.get("access-control-request-headers") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  return { origin, method: headers.get("access-control-request-method") ?? method, headers: names };
}

/**
 * The headers of the first rule that matches; `undefined` when none does. Origins and methods are
 * compared as they are, header names without regard to case. A rule for every origin (`*`) never
 * allows credentials.
 */
export function crossOriginHeaders(
  rules: readonly CorsRule[],
  ask: CrossOriginAsk,
): Readonly<Record<string, string>> | undefined {
  for (const rule of rules) {
    if (!rule.AllowedMethods?.includes(ask.method)) continue;
    const origin = rule.AllowedOrigins?.find((pattern) => matchesPattern(pattern, ask.origin));
    if (origin === undefined || !allowsHeaders(rule, ask.headers)) continue;
    return renderRule(rule, origin === "*" ? undefined : ask.origin, ask.headers);
  }
  return undefined;
}

/** Whether `text` is the pattern with its one `*`, if any, standing for any text, none included. */
export function matchesPattern(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star === -1) return pattern === text;
  const tail = pattern.slice(star + 1);
  return (
    text.length >= pattern.length - 1 &&
    text.startsWith(pattern.slice(0, star)) &&
    text.endsWith(tail)
  );
}

/** A rule that lists no headers allows none. */
function allowsHeaders(rule: CorsRule, names: readonly string[]): boolean {
  if (names.length === 0) return true;
  const patterns = (rule.AllowedHeaders ?? []).map((pattern) => pattern.toLowerCase());
  return names.every((name) => patterns.some((pattern) => matchesPattern(pattern, name)));
}

/** As S3 sends them; `origin` is absent when the rule is for every origin. */
function renderRule(
  rule: CorsRule,
  origin: string | undefined,
  names: readonly string[],
): Record<string, string> {
  const exposed = rule.ExposeHeaders ?? [];
  return {
    "access-control-allow-origin": origin ?? "*",
    "access-control-allow-methods": (rule.AllowedMethods ?? []).join(", "),
    ...(names.length > 0 && { "access-control-allow-headers": names.join(", ") }),
    ...(exposed.length > 0 && {
      "access-control-expose-headers": headerText(exposed.join(", ")),
    }),
    ...(rule.MaxAgeSeconds !== undefined && {
      "access-control-max-age": String(rule.MaxAgeSeconds),
    }),
    ...(origin !== undefined && { "access-control-allow-credentials": "true" }),
    vary: varied,
  };
}
