// Who signed a form: the Signature Version 4 fields of a browser upload, verified over the policy's
// text exactly as it was sent. It promises the principal of an active key whose secret signed that
// text; what the policy then allows is for `post-policy.ts`.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html

import { type ErrorDetail, S3Error } from "../s3/errors.ts";
import { parseAmzDate } from "./amz-date.ts";
import { type ClaimFailure, dayMismatch, parseCredential } from "./credential.ts";
import { unsupportedMechanism } from "./header-claim.ts";
import type { FormValues } from "./post-policy.ts";
import {
  algorithm,
  isSameSignature,
  type SigningScope,
  signingKeyFor,
  signText,
} from "./signature.ts";
import type { AccessKey, Principal } from "./types.ts";

export interface FormSignatureFacts {
  /** The region this deployment answers as. */
  readonly region: string;
  /** As `authenticate` wants it: temporary keys are found only with their own token. */
  readonly findAccessKey: (accessKeyId: string, token?: string) => Promise<AccessKey | undefined>;
}

/** A verified signer, and the policy text that was signed. */
export interface SignedForm {
  readonly principal: Principal;
  readonly policy: string;
  readonly signedAtMs: number | undefined;
}

/** In the order in which S3 asks for them. */
const signatureFields = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Signature",
] as const;

/**
 * Verifies a form's signature; `undefined` when it carries none. Throws InvalidArgument for fields
 * that are missing or malformed, InvalidRequest for Signature Version 2, InvalidAccessKeyId,
 * SignatureDoesNotMatch, InvalidToken.
 */
export async function verifyForm(
  fields: FormValues,
  facts: FormSignatureFacts,
): Promise<SignedForm | undefined> {
  if (fields.has("signature") || fields.has("awsaccesskeyid")) throw unsupportedMechanism();
  const isSigned = signatureFields.some((name) => fields.has(name.toLowerCase()));
  if (!isSigned) return undefined;
  const [named, credential, amzDate, signature] = signatureFields.map((name) =>
    required(fields, name),
  ) as [string, string, string, string];
  const policy = required(fields, "Policy");
  if (named !== algorithm) {
    throw badField("X-Amz-Algorithm", named)(`X-Amz-Algorithm only supports "${algorithm}"`);
  }
  const claim = parseClaim(credential, amzDate, facts.region);
  const token = fields.get("x-amz-security-token")?.value;
  const key = await findSigner({ ...claim, policy, signature, token }, facts);
  // A long-term key has no token: this one belongs to somebody else's key.
  if (token !== undefined && key.isTemporary !== true) {
    throw new S3Error("InvalidToken", undefined, { detail: { "Token-0": token } });
  }
  return { principal: key.principal, policy, signedAtMs: parseAmzDate(amzDate) };
}

/** A form that says who signed it must say it completely. */
function required(fields: FormValues, name: string): string {
  const value = fields.get(name.toLowerCase())?.value;
  if (value !== undefined) return value;
  throw missingField(name);
}

/** S3's words for a field that is not in front of the file, its two spaces included. */
export function missingField(name: string): S3Error {
  const hint = "If it is specified, please check the order of the fields.";
  return new S3Error(
    "InvalidArgument",
    `Bucket POST must contain a field named '${name}'.  ${hint}`,
    { detail: { ArgumentName: name, ArgumentValue: "" } },
  );
}

function badField(name: string, value: string): ClaimFailure {
  return (reason, detail: ErrorDetail = {}) =>
    new S3Error("InvalidArgument", reason, {
      detail: { ArgumentName: name, ArgumentValue: value, ...detail },
    });
}

function parseClaim(
  credential: string,
  amzDate: string,
  region: string,
): { accessKeyId: string; scope: SigningScope } {
  const fail = badField("X-Amz-Credential", credential);
  const { accessKeyId, scope } = parseCredential(credential, region, fail);
  if (accessKeyId === "") {
    throw fail("a non-empty Access Key (AKID) must be provided in the credential.");
  }
  if (scope.service !== "s3") {
    throw fail(`incorrect service "${scope.service}". This endpoint belongs to "s3".`);
  }
  if (parseAmzDate(amzDate) === undefined) {
    const wrongDate = badField("X-Amz-Date", amzDate);
    throw wrongDate("X-Amz-Date must be formated via ISO8601 Long format");
  }
  // A key derived for another day than the one claimed would sign for ever (SEC-014).
  if (amzDate.slice(0, 8) !== scope.day) {
    throw new S3Error("AuthorizationHeaderMalformed", dayMismatch(scope.day, amzDate));
  }
  return { accessKeyId, scope };
}

// Unknown keys walk the same path as known ones, so that time does not tell them apart.
const dummySecret = "0000000000000000000000000000000000000000";
const longestAccessKeyId = 128;

async function findSigner(
  claim: {
    readonly accessKeyId: string;
    readonly scope: SigningScope;
    readonly policy: string;
    readonly signature: string;
    readonly token: string | undefined;
  },
  { findAccessKey }: FormSignatureFacts,
): Promise<AccessKey> {
  const { accessKeyId, scope, policy, signature, token } = claim;
  const isPlausible = accessKeyId.length <= longestAccessKeyId;
  const found = isPlausible ? await findAccessKey(accessKeyId, token) : undefined;
  const key = found?.status === "Active" ? found : undefined;
  const expected = signText(signingKeyFor(key?.secret ?? dummySecret, scope), policy);
  const isSame = isSameSignature(expected, signature);
  if (key === undefined) {
    throw new S3Error("InvalidAccessKeyId", undefined, { detail: { AWSAccessKeyId: accessKeyId } });
  }
  if (isSame) return key;
  throw new S3Error("SignatureDoesNotMatch", undefined, {
    detail: {
      AWSAccessKeyId: accessKeyId,
      StringToSign: policy,
      SignatureProvided: signature,
      StringToSignBytes: Buffer.from(policy, "utf8")
        .toString("hex")
        .replace(/..(?!$)/g, "$& "),
    },
  });
}
