// Makes a role that replication can use, in place: S3 may take it on, and it may read this bucket and
// write to the destinations.

import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sendDeeds } from "../../clients/deeds.ts";
import { ShowDeeds } from "../../components/deed-button.tsx";
import { Field } from "../../components/field.tsx";
import { SaveDialog } from "../../components/save-dialog.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { useSession } from "../../session/use-session.ts";

interface RoleProps {
  readonly bucket: string;
  /** ARNs of buckets; what is no bucket of S3 needs no permission. */
  readonly destinations: readonly string[];
  onMade(arn: string): void;
  onClose(): void;
}

export function ReplicationRoleDialog({ bucket, destinations, onMade, onClose }: RoleProps) {
  const { identity } = useSession();
  const [name, setName] = useState(`replicate-${bucket}`.slice(0, 64));
  const queries = useQueryClient();
  const deeds = [
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }),
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: "replication",
      PolicyDocument: powers(bucket, destinations),
    }),
  ];
  return (
    <SaveDialog
      title={text("makeRole")}
      lead={text("makeRoleLead")}
      isOpen
      size="small"
      save={text("makeRole")}
      showAs={<ShowDeeds deeds={deeds} />}
      onSave={async () => {
        await sendDeeds(deeds);
        await queries.invalidateQueries({ queryKey: ["iam", "roles"] });
        onMade(`arn:aws:iam::${identity.accountId}:role/${name}`);
      }}
      onClose={onClose}
    >
      <Field label={text("roleName")}>
        <input
          value={name}
          required
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
    </SaveDialog>
  );
}

const document = (...statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

const trust = document({
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "sts:AssumeRole",
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function powers(bucket: string, destinations: readonly string[]): string {
  const source = `arn:aws:s3:::${bucket}`;
  const targets = destinations.filter((arn) => /^arn:aws:s3:::[^*]/.test(arn));
  return document(
    {
      Effect: "Allow",
      Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
      Resource: source,
    },
    {
      Effect: "Allow",
      Action: [
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectRetention",
        "s3:GetObjectLegalHold",
      ],
      Resource: `${source}/*`,
    },
    {
      Effect: "Allow",
      Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
      // Without a destination yet: every bucket that lets it.
      Resource: targets.length > 0 ? targets.map((arn) => `${arn}/*`) : "arn:aws:s3:::*/*",
    },
  );
}
