// Errors as a person reads them: the service's code and words, and for denials the parts of its
// sentence (who, action, resource, reason).

import { signIn as text } from "./messages/en/frame.ts";
import { KeyWithheld } from "./session/store.ts";

export interface ErrorDescription {
  readonly code: string;
  readonly message: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly denial?: Denial;
}

export interface Denial {
  readonly who?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly reason?: string;
  /** What DecodeAuthorizationMessage opens. */
  readonly encodedMessage?: string;
}

interface ServiceError {
  readonly name?: string;
  readonly Code?: string;
  readonly message?: string;
  readonly EncodedMessage?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}

/** Codes that say that the credentials are over, not that they may not. */
const expiredCodes: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidToken",
  "RequestExpired",
]);

const deniedCodes: ReadonlySet<string> = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AllAccessDisabled",
]);

/** A body-less answer (HEAD) has no code: its status tells. */
const codeOfStatus: Readonly<Record<number, string>> = {
  403: "AccessDenied",
  404: "NotFound",
  412: "PreconditionFailed",
  503: "SlowDown",
};

/** What any thrown value says. */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return { code: "NetworkError", message: "The server does not answer." };
  }
  if (error instanceof KeyWithheld) {
    const isEnded = error.ask === "expired";
    const code = text(isEnded ? "again" : "keyNeeded");
    return { code, message: text(isEnded ? "againText" : "keyNeededText"), status: 401 };
  }
  const given = (error ?? {}) as ServiceError;
  const status = given.$metadata?.httpStatusCode;
  const named = given.Code ?? given.name ?? "Error";
  const isNameless = /^(Unknown|UnknownError|403|Forbidden|Error)$/.test(named);
  const code = isNameless && status !== undefined ? (codeOfStatus[status] ?? named) : named;
  const message = given.message || (error instanceof Error ? code : String(error));
  const requestId = given.$metadata?.requestId;
  return {
    code,
    message: message === "UnknownError" ? `The server answered ${status ?? "nothing"}.` : message,
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
    ...(deniedCodes.has(code) && { denial: readDenial(message, given.EncodedMessage) }),
  };
}

/** AWS's sentence: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function readDenial(message: string, encoded: string | undefined): Denial {
  const who = /User: (\S+) is not authorized/.exec(message)?.[1];
  const action = /to perform: ([\w:*]+)/.exec(message)?.[1];
  const resource = /on resource: "?([^\s"]+)"?/.exec(message)?.[1];
  const reason = /(?:because|with) (.+?)(?:\. Encoded|$)/s.exec(message)?.[1];
  const encodedMessage =
    encoded ?? /[Ee]ncoded authorization failure message: (\S+)/.exec(message)?.[1];
  return {
    ...(who && { who }),
    ...(action && { action }),
    ...(resource && { resource }),
    ...(reason && { reason }),
    ...(encodedMessage && { encodedMessage }),
  };
}

export const isExpired = (error: unknown): boolean => expiredCodes.has(describeError(error).code);

/** Whether the caller may not do it. */
export const isDenied = (error: unknown): boolean => describeError(error).status === 403;

/** Whether the service said that the thing is not there. */
export function isAbsent(error: unknown): boolean {
  const { status, code } = describeError(error);
  return status === 404 || code === "NotFound" || code.startsWith("NoSuch");
}
