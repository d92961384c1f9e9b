// The wizard for a new bucket: one page, the name checked while it is typed, everything else with a
// good beginning. A setting that fails is told, and only what is missing is done again.

import * as sdk from "@aws-sdk/client-s3";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useRef, useState } from "react";
import { callOf } from "../../clients/deeds.ts";
import { type s3Client, send } from "../../clients/s3.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Field } from "../../components/field.tsx";
import { useGo, useSearch } from "../../components/go.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import type { Call } from "../../components/show-as-text.ts";
import { toast } from "../../components/toasts.tsx";
import { describeError } from "../../errors.ts";
import { buckets as text } from "../../messages/en/buckets.ts";
import { frame } from "../../messages/en/frame.ts";
import { bucketsQuery } from "../../queries/buckets.ts";
import { type CloneResult, type CloneStep, planClone, runClone } from "./clone.ts";
import { CloneReport } from "./clone-report.tsx";
import { CreateOptions } from "./create-options.tsx";
import {
  type BucketWish,
  emptyWish,
  judgeName,
  type PlannedCall,
  planCalls,
} from "./create-plan.ts";

type CommandClass = new (input: never) => Parameters<ReturnType<typeof s3Client>["send"]>[0];

/** The SDK's command of a planned call. */
function run({ operation, input }: PlannedCall): Promise<unknown> {
  const commands = {
    CreateBucket: sdk.CreateBucketCommand,
    DeletePublicAccessBlock: sdk.DeletePublicAccessBlockCommand,
    PutBucketVersioning: sdk.PutBucketVersioningCommand,
    PutObjectLockConfiguration: sdk.PutObjectLockConfigurationCommand,
    PutBucketEncryption: sdk.PutBucketEncryptionCommand,
    PutBucketTagging: sdk.PutBucketTaggingCommand,
  } as unknown as Readonly<Record<string, CommandClass>>;
  const Command = commands[operation];
  if (Command === undefined) throw new Error(operation);
  return send(new Command(input as never) as never) as Promise<unknown>;
}

export function CreateDialog({ onClose }: { readonly onClose: () => void }) {
  const [wish, setWish] = useState<BucketWish>(emptyWish);
  const [error, setError] = useState<unknown>();
  const [failedAt, setFailedAt] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const done = useRef(new Set<string>());
  const queries = useQueryClient();
  const go = useGo();
  const search = useSearch();
  const { reason, isFree } = useNameCheck(wish.name);
  const [source, setSource] = useState("");
  const [report, setReport] = useState<readonly CloneResult[]>();
  const steps = useCloneSteps(source, wish.name);
  const planned = source === "" ? planCalls(wish) : planCalls(wishLike(wish.name, steps));
  const create = async () => {
    setBusy(true);
    setError(undefined);
    for (const call of planned) {
      if (done.current.has(call.operation)) continue;
      try {
        await run(call);
        done.current.add(call.operation);
      } catch (thrown) {
        setFailedAt(call.operation);
        setError(thrown);
        setBusy(false);
        queries.invalidateQueries({ queryKey: ["buckets"] });
        return;
      }
    }
    const results = source === "" ? undefined : await runClone(steps ?? []);
    setBusy(false);
    await queries.invalidateQueries({ queryKey: ["buckets"] });
    if (results !== undefined) return setReport(results);
    show();
  };
  const show = () => {
    toast(text("created_", { bucket: wish.name }));
    // The way back is not to the address that opened this dialog.
    go(`/buckets/${wish.name}`, {}, search["create"] !== undefined);
  };
  const exists = done.current.has("CreateBucket");
  const reading = source !== "" && steps === undefined ? ("cloneReading" as const) : undefined;
  const blocker = (exists ? undefined : reason) ?? reading;
  if (report !== undefined) {
    return <CloneReport bucket={wish.name} source={source} results={report} onClose={show} />;
  }
  const actions = (
    <>
      <ShowAs calls={callsOf(planned, steps)} />
      <Button onClick={onClose}>{frame("cancel")}</Button>
      <Button
        kind="primary"
        isBusy={isBusy}
        disabledReason={blocker && text(blocker)}
        onClick={create}
      >
        {text(exists ? "finish" : "create")}
      </Button>
    </>
  );
  return (
    <Dialog title={text("createTitle")} isOpen onClose={onClose} actions={actions}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (blocker === undefined && !isBusy) create();
        }}
      >
        <Field
          label={text("bucketName")}
          hint={text(exists ? "fixedNow" : isFree ? "nameFree" : "nameHint")}
          error={wish.name !== "" && !exists && reason ? text(reason) : undefined}
        >
          <input
            value={wish.name}
            disabled={exists}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setWish({ ...wish, name: event.target.value.trim() })}
          />
        </Field>
        <SourceField source={source} isMade={exists} onChange={setSource} />
        {source === "" && <CreateOptions wish={wish} onChange={setWish} isMade={exists} />}
        <button type="submit" hidden />
      </form>
      {error !== undefined && (
        <ErrorPanel error={error}>
          {exists && failedAt && <p>{text("halfMade", { operation: failedAt })}</p>}
        </ErrorPanel>
      )}
    </Dialog>
  );
}

function callsOf(planned: readonly PlannedCall[], steps: readonly CloneStep[] = []): Call[] {
  return [
    ...planned.map((call): Call => ({ service: "s3", ...call })),
    ...steps.flatMap(({ deeds }) => deeds.map(callOf)),
  ];
}

/** `undefined` while the other bucket's settings are read, or where there is none. */
function useCloneSteps(source: string, target: string): readonly CloneStep[] | undefined {
  const { data } = useQuery({
    queryKey: ["clone", source, target],
    queryFn: () => planClone(source, target),
    enabled: source !== "",
    gcTime: 0,
  });
  return data;
}

interface SourceProps {
  readonly source: string;
  readonly isMade: boolean;
  onChange(source: string): void;
}

function SourceField({ source, isMade, onChange }: SourceProps) {
  const { data: buckets = [] } = useQuery(bucketsQuery());
  if (buckets.length === 0) return null;
  return (
    <Field label={text("cloneFrom")} hint={text(isMade ? "fixedNow" : "cloneFromHint")}>
      <select value={source} disabled={isMade} onChange={(event) => onChange(event.target.value)}>
        <option value="">{text("cloneNone")}</option>
        {buckets.map(({ name }) => (
          <option key={name} value={name}>
            {text("cloneLike", { bucket: name })}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** Only what CreateBucket alone can give: the rest are the clone's own steps. */
function wishLike(name: string, steps: readonly CloneStep[] | undefined): BucketWish {
  const hasLock = steps?.some(({ id, deeds }) => id === "lock" && deeds.length > 0) === true;
  return { ...emptyWish, name, hasLock };
}

/** Rules at once; whether somebody has the name, a moment after the typing stops. */
function useNameCheck(name: string) {
  const later = useDeferredValue(name);
  const wrong = judgeName(name);
  const { data } = useQuery({
    queryKey: ["bucket-exists", later],
    enabled: judgeName(later) === undefined,
    staleTime: 5000,
    queryFn: async ({ signal }) => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      if (signal.aborted) return false;
      try {
        await send(new sdk.HeadBucketCommand({ Bucket: later }), { abortSignal: signal });
        return true;
      } catch (error) {
        return describeError(error).status !== 404;
      }
    },
  });
  const isKnown = later === name && data !== undefined && wrong === undefined;
  const isTaken = isKnown && data;
  return {
    reason: wrong ?? (isTaken ? ("nameTaken" as const) : undefined),
    isFree: isKnown && !data,
  };
}
