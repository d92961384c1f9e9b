// The forms of a bucket's properties.

import type {
  AccelerateConfiguration,
  BucketLoggingStatus,
  ObjectLockConfiguration,
  RequestPaymentConfiguration,
  ServerSideEncryption,
  ServerSideEncryptionConfiguration,
  ServerSideEncryptionRule,
  Tagging,
  VersioningConfiguration,
  WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { Check, Choice, Field } from "../../components/field.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { bucketsQuery } from "../../queries/buckets.ts";
import { useKeys } from "../../queries/choices.ts";
import { Line, NumberField, without } from "./fields.tsx";
import type { FormProps } from "./types.ts";

export function VersioningForm({ value, onChange }: FormProps<VersioningConfiguration>) {
  return (
    <Choice
      label={text("versioning")}
      value={value.Status === "Enabled" ? "Enabled" : "Suspended"}
      options={[
        { value: "Enabled", label: text("enabled") },
        { value: "Suspended", label: text("suspended"), hint: text("suspendedHint") },
      ]}
      onChange={(Status) => onChange({ Status })}
    />
  );
}

export function TagsForm({ value, onChange }: FormProps<Tagging>) {
  const list = value.TagSet ?? [];
  const set = (TagSet: Tagging["TagSet"]) => onChange({ TagSet });
  return (
    <>
      {list.map(({ Key = "", Value = "" }, index) => {
        const change = (tag: { Key: string; Value: string }) =>
          set(list.map((one, at) => (at === index ? tag : one)));
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: keys are being typed
          <div className="setting-pair" key={index}>
            <Line
              label={text("key")}
              value={Key}
              onChange={(next) => change({ Key: next, Value })}
            />
            <Line
              label={text("value")}
              value={Value}
              onChange={(next) => change({ Key, Value: next })}
            />
            <Button kind="quiet" onClick={() => set(list.filter((_, at) => at !== index))}>
              {text("remove")}
            </Button>
          </div>
        );
      })}
      <Button icon={<Plus />} onClick={() => set([...list, { Key: "", Value: "" }])}>
        {text("add")}
      </Button>
    </>
  );
}

export function EncryptionForm({ value, onChange }: FormProps<ServerSideEncryptionConfiguration>) {
  const rule: ServerSideEncryptionRule = value.Rules?.[0] ?? {};
  const given = rule.ApplyServerSideEncryptionByDefault;
  const algorithm = given?.SSEAlgorithm ?? "AES256";
  const set = (next: ServerSideEncryptionRule) => onChange({ Rules: [without(next)] });
  const usesKms = algorithm !== "AES256";
  const choose = (SSEAlgorithm: ServerSideEncryption) => {
    const { BucketKeyEnabled: _, ...rest } = rule;
    set({ ...rest, ApplyServerSideEncryptionByDefault: { SSEAlgorithm } });
  };
  const keys = useKeys();
  const isBlocked = rule.BlockedEncryptionTypes?.EncryptionType?.includes("SSE-C") ?? false;
  return (
    <>
      <Choice
        label={text("encryption")}
        value={algorithm}
        options={[
          { value: "AES256", label: text("sseS3") },
          { value: "aws:kms", label: text("sseKms") },
          { value: "aws:kms:dsse", label: text("dsseKms") },
        ]}
        onChange={(next) => choose(next as ServerSideEncryption)}
      />
      {usesKms && (
        <Line
          label={text("kmsKey")}
          hint={text("kmsKeyHint")}
          value={given?.KMSMasterKeyID}
          choices={keys}
          onChange={(KMSMasterKeyID) =>
            set({
              ...rule,
              ApplyServerSideEncryptionByDefault: without({
                SSEAlgorithm: algorithm,
                KMSMasterKeyID,
              }),
            })
          }
        />
      )}
      {algorithm === "aws:kms" && (
        <Check
          label={text("bucketKey")}
          isChecked={rule.BucketKeyEnabled === true}
          onChange={(BucketKeyEnabled) => set({ ...rule, BucketKeyEnabled })}
        />
      )}
      <Check
        label={text("blockSseC")}
        isChecked={isBlocked}
        onChange={(blocks) =>
          set({
            ...rule,
            BlockedEncryptionTypes: { EncryptionType: [blocks ? "SSE-C" : "NONE"] },
          })
        }
      />
    </>
  );
}

export function LockForm({ value, onChange }: FormProps<ObjectLockConfiguration>) {
  const given = value.Rule?.DefaultRetention;
  const mode = given?.Mode ?? "NONE";
  const set = (Mode: "COMPLIANCE" | "GOVERNANCE" | "NONE", Days: number | undefined) =>
    onChange({
      ObjectLockEnabled: "Enabled",
      ...(Mode !== "NONE" && { Rule: { DefaultRetention: { Mode, Days } } }),
    });
  return (
    <>
      <Choice
        label={text("lockDefault")}
        value={mode}
        options={[
          { value: "NONE", label: text("lockNone") },
          { value: "GOVERNANCE", label: text("governance"), hint: text("governanceHint") },
          { value: "COMPLIANCE", label: text("compliance"), hint: text("complianceHint") },
        ]}
        onChange={(next) => set(next as "NONE", given?.Days ?? 30)}
      />
      {mode !== "NONE" && (
        <NumberField
          label={text("days")}
          value={given?.Days}
          onChange={(days) => set(mode, days)}
        />
      )}
    </>
  );
}

export function LoggingForm({ value, onChange }: FormProps<BucketLoggingStatus>) {
  const { data: buckets = [] } = useQuery(bucketsQuery());
  const given = value.LoggingEnabled ?? { TargetBucket: "", TargetPrefix: "" };
  return (
    <>
      <Field label={text("targetBucket")}>
        <select
          value={given.TargetBucket ?? ""}
          onChange={(event) =>
            onChange({ LoggingEnabled: { ...given, TargetBucket: event.target.value } })
          }
        >
          <option value="" />
          {buckets.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Line
        label={text("targetPrefix")}
        value={given.TargetPrefix}
        onChange={(TargetPrefix) => onChange({ LoggingEnabled: { ...given, TargetPrefix } })}
      />
    </>
  );
}

export function WebsiteForm({ value, onChange }: FormProps<WebsiteConfiguration>) {
  return (
    <>
      <Line
        label={text("indexDocument")}
        value={value.IndexDocument?.Suffix}
        onChange={(Suffix) => onChange({ ...value, IndexDocument: { Suffix } })}
      />
      <Line
        label={text("errorDocument")}
        value={value.ErrorDocument?.Key}
        onChange={(Key) => {
          const { ErrorDocument: _, ...rest } = value;
          onChange(Key === "" ? rest : { ...rest, ErrorDocument: { Key } });
        }}
      />
    </>
  );
}

export function PaymentForm({ value, onChange }: FormProps<RequestPaymentConfiguration>) {
  return (
    <Choice
      label={text("payment")}
      value={value.Payer ?? "BucketOwner"}
      options={[
        { value: "BucketOwner", label: text("ownerPays") },
        { value: "Requester", label: text("requesterPays") },
      ]}
      onChange={(Payer) => onChange({ Payer: Payer as "BucketOwner" })}
    />
  );
}

export function AccelerationForm({ value, onChange }: FormProps<AccelerateConfiguration>) {
  return (
    <Choice
      label={text("acceleration")}
      value={value.Status ?? "Suspended"}
      options={[
        { value: "Enabled", label: text("enabled") },
        { value: "Suspended", label: text("suspended") },
      ]}
      onChange={(Status) => onChange({ Status: Status as "Enabled" })}
    />
  );
}
