// The forms of who may use a bucket.

import type {
  CORSConfiguration,
  CORSRule,
  OwnershipControls,
  PublicAccessBlockConfiguration,
} from "@aws-sdk/client-s3";
import { Check, Choice } from "../../components/field.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { Lines, NumberField, Rules, without } from "./fields.tsx";
import type { FormProps } from "./types.ts";

const switches = [
  ["BlockPublicAcls", "blockAcls"],
  ["IgnorePublicAcls", "ignoreAcls"],
  ["BlockPublicPolicy", "blockPolicy"],
  ["RestrictPublicBuckets", "restrict"],
] as const;

export function BlockForm({ value, onChange }: FormProps<PublicAccessBlockConfiguration>) {
  return (
    <>
      {switches.map(([name, label]) => (
        <Check
          key={name}
          label={text(label)}
          isChecked={value[name] === true}
          onChange={(isOn) => onChange({ ...value, [name]: isOn })}
        />
      ))}
    </>
  );
}

export function OwnershipForm({ value, onChange }: FormProps<OwnershipControls>) {
  return (
    <Choice
      label={text("ownership")}
      value={value.Rules?.[0]?.ObjectOwnership ?? "BucketOwnerEnforced"}
      options={[
        { value: "BucketOwnerEnforced", label: text("enforced") },
        { value: "BucketOwnerPreferred", label: text("preferred") },
        { value: "ObjectWriter", label: text("writer") },
      ]}
      onChange={(name) => onChange({ Rules: [{ ObjectOwnership: name as "BucketOwnerEnforced" }] })}
    />
  );
}

const methods = ["GET", "HEAD", "PUT", "POST", "DELETE"] as const;

export function CorsForm({ value, onChange }: FormProps<CORSConfiguration>) {
  return (
    <Rules<CORSRule>
      rules={value.CORSRules ?? []}
      blank={{ AllowedOrigins: [], AllowedMethods: ["GET"] }}
      onChange={(CORSRules) => onChange({ CORSRules })}
      draw={(rule, change) => (
        <>
          <Lines
            label={text("origins")}
            value={rule.AllowedOrigins}
            onChange={(AllowedOrigins) => change({ ...rule, AllowedOrigins })}
          />
          <fieldset className="choice">
            <legend>{text("methods")}</legend>
            {methods.map((method) => (
              <Check
                key={method}
                label={method}
                isChecked={rule.AllowedMethods?.includes(method) ?? false}
                onChange={(isOn) => {
                  const rest = (rule.AllowedMethods ?? []).filter((one) => one !== method);
                  change({ ...rule, AllowedMethods: isOn ? [...rest, method] : rest });
                }}
              />
            ))}
          </fieldset>
          <Lines
            label={text("headers")}
            value={rule.AllowedHeaders}
            onChange={(lines) => change(withLines(rule, "AllowedHeaders", lines))}
          />
          <Lines
            label={text("exposed")}
            value={rule.ExposeHeaders}
            onChange={(lines) => change(withLines(rule, "ExposeHeaders", lines))}
          />
          <NumberField
            label={text("maxAge")}
            value={rule.MaxAgeSeconds}
            onChange={(MaxAgeSeconds) => change(without({ ...rule, MaxAgeSeconds }))}
          />
        </>
      )}
    />
  );
}

/** An empty list is left out. */
function withLines(
  rule: CORSRule,
  name: "AllowedHeaders" | "ExposeHeaders",
  lines: string[],
): CORSRule {
  return without({ ...rule, [name]: lines.length === 0 ? undefined : lines });
}
