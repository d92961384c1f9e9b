// The wizard's settings below the name.

import { Check, Choice, Field } from "../../components/field.tsx";
import { Pairs } from "../../components/pairs.tsx";
import { Pick } from "../../components/pick.tsx";
import { buckets as text } from "../../messages/en/buckets.ts";
import { useKeys } from "../../queries/choices.ts";
import type { BucketWish } from "./create-plan.ts";

interface OptionsProps {
  readonly wish: BucketWish;
  /** The bucket is there already: what only CreateBucket can set is fixed. */
  readonly isMade: boolean;
  onChange(wish: BucketWish): void;
}

export function CreateOptions({ wish, isMade, onChange }: OptionsProps) {
  const set = (change: Partial<BucketWish>) => onChange({ ...wish, ...change });
  const keys = useKeys();
  const fixed = isMade ? text("fixedNow") : undefined;
  return (
    <>
      <div className="wizard-section">
        <Check
          label={text("versioning")}
          hint={text("versioningHint")}
          isChecked={wish.isVersioned || wish.hasLock}
          disabledReason={wish.hasLock ? text("lockNeedsVersions") : undefined}
          onChange={(isVersioned) => set({ isVersioned })}
        />
        <Check
          label={text("lock")}
          hint={text("lockHint")}
          isChecked={wish.hasLock}
          disabledReason={fixed}
          onChange={(hasLock) => set({ hasLock })}
        />
        {wish.hasLock && <Retention wish={wish} set={set} />}
      </div>
      <div className="wizard-section">
        <Check
          label={text("blockPublic")}
          hint={text("blockPublicHint")}
          isChecked={wish.isPublicBlocked}
          onChange={(isPublicBlocked) => set({ isPublicBlocked })}
        />
        <Field label={text("ownership")} hint={fixed ?? text("ownershipHint")}>
          <select
            value={wish.ownership}
            disabled={isMade}
            onChange={(event) => set({ ownership: event.target.value as BucketWish["ownership"] })}
          >
            <option value="BucketOwnerEnforced">{text("ownerEnforced")}</option>
            <option value="BucketOwnerPreferred">{text("ownerPreferred")}</option>
            <option value="ObjectWriter">{text("objectWriter")}</option>
          </select>
        </Field>
      </div>
      <div className="wizard-section">
        <Choice
          label={text("encryption")}
          value={wish.encryption}
          onChange={(encryption) => set({ encryption })}
          options={[
            { value: "AES256", label: text("sseS3") },
            { value: "aws:kms", label: text("sseKms") },
            { value: "aws:kms:dsse", label: text("dsseKms") },
          ]}
        />
        {wish.encryption !== "AES256" && (
          <Field label={text("kmsKey")} hint={text("kmsKeyHint")} isOptional>
            <Pick
              value={wish.kmsKeyId}
              choices={keys}
              onChange={(kmsKeyId) => set({ kmsKeyId: kmsKeyId.trim() })}
            />
          </Field>
        )}
      </div>
      <div className="wizard-section">
        <Pairs label={text("tags")} pairs={wish.tags} onChange={(tags) => set({ tags })} />
      </div>
    </>
  );
}

interface RetentionProps {
  readonly wish: BucketWish;
  set(change: Partial<BucketWish>): void;
}

function Retention({ wish, set }: RetentionProps) {
  return (
    <>
      <Choice
        label={text("retention")}
        value={wish.retention}
        onChange={(retention) => set({ retention })}
        options={[
          { value: "none", label: text("retentionNone") },
          { value: "GOVERNANCE", label: text("governance"), hint: text("governanceHint") },
          { value: "COMPLIANCE", label: text("compliance"), hint: text("complianceHint") },
        ]}
      />
      {wish.retention !== "none" && (
        <Field label={text("retentionDays")}>
          <input
            type="number"
            min={1}
            max={36500}
            value={wish.retentionDays}
            onChange={(event) => set({ retentionDays: Math.max(1, Number(event.target.value)) })}
          />
        </Field>
      )}
    </>
  );
}
