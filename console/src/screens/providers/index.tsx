// The account's OpenID Connect providers, with their audiences.

import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  ListOpenIDConnectProvidersCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
} from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { sendDeeds } from "../../clients/deeds.ts";
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { DeedButton, ShowDeeds } from "../../components/deed-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { Card, Empty, Facts, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import "../iam/iam.css";
import { NameDialog } from "../iam/name-dialog.tsx";

const key = ["iam", "providers"];

export default function ProvidersScreen() {
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new ListOpenIDConnectProvidersCommand({})),
  });
  const [isOpen, setOpen] = useState(false);
  const queries = useQueryClient();
  const arns = data?.OpenIDConnectProviderList?.map(({ Arn = "" }) => Arn);
  const button = (
    <Button kind="primary" icon={<Plus />} onClick={() => setOpen(true)}>
      {text("createProvider")}
    </Button>
  );
  return (
    <Page title={text("providers")} lead={text("providersLead")} actions={data && button}>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {arns?.length === 0 && (
        <Empty icon={<KeyRound />} title={text("noProviders")}>
          {text("noProvidersLead")}
        </Empty>
      )}
      {arns?.map((arn) => (
        <Provider key={arn} arn={arn} />
      ))}
      <NameDialog
        title={text("createProvider")}
        label={text("url")}
        hint={text("urlHint")}
        isOpen={isOpen}
        deedOf={(Url) =>
          new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ["sts.amazonaws.com"] })
        }
        onDone={() => queries.invalidateQueries({ queryKey: key })}
        onClose={() => setOpen(false)}
      />
    </Page>
  );
}

function Provider({ arn }: { readonly arn: string }) {
  const given = { OpenIDConnectProviderArn: arn };
  const { data, error } = useQuery({
    queryKey: [...key, arn],
    queryFn: () => sendIam(new GetOpenIDConnectProviderCommand(given)),
  });
  const [audience, setAudience] = useState("");
  const [isDoomed, setDoomed] = useState(false);
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const add = (ClientID: string) =>
    new AddClientIDToOpenIDConnectProviderCommand({ ...given, ClientID });
  const remove = (ClientID: string) =>
    new RemoveClientIDFromOpenIDConnectProviderCommand({ ...given, ClientID });
  const deletion = [new DeleteOpenIDConnectProviderCommand(given)];
  const name = data?.Url ?? arn;
  return (
    <Card
      title={<SafeText>{name}</SafeText>}
      actions={
        <Button icon={<Trash2 />} onClick={() => setDoomed(true)}>
          {text("delete")}
        </Button>
      }
    >
      {error && <ErrorPanel error={error} />}
      <Facts
        items={[
          [text("arn"), <Copyable key="arn" value={arn} />],
          [text("thumbprints"), data?.ThumbprintList?.join(", ")],
        ]}
      />
      <h3>{text("audiences")}</h3>
      {data?.ClientIDList?.length === 0 && <p className="muted">{text("noAudiences")}</p>}
      <ul className="iam-list">
        {data?.ClientIDList?.map((id) => (
          <li key={id} className="row spread">
            <SafeText>{id}</SafeText>
            <DeedButton
              kind="quiet"
              deeds={[remove(id)]}
              undo={[add(id)]}
              said={text("removed", { name: id })}
              onDone={refresh}
            >
              {text("remove")}
            </DeedButton>
          </li>
        ))}
      </ul>
      <form className="row">
        <Field label={text("audience")}>
          <input value={audience} required onChange={(event) => setAudience(event.target.value)} />
        </Field>
        <DeedButton
          type="submit"
          deeds={[add(audience)]}
          onDone={() => {
            setAudience("");
            return refresh();
          }}
        >
          {text("addAudience")}
        </DeedButton>
      </form>
      <ConfirmDialog
        title={text("deleteTitle", { name })}
        lead={text("deleteProviderLead")}
        isOpen={isDoomed}
        confirm={text("delete")}
        showAs={<ShowDeeds deeds={deletion} />}
        onConfirm={() => sendDeeds(deletion).then(refresh)}
        onClose={() => setDoomed(false)}
      />
    </Card>
  );
}
