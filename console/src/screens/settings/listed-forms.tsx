// The forms of the settings of many ids: inventory reports, archive tiers, metrics, analyses.

import {
  type AnalyticsConfiguration,
  type AnalyticsFilter,
  type IntelligentTieringConfiguration,
  type InventoryConfiguration,
  InventoryFormat,
  InventoryFrequency,
  InventoryIncludedObjectVersions,
  InventoryOptionalField,
  type MetricsConfiguration,
  type MetricsFilter,
} from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Check, Field } from "../../components/field.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { bucketsQuery } from "../../queries/buckets.ts";
import type { Filter } from "./conditions.ts";
import { Line, NumberField, Rules, without } from "./fields.tsx";
import { FilterFields } from "./filter.tsx";
import type { FormProps } from "./types.ts";

type ListProps<One> = FormProps<readonly One[]>;

interface EntriesProps<One> extends ListProps<One> {
  readonly blank: One;
  draw(one: One, change: (one: One) => void): ReactNode;
}

/** Each with its id, which tells them apart. */
function Entries<One extends { Id?: string | undefined }>(props: EntriesProps<One>) {
  const { value, blank, onChange, draw } = props;
  return (
    <Rules<One>
      rules={Array.isArray(value) ? value : []}
      blank={blank}
      onChange={onChange}
      draw={(one, change) => (
        <>
          <Line label={text("id")} value={one.Id} onChange={(Id) => change({ ...one, Id })} />
          {draw(one, change)}
        </>
      )}
    />
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly string[];
  onChange(value: string): void;
}

/** A choice of AWS's own words. */
function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <Field label={label}>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </Field>
  );
}

export function InventoryForm(props: ListProps<InventoryConfiguration>) {
  return (
    <Entries<InventoryConfiguration>
      {...props}
      blank={exampleInventory}
      draw={(one, change) => (
        <>
          <Check
            label={text("isOn")}
            isChecked={one.IsEnabled === true}
            onChange={(IsEnabled) => change({ ...one, IsEnabled })}
          />
          <Report one={one} onChange={change} />
          <Line
            label={text("rulePrefix")}
            hint={text("rulePrefixHint")}
            value={one.Filter?.Prefix}
            onChange={(Prefix) =>
              change(without({ ...one, Filter: Prefix === "" ? undefined : { Prefix } }))
            }
          />
          <fieldset className="choice">
            <legend>{text("inventoryFields")}</legend>
            {Object.values(InventoryOptionalField).map((field) => (
              <Check
                key={field}
                label={field}
                isChecked={one.OptionalFields?.includes(field) ?? false}
                onChange={(isOn) => {
                  const rest = (one.OptionalFields ?? []).filter((other) => other !== field);
                  change({ ...one, OptionalFields: isOn ? [...rest, field] : rest });
                }}
              />
            ))}
          </fieldset>
        </>
      )}
    />
  );
}

export const exampleInventory: InventoryConfiguration = {
  Id: "daily",
  IsEnabled: true,
  IncludedObjectVersions: "Current",
  Schedule: { Frequency: "Daily" },
  OptionalFields: ["Size", "LastModifiedDate", "StorageClass", "ETag"],
  Destination: {
    S3BucketDestination: { Bucket: "arn:aws:s3:::reports", Format: "CSV", Prefix: "inventory" },
  },
};

interface OneProps<One> {
  readonly one: One;
  onChange(one: One): void;
}

/** Where a report goes, how often, and what it lists. */
function Report({ one, onChange }: OneProps<InventoryConfiguration>) {
  const { data: known } = useQuery(bucketsQuery());
  const buckets = known ?? [];
  const place = one.Destination?.S3BucketDestination;
  const isUnknown =
    known !== undefined && !known.some(({ name }) => place?.Bucket === `arn:aws:s3:::${name}`);
  const move = (S3BucketDestination: typeof place) =>
    onChange({ ...one, Destination: { S3BucketDestination } });
  return (
    <>
      <Line
        label={text("destination")}
        hint={text(isUnknown ? "destinationUnknown" : "destinationHint")}
        value={place?.Bucket}
        choices={buckets.map(({ name }) => ({ value: `arn:aws:s3:::${name}`, label: name }))}
        onChange={(Bucket) => move({ Format: "CSV", ...place, Bucket })}
      />
      <Line
        label={text("targetPrefix")}
        value={place?.Prefix}
        onChange={(Prefix) => move({ Format: "CSV", Bucket: "", ...place, Prefix })}
      />
      <Select
        label={text("format")}
        value={place?.Format}
        options={Object.values(InventoryFormat)}
        onChange={(Format) => move({ Bucket: "", ...place, Format: Format as InventoryFormat })}
      />
      <Select
        label={text("frequency")}
        value={one.Schedule?.Frequency}
        options={Object.values(InventoryFrequency)}
        onChange={(Frequency) =>
          onChange({ ...one, Schedule: { Frequency: Frequency as InventoryFrequency } })
        }
      />
      <Select
        label={text("objects")}
        value={one.IncludedObjectVersions}
        options={Object.values(InventoryIncludedObjectVersions)}
        onChange={(given) =>
          onChange({ ...one, IncludedObjectVersions: given as InventoryIncludedObjectVersions })
        }
      />
    </>
  );
}

const tiers = [
  ["ARCHIVE_ACCESS", "archiveAfter"],
  ["DEEP_ARCHIVE_ACCESS", "deepArchiveAfter"],
] as const;

export function TieringForm(props: ListProps<IntelligentTieringConfiguration>) {
  return (
    <Entries<IntelligentTieringConfiguration>
      {...props}
      blank={{ Id: "", Status: "Enabled", Tierings: [{ AccessTier: "ARCHIVE_ACCESS", Days: 90 }] }}
      draw={(one, change) => (
        <>
          <Check
            label={text("isOn")}
            isChecked={one.Status === "Enabled"}
            onChange={(isOn) => change({ ...one, Status: isOn ? "Enabled" : "Disabled" })}
          />
          <FilterFields
            filter={one.Filter}
            onChange={(Filter) => change(withFilter(one, Filter))}
          />
          {tiers.map(([AccessTier, label]) => (
            <NumberField
              key={AccessTier}
              label={text(label)}
              hint={text("emptyHint")}
              value={one.Tierings?.find((tier) => tier.AccessTier === AccessTier)?.Days}
              onChange={(Days) => {
                const rest = (one.Tierings ?? []).filter((tier) => tier.AccessTier !== AccessTier);
                const Tierings = Days === undefined ? rest : [...rest, { AccessTier, Days }];
                change({ ...one, Tierings });
              }}
            />
          ))}
        </>
      )}
    />
  );
}

/** Everything needs no filter: one with an empty prefix is refused. */
function withFilter<One extends { Filter?: unknown }>(one: One, filter: Filter): One {
  const isAll = Object.keys(filter).length === 1 && filter.Prefix === "";
  return without({ ...one, Filter: isAll ? undefined : filter });
}

export function MetricsForm(props: ListProps<MetricsConfiguration>) {
  return (
    <Entries<MetricsConfiguration>
      {...props}
      blank={{ Id: "" }}
      draw={(one, change) => (
        <FilterFields
          filter={one.Filter as Filter | undefined}
          onChange={(filter) => change(withFilter(one, filter as MetricsFilter as Filter))}
        />
      )}
    />
  );
}

export function AnalyticsForm(props: ListProps<AnalyticsConfiguration>) {
  return (
    <Entries<AnalyticsConfiguration>
      {...props}
      blank={{ Id: "", StorageClassAnalysis: {} }}
      draw={(one, change) => (
        <FilterFields
          filter={one.Filter as Filter | undefined}
          onChange={(filter) => change(withFilter(one, filter as AnalyticsFilter as Filter))}
        />
      )}
    />
  );
}
