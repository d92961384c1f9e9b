// What uploaded objects are given: class, tags, metadata, lock, encryption. Folded away until wanted.

import type { ObjectLockMode, ServerSideEncryption, StorageClass } from "@aws-sdk/client-s3";
import { Check, Field } from "../../components/field.tsx";
import { Pairs } from "../../components/pairs.tsx";
import { objects as text } from "../../messages/en/objects.ts";
import { storageClasses, type UploadSettings } from "../../work/upload/settings.ts";

interface OptionsProps {
  readonly settings: UploadSettings;
  readonly hasLock: boolean;
  onChange(settings: UploadSettings): void;
}

export function UploadOptions({ settings, hasLock, onChange }: OptionsProps) {
  const set = (change: Partial<UploadSettings>) => onChange({ ...settings, ...change });
  return (
    <details className="more-options">
      <summary>{text("moreOptions")}</summary>
      <div className="stack">
        <Field label={text("class")}>
          <select
            value={settings.storageClass}
            onChange={(event) => set({ storageClass: event.target.value as StorageClass })}
          >
            {storageClasses.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field label={text("cacheControl")} isOptional hint={text("cacheControlHint")}>
          <input
            value={settings.cacheControl}
            onChange={(event) => set({ cacheControl: event.target.value })}
          />
        </Field>
        <Pairs
          label={text("tags")}
          pairs={settings.tags}
          maximum={10}
          onChange={(tags) => set({ tags })}
        />
        <Pairs
          label={text("metadata")}
          pairs={settings.metadata}
          onChange={(metadata) => set({ metadata })}
        />
        <Encryption settings={settings} set={set} />
        {hasLock && <Lock settings={settings} set={set} />}
      </div>
    </details>
  );
}

interface PartProps {
  readonly settings: UploadSettings;
  set(change: Partial<UploadSettings>): void;
}

function Encryption({ settings, set }: PartProps) {
  const isKms = settings.encryption !== "" && settings.encryption !== "AES256";
  return (
    <>
      <Field label={text("encryption")}>
        <select
          value={settings.encryption}
          onChange={(event) => set({ encryption: event.target.value as "" | ServerSideEncryption })}
        >
          <option value="">{text("asBucket")}</option>
          <option value="AES256">SSE-S3</option>
          <option value="aws:kms">SSE-KMS</option>
          <option value="aws:kms:dsse">DSSE-KMS</option>
        </select>
      </Field>
      {isKms && (
        <Field label={text("kmsKey")} isOptional>
          <input
            value={settings.kmsKeyId}
            onChange={(event) => set({ kmsKeyId: event.target.value.trim() })}
          />
        </Field>
      )}
    </>
  );
}

function Lock({ settings, set }: PartProps) {
  return (
    <>
      <Field label={text("lockMode")}>
        <select
          value={settings.lockMode}
          onChange={(event) => set({ lockMode: event.target.value as "" | ObjectLockMode })}
        >
          <option value="">{text("asBucket")}</option>
          <option>GOVERNANCE</option>
          <option>COMPLIANCE</option>
        </select>
      </Field>
      {settings.lockMode !== "" && (
        <Field label={text("lockUntil")}>
          <input
            type="datetime-local"
            value={settings.lockUntil}
            onChange={(event) => set({ lockUntil: event.target.value })}
          />
        </Field>
      )}
      <Check
        label={text("legalHold")}
        isChecked={settings.hasLegalHold}
        onChange={(hasLegalHold) => set({ hasLegalHold })}
      />
    </>
  );
}
