// The access control list of one version, as a setting like those of buckets: form and document, shown
// as code, taken back.

import {
  type AccessControlPolicy,
  GetObjectAclCommand,
  PutObjectAclCommand,
} from "@aws-sdk/client-s3";
import { useMemo } from "react";
import { send } from "../../clients/s3.ts";
import { object as text } from "../../messages/en/object.ts";
import { AclForm, GrantList } from "../settings/acl-form.tsx";
import { SettingCard } from "../settings/setting-card.tsx";
import "../settings/settings.css";
import type { Setting } from "../settings/types.ts";
import { inputOf, type ObjectPlace } from "./place.ts";

export function ObjectAcl({ place }: { readonly place: ObjectPlace }) {
  const { bucket, key, versionId } = place;
  const setting = useMemo(() => aclOf({ bucket, key, versionId }), [bucket, key, versionId]);
  return <SettingCard setting={setting} bucket={bucket} />;
}

function aclOf(place: ObjectPlace): Setting<AccessControlPolicy> {
  const input = inputOf(place);
  return {
    id: `acl ${JSON.stringify([place.key, place.versionId])}`,
    title: text("acl"),
    lead: text("aclLead"),
    empty: { Grants: [] },
    load: async () => {
      const { Owner, Grants } = await send(new GetObjectAclCommand(input));
      return { Owner, Grants };
    },
    deeds: (_bucket, AccessControlPolicy) => [
      new PutObjectAclCommand({ ...input, AccessControlPolicy }),
    ],
    summary: GrantList,
    Form: AclForm,
  };
}
