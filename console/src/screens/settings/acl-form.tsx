// The form of an access control list: a grant in each frame, to an account, to everybody, to everybody
// who is signed in, or to the delivery of logs.

import { type AccessControlPolicy, type Grant, type Grantee, Permission } from "@aws-sdk/client-s3";
import { Field } from "../../components/field.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { Line, Rules } from "./fields.tsx";
import type { FormProps } from "./types.ts";

const groups = {
  AllUsers: "http://acs.amazonaws.com/groups/global/AllUsers",
  AuthenticatedUsers: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
  LogDelivery: "http://acs.amazonaws.com/groups/s3/LogDelivery",
} as const;

type Kind = keyof typeof groups | "CanonicalUser";

const names: Readonly<Record<Kind, string>> = {
  CanonicalUser: text("granteeAccount"),
  AllUsers: text("granteeEverybody"),
  AuthenticatedUsers: text("granteeSignedIn"),
  LogDelivery: text("granteeLogs"),
};

const kindOf = ({ URI }: Partial<Grantee>): Kind =>
  (Object.keys(groups) as (keyof typeof groups)[]).find((name) => groups[name] === URI) ??
  "CanonicalUser";

const granteeOf = (kind: Kind): Grantee =>
  kind === "CanonicalUser"
    ? { Type: "CanonicalUser", ID: "" }
    : { Type: "Group", URI: groups[kind] };

export function AclForm({ value, onChange }: FormProps<AccessControlPolicy>) {
  return (
    <Rules<Grant>
      rules={value.Grants ?? []}
      blank={{ Grantee: granteeOf("CanonicalUser"), Permission: "READ" }}
      onChange={(Grants) => onChange({ ...value, Grants })}
      draw={(grant, change) => <GrantFields grant={grant} onChange={change} />}
    />
  );
}

interface GrantProps {
  readonly grant: Grant;
  onChange(grant: Grant): void;
}

function GrantFields({ grant, onChange }: GrantProps) {
  const { Grantee: grantee } = grant;
  const kind = kindOf(grantee ?? {});
  return (
    <>
      <Field label={text("grantee")}>
        <select
          value={kind}
          onChange={(event) =>
            onChange({ ...grant, Grantee: granteeOf(event.target.value as Kind) })
          }
        >
          {Object.entries(names).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </Field>
      {kind === "CanonicalUser" && (
        <Line
          label={text("canonicalId")}
          value={grantee?.ID}
          onChange={(ID) => onChange({ ...grant, Grantee: { Type: "CanonicalUser", ID } })}
        />
      )}
      <Field label={text("permission")}>
        <select
          value={grant.Permission}
          onChange={(event) => onChange({ ...grant, Permission: event.target.value as Permission })}
        >
          {Object.values(Permission).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </Field>
    </>
  );
}

/** The grants in short. */
export function GrantList({ Grants = [] }: AccessControlPolicy) {
  return (
    <ul className="setting-list">
      {Grants.map(({ Grantee: grantee, Permission: permission }) => {
        const who = grantee?.URI ?? grantee?.DisplayName ?? grantee?.ID ?? "";
        return (
          <li key={`${who} ${permission}`}>
            <SafeText>{`${who}: ${permission}`}</SafeText>
          </li>
        );
      })}
    </ul>
  );
}
