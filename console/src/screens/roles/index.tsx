// The roles of the account.

import {
  CreateRoleCommand,
  ListOpenIDConnectProvidersCommand,
  type Role,
} from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Choice, Field } from "../../components/field.tsx";
import { Go, useGo } from "../../components/go.tsx";
import { Empty, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { rolesQuery } from "../../queries/identities.ts";
import { useSession } from "../../session/use-session.ts";
import { NameDialog } from "../iam/name-dialog.tsx";
import { type Trusted, trustPolicy } from "./trust.ts";

const columns: readonly Column<Role>[] = [
  {
    id: "name",
    head: text("name"),
    value: ({ RoleName = "" }) => RoleName,
    cell: ({ RoleName = "" }) => (
      <Go to={`/roles/${encodeURIComponent(RoleName)}`}>
        <SafeText>{RoleName}</SafeText>
      </Go>
    ),
  },
  {
    id: "description",
    head: text("description"),
    cell: ({ Description = "" }) => <SafeText>{Description}</SafeText>,
    isMinor: true,
  },
  times("created", text("created"), ({ CreateDate }) => CreateDate),
];

export default function RolesScreen() {
  const { data, error, refetch } = useQuery(rolesQuery());
  const [isOpen, setOpen] = useState(false);
  const button = (
    <Button kind="primary" icon={<Plus />} onClick={() => setOpen(true)}>
      {text("createRole")}
    </Button>
  );
  return (
    <Page title={text("roles")} lead={text("rolesLead")} actions={data && button}>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.length === 0 && (
        <Empty icon={<ShieldCheck />} title={text("noRoles")}>
          {text("noRolesLead")}
        </Empty>
      )}
      {data && data.length > 0 && (
        <DataTable
          label={text("roles")}
          rows={data}
          columns={columns}
          rowKey={({ RoleName = "" }) => RoleName}
          sortedBy={{ id: "name", desc: false }}
        />
      )}
      <CreateRole isOpen={isOpen} onClose={() => setOpen(false)} />
    </Page>
  );
}

function CreateRole({ isOpen, onClose }: { readonly isOpen: boolean; onClose(): void }) {
  const { identity } = useSession();
  const { data } = useQuery({
    queryKey: ["iam", "providers"],
    queryFn: () => sendIam(new ListOpenIDConnectProvidersCommand({})),
    enabled: isOpen,
  });
  const providers = data?.OpenIDConnectProviderList?.map(({ Arn = "" }) => Arn) ?? [];
  const [trusted, setTrusted] = useState<Trusted>("account");
  const [picked, setPicked] = useState("");
  const queries = useQueryClient();
  const go = useGo();
  const provider = picked === "" ? (providers[0] ?? "") : picked;
  const facts = { accountId: identity.accountId, provider };
  const AssumeRolePolicyDocument = trustPolicy(trusted, facts);
  const show = async (name: string) => {
    await queries.invalidateQueries({ queryKey: ["iam", "roles"] });
    go(`/roles/${encodeURIComponent(name)}`);
  };
  return (
    <NameDialog
      title={text("createRole")}
      isOpen={isOpen}
      deedOf={(RoleName) => new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })}
      onDone={show}
      onClose={onClose}
    >
      <Choice
        label={text("trustTitle")}
        value={trusted}
        options={[
          { value: "account", label: text("trustAccount") },
          { value: "service", label: text("trustService") },
          ...(providers.length > 0
            ? [{ value: "provider" as const, label: text("trustProvider") }]
            : []),
        ]}
        onChange={(value) => setTrusted(value)}
      />
      {trusted === "provider" && (
        <Field label={text("trustProvider")}>
          <select value={provider} onChange={(event) => setPicked(event.target.value)}>
            {providers.map((arn) => (
              <option key={arn} value={arn}>
                {arn}
              </option>
            ))}
          </select>
        </Field>
      )}
    </NameDialog>
  );
}
