// The forms of replication and of events. What they have no field for stays in the document.

import type {
  Event,
  NotificationConfiguration,
  QueueConfiguration,
  ReplicationConfiguration,
  ReplicationRule,
  TopicConfiguration,
} from "@aws-sdk/client-s3";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { Check } from "../../components/field.tsx";
import { useParameter } from "../../components/go.tsx";
import type { Choice } from "../../components/pick.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { useDestinations, useEventTargets, useReplicationRoles } from "../../queries/choices.ts";
import { Line, Lines, NumberField, Rules } from "./fields.tsx";
import { FilterFields } from "./filter.tsx";
import { ReplicationRoleDialog } from "./replication-role.tsx";
import type { FormProps } from "./types.ts";

export function ReplicationForm({ value, onChange }: FormProps<ReplicationConfiguration>) {
  const bucket = useParameter("bucket");
  const roles = useReplicationRoles();
  const destinations = useDestinations(bucket);
  const [isMaking, setMaking] = useState(false);
  return (
    <>
      <Line
        label={text("role")}
        hint={text("roleHint")}
        value={value.Role}
        choices={roles}
        onChange={(Role) => onChange({ ...value, Role })}
      />
      <Button icon={<Plus />} onClick={() => setMaking(true)}>
        {text("makeRole")}
      </Button>
      {isMaking && (
        <ReplicationRoleDialog
          bucket={bucket}
          destinations={(value.Rules ?? []).map(({ Destination }) => Destination?.Bucket ?? "")}
          onMade={(Role) => onChange({ ...value, Role })}
          onClose={() => setMaking(false)}
        />
      )}
      <Rules<ReplicationRule>
        rules={value.Rules ?? []}
        blank={{
          Status: "Enabled",
          Priority: (value.Rules?.length ?? 0) + 1,
          Filter: { Prefix: "" },
          DeleteMarkerReplication: { Status: "Disabled" },
          Destination: { Bucket: "arn:aws:s3:::" },
        }}
        onChange={(Rules) => onChange({ ...value, Rules })}
        draw={(rule, change) => (
          <ReplicationFields rule={rule} destinations={destinations} onChange={change} />
        )}
      />
    </>
  );
}

interface ReplicationProps {
  readonly rule: ReplicationRule;
  readonly destinations: readonly Choice[];
  onChange(rule: ReplicationRule): void;
}

function ReplicationFields({ rule, destinations, onChange }: ReplicationProps) {
  return (
    <>
      <Line label={text("ruleName")} value={rule.ID} onChange={(ID) => onChange({ ...rule, ID })} />
      <Check
        label={text("isOn")}
        isChecked={rule.Status === "Enabled"}
        onChange={(isOn) => onChange({ ...rule, Status: isOn ? "Enabled" : "Disabled" })}
      />
      <Line
        label={text("destination")}
        hint={text("destinationHint")}
        value={rule.Destination?.Bucket}
        choices={destinations}
        onChange={(Bucket) => onChange({ ...rule, Destination: { ...rule.Destination, Bucket } })}
      />
      <FilterFields filter={rule.Filter} onChange={(Filter) => onChange({ ...rule, Filter })} />
      <NumberField
        label={text("priority")}
        value={rule.Priority}
        onChange={(Priority) => onChange({ ...rule, Priority })}
      />
      <Check
        label={text("deleteMarkers")}
        isChecked={rule.DeleteMarkerReplication?.Status === "Enabled"}
        onChange={(isOn) =>
          onChange({
            ...rule,
            DeleteMarkerReplication: { Status: isOn ? "Enabled" : "Disabled" },
          })
        }
      />
    </>
  );
}

/** A webhook or a queue: which of the document's lists it stands in follows from its ARN. */
interface Destination {
  readonly arn: string;
  readonly Id?: string | undefined;
  readonly Events?: Event[] | undefined;
  readonly Filter?: TopicConfiguration["Filter"];
}

function destinationsOf(value: NotificationConfiguration): readonly Destination[] {
  return [
    ...(value.TopicConfigurations ?? []).map(({ TopicArn = "", ...rest }) => ({
      ...rest,
      arn: TopicArn,
    })),
    ...(value.QueueConfigurations ?? []).map(({ QueueArn = "", ...rest }) => ({
      ...rest,
      arn: QueueArn,
    })),
  ];
}

function withDestinations(
  value: NotificationConfiguration,
  list: readonly Destination[],
): NotificationConfiguration {
  const isQueue = ({ arn }: Destination) => arn.startsWith("arn:aws:sqs:");
  const topics = list
    .filter((one) => !isQueue(one))
    .map(({ arn, ...rest }): TopicConfiguration => ({ TopicArn: arn, Events: [], ...rest }));
  const queues = list
    .filter(isQueue)
    .map(({ arn, ...rest }): QueueConfiguration => ({ QueueArn: arn, Events: [], ...rest }));
  const { TopicConfigurations: _, QueueConfigurations: __, ...others } = value;
  return {
    ...others,
    ...(topics.length > 0 && { TopicConfigurations: topics }),
    ...(queues.length > 0 && { QueueConfigurations: queues }),
  };
}

export function EventsForm({ value, onChange }: FormProps<NotificationConfiguration>) {
  const webhooks = useEventTargets();
  return (
    <Rules<Destination>
      rules={destinationsOf(value)}
      blank={{ arn: "", Events: ["s3:ObjectCreated:*"] }}
      onChange={(list) => onChange(withDestinations(value, list))}
      draw={(rule, change) => (
        <>
          <Line
            label={text("destinationArn")}
            hint={text("destinationArnHint")}
            value={rule.arn}
            choices={webhooks}
            onChange={(arn) => change({ ...rule, arn })}
          />
          <Lines
            label={text("eventNames")}
            value={rule.Events}
            onChange={(lines) => change({ ...rule, Events: lines as Event[] })}
          />
          {(["prefix", "suffix"] as const).map((name) => (
            <Line
              key={name}
              label={text(name)}
              value={filterOf(rule, name)}
              onChange={(given) => change(withFilter(rule, name, given))}
            />
          ))}
        </>
      )}
    />
  );
}

function filterOf({ Filter }: Destination, name: "prefix" | "suffix"): string {
  const rules = Filter?.Key?.FilterRules ?? [];
  return rules.find(({ Name = "" }) => Name.toLowerCase() === name)?.Value ?? "";
}

function withFilter(rule: Destination, name: "prefix" | "suffix", Value: string): Destination {
  const rest = (rule.Filter?.Key?.FilterRules ?? []).filter(
    ({ Name = "" }) => Name.toLowerCase() !== name,
  );
  const FilterRules = Value === "" ? rest : [...rest, { Name: name, Value }];
  const { Filter: _, ...others } = rule;
  return FilterRules.length === 0 ? others : { ...others, Filter: { Key: { FilterRules } } };
}
