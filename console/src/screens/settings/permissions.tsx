// Who may use a bucket: what is blocked, who owns, the policy, the ACL, pages of other origins.

import {
  type AccessControlPolicy,
  type CORSConfiguration,
  DeleteBucketCorsCommand,
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  type OwnershipControls,
  type PublicAccessBlockConfiguration,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { send } from "../../clients/s3.ts";
import { SafeText } from "../../components/safe-text.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { orAbsent } from "./absent.ts";
import { AclForm, GrantList } from "./acl-form.tsx";
import { BlockForm, CorsForm, OwnershipForm } from "./permission-forms.tsx";
import { PolicyEditor, PolicySimulation } from "./policy-editor.tsx";
import { type PolicyDocument, PolicyForm, PublicStatus } from "./policy-form.tsx";
import type { AnySetting, Setting } from "./types.ts";

const block: Setting<PublicAccessBlockConfiguration> = {
  id: "block",
  title: text("block"),
  lead: text("blockLead"),
  empty: {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  },
  load: async (Bucket) =>
    (await orAbsent(send(new GetPublicAccessBlockCommand({ Bucket }))))
      ?.PublicAccessBlockConfiguration,
  deeds: (Bucket, PublicAccessBlockConfiguration) => [
    new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }),
  ],
  removal: (Bucket) => [new DeletePublicAccessBlockCommand({ Bucket })],
  summary: (document) => {
    const count = Object.values(document).filter(Boolean).length;
    return count === 4 ? text("blockAll") : text("blockSome", { count });
  },
  Form: BlockForm,
};

const ownershipNames: Readonly<Record<string, string>> = {
  BucketOwnerEnforced: text("enforced"),
  BucketOwnerPreferred: text("preferred"),
  ObjectWriter: text("writer"),
};

const ownership: Setting<OwnershipControls> = {
  id: "ownership",
  title: text("ownership"),
  lead: text("ownershipLead"),
  empty: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
  load: async (Bucket) =>
    (await orAbsent(send(new GetBucketOwnershipControlsCommand({ Bucket }))))?.OwnershipControls,
  deeds: (Bucket, OwnershipControls) => [
    new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }),
  ],
  removal: (Bucket) => [new DeleteBucketOwnershipControlsCommand({ Bucket })],
  summary: ({ Rules = [] }) => {
    const name = Rules[0]?.ObjectOwnership ?? "";
    return ownershipNames[name] ?? name;
  },
  Form: OwnershipForm,
};

const policy: Setting<PolicyDocument> = {
  id: "policy",
  title: text("policy"),
  lead: text("policyLead"),
  empty: { Version: "2012-10-17", Statement: [] },
  load: async (Bucket) => {
    const answer = await orAbsent(send(new GetBucketPolicyCommand({ Bucket })));
    return answer?.Policy === undefined ? undefined : (JSON.parse(answer.Policy) as PolicyDocument);
  },
  deeds: (Bucket, document) => [
    new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(document) }),
  ],
  removal: (Bucket) => [new DeleteBucketPolicyCommand({ Bucket })],
  summary: ({ Statement }) => (
    <span className="row">
      {text("policyStatements", { count: Array.isArray(Statement) ? Statement.length : 1 })}
      <PublicStatus />
    </span>
  ),
  Form: PolicyForm,
  Editor: PolicyEditor,
  Aside: PolicySimulation,
};

const acl: Setting<AccessControlPolicy> = {
  id: "acl",
  title: text("acl"),
  lead: text("aclLead"),
  empty: {},
  load: async (Bucket) => {
    const { Owner, Grants } = await send(new GetBucketAclCommand({ Bucket }));
    return { Owner, Grants };
  },
  deeds: (Bucket, AccessControlPolicy) => [
    new PutBucketAclCommand({ Bucket, AccessControlPolicy }),
  ],
  summary: GrantList,
  Form: AclForm,
};

const cors: Setting<CORSConfiguration> = {
  id: "cors",
  title: text("cors"),
  lead: text("corsLead"),
  empty: {
    CORSRules: [{ AllowedOrigins: ["https://example.com"], AllowedMethods: ["GET", "HEAD"] }],
  },
  load: async (Bucket) => {
    const answer = await orAbsent(send(new GetBucketCorsCommand({ Bucket })));
    return answer && { CORSRules: answer.CORSRules };
  },
  deeds: (Bucket, CORSConfiguration) => [new PutBucketCorsCommand({ Bucket, CORSConfiguration })],
  removal: (Bucket) => [new DeleteBucketCorsCommand({ Bucket })],
  summary: ({ CORSRules = [] }) => (
    <>
      {text("corsRules", { count: CORSRules.length })}:{" "}
      <SafeText>
        {CORSRules.flatMap(({ AllowedOrigins = [] }) => AllowedOrigins).join(", ")}
      </SafeText>
    </>
  ),
  Form: CorsForm,
};

export const permissions: readonly AnySetting[] = [block, policy, ownership, acl, cors];
