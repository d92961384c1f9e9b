// The page of one user, group, role or policy: what it is, its parts, and the way to delete it.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FlaskConical, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { type Deed, sendDeeds } from "../../clients/deeds.ts";
import { Button } from "../../components/button.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { ShowDeeds } from "../../components/deed-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { useGo } from "../../components/go.tsx";
import { Card, Facts, Loading, Page } from "../../components/parts.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { toast } from "../../components/toasts.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import "./iam.css";

interface Deletion {
  readonly lead: string;
  /** Whether its name has to be typed first. */
  readonly isTyped?: boolean;
  /** What deletes it, with all that stands in the way. */
  plan(): Promise<readonly Deed[]>;
}

interface IdentityPageProps {
  /** The list it is in, which is shown once it is deleted; also the name of the list's query. */
  readonly list: "users" | "groups" | "roles" | "policies";
  readonly name: string;
  readonly error: unknown;
  /** The card of facts begins with it. */
  readonly arn?: string | undefined;
  readonly facts?: readonly (readonly [string, ReactNode])[];
  /** Who can ask for something, and so be tried in the simulator. */
  readonly isPrincipal?: boolean;
  /** Absent: it is not ours to delete. */
  readonly deletion?: Deletion | undefined;
  /** Absent while it is not loaded. */
  readonly children?: ReactNode;
}

export function IdentityPage(props: IdentityPageProps) {
  const { name, error, arn, facts = [], deletion, children } = props;
  const [isDoomed, setDoomed] = useState(false);
  const go = useGo();
  const isLoaded = children !== undefined;
  const actions = isLoaded && (
    <>
      {props.isPrincipal && arn && (
        <Button icon={<FlaskConical />} onClick={() => go("/simulator", { principal: arn })}>
          {text("simulateThis")}
        </Button>
      )}
      {deletion && (
        <Button icon={<Trash2 />} onClick={() => setDoomed(true)}>
          {text("delete")}
        </Button>
      )}
    </>
  );
  return (
    <Page title={<SafeText>{name}</SafeText>} actions={actions}>
      {Boolean(error) && <ErrorPanel error={error} />}
      {!isLoaded && !error && <Loading />}
      {isLoaded && arn && (
        <Card>
          <Facts items={[[text("arn"), <Copyable key="arn" value={arn} />], ...facts]} />
        </Card>
      )}
      {children}
      {deletion && (
        <DeleteDialog
          {...props}
          deletion={deletion}
          isOpen={isDoomed}
          onClose={() => setDoomed(false)}
        />
      )}
    </Page>
  );
}

interface DeleteProps extends Pick<IdentityPageProps, "list" | "name"> {
  readonly deletion: Deletion;
  readonly isOpen: boolean;
  onClose(): void;
}

function DeleteDialog({ list, name, deletion, isOpen, onClose }: DeleteProps) {
  const queries = useQueryClient();
  const go = useGo();
  const { data: plan = [] } = useQuery({
    queryKey: ["iam", "deletion", list, name],
    queryFn: () => deletion.plan(),
    enabled: isOpen,
    gcTime: 0,
  });
  return (
    <ConfirmDialog
      title={text("deleteTitle", { name: safeText(name) })}
      lead={deletion.lead}
      {...(deletion.isTyped && { typedName: name })}
      isOpen={isOpen}
      confirm={text("delete")}
      showAs={<ShowDeeds deeds={plan} />}
      onConfirm={async () => {
        // Asked anew: something may have been added since.
        await sendDeeds(await deletion.plan());
        await queries.invalidateQueries({ queryKey: ["iam", list] });
        toast(text("deletedToast", { name: safeText(name) }));
        go(`/${list}`);
      }}
      onClose={onClose}
    />
  );
}
