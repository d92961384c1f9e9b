// One KMS key: what it is, its aliases, and what can be done with it.

import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  DeleteAliasCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sendDeeds } from "../../clients/deeds.ts";
import { Button } from "../../components/button.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { DeedButton, ShowDeeds } from "../../components/deed-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { Field } from "../../components/field.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Badge, Card, Facts } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { toast } from "../../components/toasts.tsx";
import { kms as text } from "../../messages/en/kms.ts";
import type { Key } from "./keys.ts";

function useRefresh() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ["kms"] });
}

export function KeyCard({ item }: { readonly item: Key }) {
  const { id, metadata, aliases, isRotated } = item;
  const { KeyState: state = "", Description = "", Arn = "" } = metadata;
  const isOurs = metadata.KeyManager !== "AWS";
  const tone = state === "Enabled" ? "good" : state === "Disabled" ? "warning" : "danger";
  return (
    <Card
      title={<SafeText>{aliases[0] ?? id}</SafeText>}
      actions={<Badge tone={tone}>{stateName(state)}</Badge>}
    >
      {Description !== "" && (
        <p className="muted">
          <SafeText>{Description}</SafeText>
        </p>
      )}
      <Facts
        items={[
          [text("key"), <Copyable key="arn" value={Arn} />],
          [text("created"), formatDateTime(metadata.CreationDate)],
          [text("deletionDate"), metadata.DeletionDate && formatDateTime(metadata.DeletionDate)],
          [
            text("rotation"),
            isRotated !== undefined && text(isRotated ? "rotatedYearly" : "rotatedNever"),
          ],
        ]}
      />
      {isOurs ? <Aliases item={item} /> : <p className="muted">{text("managedByAws")}</p>}
      {isOurs && <KeyActions item={item} />}
    </Card>
  );
}

function stateName(state: string): string {
  const isKnown = state === "Enabled" || state === "Disabled" || state === "PendingDeletion";
  return isKnown ? text(state) : state;
}

function Aliases({ item }: { readonly item: Key }) {
  const [name, setName] = useState("");
  const refresh = useRefresh();
  const add = (AliasName: string) => new CreateAliasCommand({ AliasName, TargetKeyId: item.id });
  const remove = (AliasName: string) => new DeleteAliasCommand({ AliasName });
  return (
    <>
      <ul className="kms-aliases">
        {item.aliases.map((alias) => (
          <li key={alias} className="row spread">
            <SafeText>{alias}</SafeText>
            <DeedButton
              kind="quiet"
              aria-label={`${text("removeAlias")} ${alias}`}
              deeds={[remove(alias)]}
              undo={[add(alias)]}
              said={text("aliasRemoved")}
              onDone={refresh}
            >
              {text("removeAlias")}
            </DeedButton>
          </li>
        ))}
      </ul>
      <form className="row">
        <Field label={text("alias")} hint={text("aliasHint")}>
          <input
            value={name}
            required
            onChange={(event) => setName(event.target.value)}
            placeholder="alias/photos"
            spellCheck={false}
          />
        </Field>
        <DeedButton
          type="submit"
          deeds={[add(name)]}
          undo={[remove(name)]}
          said={text("aliasAdded")}
          onDone={() => {
            setName("");
            return refresh();
          }}
        >
          {text("addAlias")}
        </DeedButton>
      </form>
    </>
  );
}

function KeyActions({ item }: { readonly item: Key }) {
  const { id, metadata, isRotated } = item;
  const [isRotating, setRotating] = useState(false);
  const [isDoomed, setDoomed] = useState(false);
  const onDone = useRefresh();
  const place = { KeyId: id };
  if (metadata.KeyState === "PendingDeletion") {
    const deeds = [new CancelKeyDeletionCommand(place)];
    return (
      <div className="row kms-actions">
        <DeedButton deeds={deeds} said={text("keptToast")} onDone={onDone}>
          {text("cancelDeletion")}
        </DeedButton>
      </div>
    );
  }
  const isEnabled = metadata.KeyState === "Enabled";
  const enable = [new EnableKeyCommand(place)];
  const disable = [new DisableKeyCommand(place)];
  const rotate = [new EnableKeyRotationCommand(place)];
  const stop = [new DisableKeyRotationCommand(place)];
  const now = [new RotateKeyOnDemandCommand(place)];
  const spin = isRotated ? { deeds: stop, undo: rotate } : { deeds: rotate, undo: stop };
  const turn = isEnabled ? { deeds: disable, undo: enable } : { deeds: enable, undo: disable };
  return (
    <div className="row kms-actions">
      {isEnabled && <Button onClick={() => setRotating(true)}>{text("rotateNow")}</Button>}
      {isEnabled && isRotated !== undefined && (
        <DeedButton {...spin} said={text("rotationToast")} onDone={onDone}>
          {text(isRotated ? "stopRotating" : "rotateYearly")}
        </DeedButton>
      )}
      <DeedButton
        {...turn}
        said={text(isEnabled ? "disabledToast" : "enabledToast")}
        onDone={onDone}
      >
        {text(isEnabled ? "disable" : "enable")}
      </DeedButton>
      <Button onClick={() => setDoomed(true)}>{text("schedule")}</Button>
      <ConfirmDialog
        title={text("rotateNow")}
        lead={text("rotateLead")}
        confirm={text("rotateNow")}
        isOpen={isRotating}
        isHarmless
        showAs={<ShowDeeds deeds={now} />}
        onConfirm={() => sendDeeds(now).then(() => toast(text("rotatedToast")))}
        onClose={() => setRotating(false)}
      />
      <DeletionDialog id={id} isOpen={isDoomed} onClose={() => setDoomed(false)} />
    </div>
  );
}

interface DeletionProps {
  readonly id: string;
  readonly isOpen: boolean;
  onClose(): void;
}

function DeletionDialog({ id, isOpen, onClose }: DeletionProps) {
  const [days, setDays] = useState("30");
  const refresh = useRefresh();
  const schedule = [
    new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: Number(days) }),
  ];
  // AWS leaves a key that was kept disabled; it was in use before.
  const keep = [new CancelKeyDeletionCommand({ KeyId: id }), new EnableKeyCommand({ KeyId: id })];
  return (
    <ConfirmDialog
      title={text("scheduleTitle")}
      lead={text("scheduleLead")}
      confirm={text("schedule")}
      typedName={id}
      isOpen={isOpen}
      showAs={<ShowDeeds deeds={schedule} />}
      onConfirm={async () => {
        await sendDeeds(schedule);
        await refresh();
        toast(text("scheduledToast"), { undo: () => sendDeeds(keep).then(refresh) });
      }}
      onClose={onClose}
    >
      <Field label={text("days")}>
        <input
          type="number"
          min={7}
          max={30}
          value={days}
          onChange={(event) => setDays(event.target.value)}
        />
      </Field>
    </ConfirmDialog>
  );
}
