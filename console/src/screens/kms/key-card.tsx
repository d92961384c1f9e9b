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
import { sendKms } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { Field } from "../../components/field.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Badge, Card, Facts } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { kms as text } from "../../messages/en/kms.ts";
import type { Key } from "./keys.ts";

/** Runs a change, shows the keys anew, says so. */
function useChange() {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ["kms"] });
  return (call: () => Promise<unknown>, message: string, undo?: () => Promise<unknown>) =>
    call()
      .then(refresh)
      .then(() => toast(message, { undo: undo && (() => undo().then(refresh)) }))
      .catch(toastError);
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
  const change = useChange();
  const add = (AliasName: string) =>
    sendKms(new CreateAliasCommand({ AliasName, TargetKeyId: item.id }));
  const remove = (AliasName: string) => sendKms(new DeleteAliasCommand({ AliasName }));
  return (
    <>
      <ul className="kms-aliases">
        {item.aliases.map((alias) => (
          <li key={alias} className="row spread">
            <SafeText>{alias}</SafeText>
            <Button
              kind="quiet"
              aria-label={`${text("removeAlias")} ${alias}`}
              onClick={() =>
                change(
                  () => remove(alias),
                  text("aliasRemoved"),
                  () => add(alias),
                )
              }
            >
              {text("removeAlias")}
            </Button>
          </li>
        ))}
      </ul>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          change(
            () => add(name),
            text("aliasAdded"),
            () => remove(name),
          ).then(() => setName(""));
        }}
      >
        <Field label={text("alias")} hint={text("aliasHint")}>
          <input
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="alias/photos"
            spellCheck={false}
          />
        </Field>
        <Button type="submit">{text("addAlias")}</Button>
      </form>
    </>
  );
}

function KeyActions({ item }: { readonly item: Key }) {
  const { id, metadata, isRotated } = item;
  const [isRotating, setRotating] = useState(false);
  const [isDoomed, setDoomed] = useState(false);
  const change = useChange();
  const place = { KeyId: id };
  const enable = () => sendKms(new EnableKeyCommand(place));
  const disable = () => sendKms(new DisableKeyCommand(place));
  const rotate = () => sendKms(new EnableKeyRotationCommand(place));
  const stop = () => sendKms(new DisableKeyRotationCommand(place));
  if (metadata.KeyState === "PendingDeletion") {
    const keep = () => sendKms(new CancelKeyDeletionCommand(place));
    return (
      <div className="row kms-actions">
        <Button onClick={() => change(keep, text("keptToast"))}>{text("cancelDeletion")}</Button>
      </div>
    );
  }
  const isEnabled = metadata.KeyState === "Enabled";
  return (
    <div className="row kms-actions">
      {isEnabled && <Button onClick={() => setRotating(true)}>{text("rotateNow")}</Button>}
      {isEnabled && isRotated === false && (
        <Button onClick={() => change(rotate, text("rotationToast"), stop)}>
          {text("rotateYearly")}
        </Button>
      )}
      {isEnabled && isRotated === true && (
        <Button onClick={() => change(stop, text("rotationToast"), rotate)}>
          {text("stopRotating")}
        </Button>
      )}
      {isEnabled ? (
        <Button onClick={() => change(disable, text("disabledToast"), enable)}>
          {text("disable")}
        </Button>
      ) : (
        <Button onClick={() => change(enable, text("enabledToast"), disable)}>
          {text("enable")}
        </Button>
      )}
      <Button onClick={() => setDoomed(true)}>{text("schedule")}</Button>
      <ShowAs calls={[{ service: "kms", operation: "DescribeKey", input: place }]} />
      <ConfirmDialog
        title={text("rotateNow")}
        lead={text("rotateLead")}
        confirm={text("rotateNow")}
        isOpen={isRotating}
        isHarmless
        onConfirm={async () => {
          await sendKms(new RotateKeyOnDemandCommand(place));
          toast(text("rotatedToast"));
        }}
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
  const queries = useQueryClient();
  return (
    <ConfirmDialog
      title={text("scheduleTitle")}
      lead={text("scheduleLead")}
      confirm={text("schedule")}
      typedName={id}
      isOpen={isOpen}
      onConfirm={async () => {
        const PendingWindowInDays = Number(days);
        await sendKms(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays }));
        await queries.invalidateQueries({ queryKey: ["kms"] });
        toast(text("scheduledToast"), {
          undo: async () => {
            await sendKms(new CancelKeyDeletionCommand({ KeyId: id }));
            // AWS leaves a key that was kept disabled; it was in use before.
            await sendKms(new EnableKeyCommand({ KeyId: id }));
            await queries.invalidateQueries({ queryKey: ["kms"] });
          },
        });
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
