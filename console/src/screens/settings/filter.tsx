// The fields of the filter that lifecycle, replication, tiering and metrics share.

import type { Tag } from "@aws-sdk/client-s3";
import { settings as text } from "../../messages/en/settings.ts";
import { conditionsOf, type Filter, withConditions } from "./conditions.ts";
import { Line, Lines } from "./fields.tsx";

const parseTag = (line: string): Tag => {
  const [Key = "", ...rest] = line.split("=");
  return { Key, Value: rest.join("=") };
};

const renderTag = ({ Key = "", Value = "" }: Tag): string =>
  Value === "" ? Key : `${Key}=${Value}`;

interface FilterProps {
  readonly filter: Filter | undefined;
  onChange(filter: Filter): void;
}

export function FilterFields({ filter, onChange }: FilterProps) {
  const conditions = conditionsOf(filter);
  return (
    <>
      <Line
        label={text("rulePrefix")}
        hint={text("rulePrefixHint")}
        value={conditions.prefix}
        onChange={(prefix) => onChange(withConditions(filter, { ...conditions, prefix }))}
      />
      <Lines
        label={text("ruleTags")}
        value={conditions.tags.map(renderTag)}
        onChange={(lines) =>
          onChange(withConditions(filter, { ...conditions, tags: lines.map(parseTag) }))
        }
      />
    </>
  );
}
