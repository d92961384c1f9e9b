// The builder of lifecycle rules: filter, one move, the ends of objects, versions and uploads. What it
// has no field for stays in the document as it is.

import type {
  BucketLifecycleConfiguration,
  LifecycleRule,
  TransitionStorageClass,
} from "@aws-sdk/client-s3";
import { Check, Field } from "../../components/field.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { Line, NumberField, Rules, without } from "./fields.tsx";
import { FilterFields } from "./filter.tsx";
import type { FormProps } from "./types.ts";

const classes: readonly TransitionStorageClass[] = [
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
];

export function LifecycleForm({ value, onChange }: FormProps<BucketLifecycleConfiguration>) {
  const rules = value.Rules ?? [];
  return (
    <Rules<LifecycleRule>
      rules={rules}
      blank={{ ID: "", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 365 } }}
      onChange={(Rules) => onChange({ Rules })}
      draw={(rule, change) => (
        <>
          <Line
            label={text("ruleName")}
            value={rule.ID}
            onChange={(ID) => change({ ...rule, ID })}
          />
          <Check
            label={text("isOn")}
            isChecked={rule.Status === "Enabled"}
            onChange={(isOn) => change({ ...rule, Status: isOn ? "Enabled" : "Disabled" })}
          />
          <FilterFields filter={rule.Filter} onChange={(Filter) => change({ ...rule, Filter })} />
          <Move rule={rule} onChange={change} />
          <Ends rule={rule} onChange={change} />
        </>
      )}
    />
  );
}

interface RuleProps {
  readonly rule: LifecycleRule;
  onChange(rule: LifecycleRule): void;
}

/** The first transition: further ones are the document's. */
function Move({ rule, onChange }: RuleProps) {
  const [first, ...rest] = rule.Transitions ?? [];
  const choose = (name: string) => {
    if (name === "") {
      onChange(without({ ...rule, Transitions: rest.length === 0 ? undefined : rest }));
      return;
    }
    const StorageClass = name as TransitionStorageClass;
    onChange({
      ...rule,
      Transitions: [{ ...first, Days: first?.Days ?? 30, StorageClass }, ...rest],
    });
  };
  return (
    <>
      <Field label={text("moveTo")}>
        <select value={first?.StorageClass ?? ""} onChange={(event) => choose(event.target.value)}>
          <option value="">{text("noMove")}</option>
          {classes.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      {first !== undefined && (
        <NumberField
          label={text("afterDays")}
          value={first.Days}
          onChange={(Days) =>
            onChange({ ...rule, Transitions: [without({ ...first, Days }), ...rest] })
          }
        />
      )}
    </>
  );
}

function Ends({ rule, onChange }: RuleProps) {
  const {
    Expiration,
    NoncurrentVersionExpiration: old,
    AbortIncompleteMultipartUpload: abort,
  } = rule;
  const hint = text("emptyHint");
  return (
    <>
      <NumberField
        label={text("expireAfter")}
        hint={hint}
        value={Expiration?.Days}
        onChange={(Days) =>
          onChange(without({ ...rule, Expiration: Days === undefined ? undefined : { Days } }))
        }
      />
      <NumberField
        label={text("noncurrentAfter")}
        hint={hint}
        value={old?.NoncurrentDays}
        onChange={(NoncurrentDays) =>
          onChange(
            without({
              ...rule,
              NoncurrentVersionExpiration:
                NoncurrentDays === undefined ? undefined : { ...old, NoncurrentDays },
            }),
          )
        }
      />
      {old !== undefined && (
        <NumberField
          label={text("keepNewer")}
          value={old.NewerNoncurrentVersions}
          onChange={(NewerNoncurrentVersions) =>
            onChange({
              ...rule,
              NoncurrentVersionExpiration: without({ ...old, NewerNoncurrentVersions }),
            })
          }
        />
      )}
      <Check
        label={text("markers")}
        isChecked={Expiration?.ExpiredObjectDeleteMarker === true}
        onChange={(isOn) =>
          onChange(
            without({
              ...rule,
              Expiration: isOn ? { ExpiredObjectDeleteMarker: true } : undefined,
            }),
          )
        }
      />
      <NumberField
        label={text("abortAfter")}
        hint={hint}
        value={abort?.DaysAfterInitiation}
        onChange={(DaysAfterInitiation) =>
          onChange(
            without({
              ...rule,
              AbortIncompleteMultipartUpload:
                DaysAfterInitiation === undefined ? undefined : { DaysAfterInitiation },
            }),
          )
        }
      />
    </>
  );
}
