// Trust policies to start from. Pure.

/** Whom a new role trusts. */
export type Trusted = "account" | "provider" | "service";

/** The document. `provider` is the ARN of an identity provider. */
export function trustPolicy(
  trusted: Trusted,
  facts: { readonly accountId: string; readonly provider: string },
): string {
  const { accountId, provider } = facts;
  const statement =
    trusted === "service"
      ? { Principal: { Service: "s3.amazonaws.com" }, Action: "sts:AssumeRole" }
      : trusted === "account"
        ? { Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "sts:AssumeRole" }
        : {
            Principal: { Federated: provider },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: { StringEquals: { [`${hostOf(provider)}:aud`]: "sts.amazonaws.com" } },
          };
  const document = { Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] };
  return JSON.stringify(document, null, 2);
}

/** `arn:aws:iam::1:oidc-provider/host/path`: what stands before `:aud` in conditions. */
function hostOf(provider: string): string {
  return provider.slice(provider.indexOf("oidc-provider/") + "oidc-provider/".length);
}
