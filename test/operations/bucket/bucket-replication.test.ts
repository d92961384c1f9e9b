// Replication rules: what is refused, in which words, and what is given back.
import { describe, expect, it } from "vitest";
import { makeRole } from "../../jobs/replication/fixtures.ts";
import { call, type Keys, makeAccount, makeBucket, rootKeys } from "./fixtures.ts";

async function versioned(label: string, keys?: Keys): Promise<string> {
  const name = await makeBucket(label);
  await setVersioning(name, "Enabled", keys);
  return name;
}

function setVersioning(name: string, status: string, keys: Keys = rootKeys) {
  const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
  return call("PUT", `/${name}?versioning`, { body, keys });
}

const v1 = (bucket: string, prefix = "", more = "") =>
  `<Rule><Prefix>${prefix}</Prefix><Status>Enabled</Status>${more}` +
  `<Destination><Bucket>arn:aws:s3:::${bucket}</Bucket></Destination></Rule>`;

interface V2 {
  readonly filter?: string;
  readonly priority?: string;
  readonly markers?: string;
  readonly more?: string;
  readonly destination?: string;
}

const v2 = (bucket: string, wish: V2 = {}) =>
  `<Rule>${wish.more ?? ""}${wish.priority ?? "<Priority>1</Priority>"}${wish.filter ?? "<Filter/>"}` +
  `<Status>Enabled</Status>` +
  (wish.markers ?? "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>") +
  `<Destination><Bucket>arn:aws:s3:::${bucket}</Bucket>${wish.destination ?? ""}</Destination></Rule>`;

function put(bucket: string, role: string, rules: string) {
  const body = `<ReplicationConfiguration><Role>${role}</Role>${rules}</ReplicationConfiguration>`;
  return call("PUT", `/${bucket}?replication`, { body });
}

async function refused(bucket: string, role: string, rules: string) {
  const answer = await put(bucket, role, rules);
  expect(answer.status).toBe(400);
  return `${answer.first("Code")}: ${answer.first("Message")}`;
}

describe("PutBucketReplication", () => {
  it("gives back what was put, in both versions, and forgets it", async () => {
    const [source, target] = [await versioned("from"), await versioned("to")];
    const role = await makeRole();
    const missing = await call("GET", `/${source}?replication`);
    expect(missing.first("Code")).toBe("ReplicationConfigurationNotFoundError");
    expect((await put(source, role, v1(target, "logs/"))).status).toBe(200);
    const first = await call("GET", `/${source}?replication`);
    expect(first.first("Role")).toBe(role);
    expect(first.first("Prefix")).toBe("logs/");
    expect(first.first("ID")).toMatch(/^.{16}$/);
    const full = v2(target, {
      more: "<ID>all</ID>",
      filter:
        "<Filter><And><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>",
      destination:
        "<StorageClass>STANDARD_IA</StorageClass>" +
        "<ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>" +
        "<Metrics><Status>Enabled</Status><EventThreshold><Minutes>15</Minutes></EventThreshold></Metrics>",
    });
    expect((await put(source, role, full)).status).toBe(200);
    const second = await call("GET", `/${source}?replication`);
    expect(second.text).toContain("<StorageClass>STANDARD_IA</StorageClass>");
    expect(second.first("Minutes")).toBe("15");
    expect(second.all("Rule")).toHaveLength(1);
    expect((await call("DELETE", `/${source}?replication`)).status).toBe(204);
    expect((await call("GET", `/${source}?replication`)).status).toBe(404);
    expect((await call("DELETE", `/${source}?replication`)).status).toBe(204);
  });

  it("keeps versioning on while it is there", async () => {
    const [source, target] = [await versioned("from"), await versioned("to")];
    await put(source, await makeRole(), v1(target));
    const answer = await setVersioning(source, "Suspended");
    expect([answer.status, answer.first("Code")]).toEqual([409, "InvalidBucketState"]);
    await call("DELETE", `/${source}?replication`);
    expect((await setVersioning(source, "Suspended")).status).toBe(200);
  });

  it("asks for versioning on both sides and for a destination that is there", async () => {
    const [source, target] = [await versioned("from"), await versioned("to")];
    const plain = await makeBucket("plain");
    const role = await makeRole();
    expect(await refused(plain, role, v1(target))).toBe(
      "InvalidRequest: Versioning must be 'Enabled' on the bucket to apply a replication configuration",
    );
    expect(await refused(source, role, v1(plain))).toBe(
      "InvalidRequest: Destination bucket must have versioning enabled.",
    );
    expect(await refused(source, role, v1("no-such-bucket-at-all"))).toBe(
      "InvalidRequest: Destination bucket must exist.",
    );
    expect(await refused(source, role, v1(source))).toMatch(/^InvalidRequest: .*same as source/);
    const foreign = v2(target, { destination: "<Account>123456789012</Account>" });
    expect(await refused(source, role, foreign)).toMatch(/^InvalidRequest: The destination acc/);
    const remote = v1(target).replace("arn:aws:s3:::", "arn:cairn:replication:::");
    expect(await refused(source, role, remote)).toBe(
      "InvalidRequest: Destination bucket must exist.",
    );
  });

  it("asks for a role that S3 may assume, of the same account, and that may be passed", async () => {
    const [source, target] = [await versioned("from"), await versioned("to")];
    expect(await refused(source, "me", v1(target))).toBe("InvalidArgument: Invalid Role ARN");
    const other = await makeRole(rootKeys, "ec2.amazonaws.com");
    expect(await refused(source, other, v1(target))).toMatch(/^InvalidRequest: The role/);
    const absent = `${other}-not`;
    expect(await refused(source, absent, v1(target))).toMatch(/^InvalidRequest: The role/);
    const stranger = await makeAccount();
    const answer = await put(source, await makeRole(stranger.keys), v1(target));
    expect(answer.status).toBe(403);
    expect((await call("GET", `/${source}?replication`)).status).toBe(404);
  });

  it("refuses documents that mean nothing", async () => {
    const [source, target] = [await versioned("from"), await versioned("to")];
    const role = await makeRole();
    const rule = v1(target);
    const cases: [rules: string, code: RegExp][] = [
      ["", /^MalformedXML/],
      [rule.replace("Enabled", "Perhaps"), /^MalformedXML/],
      [rule.replace("<Prefix></Prefix>", ""), /^MalformedXML/],
      [v2(target, { more: "<Prefix>a</Prefix>" }), /^MalformedXML/],
      [v2(target, { filter: "<Filter><And><Prefix>a</Prefix></And></Filter>" }), /^MalformedXML/],
      [
        v2(target, {
          filter: "<Filter><Prefix>a</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></Filter>",
        }),
        /^MalformedXML/,
      ],
      [v2(target, { markers: "" }), /^InvalidRequest: DeleteMarkerReplication must be specified/],
      [v2(target, { priority: "" }), /^InvalidRequest: Priority must be specified/],
      [
        v2(target, {
          filter: "<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>",
          markers: "<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>",
        }),
        /^InvalidRequest: Delete marker replication is not supported if any Tag filter/,
      ],
      [v2(target) + v2(target), /^InvalidRequest: Found duplicate priorities/],
      [rule + rule, /^InvalidRequest: Found overlapping prefixes/],
      [v1(target, "a") + v1(target, "ab"), /^InvalidRequest: Found overlapping prefixes/],
      [v1(target, "a") + v2(target), /^InvalidRequest: Filter must be specified/],
      [
        v1(target, "a", "<ID>x</ID>") + v1(target, "b", "<ID>x</ID>"),
        /^InvalidArgument: Rule Id must be unique/,
      ],
      [v1(target, "", `<ID>${"x".repeat(256)}</ID>`), /^InvalidArgument: ID length/],
      [v1(target, "x".repeat(1025)), /^InvalidRequest: The maximum size of a prefix/],
      [v1("a/b"), /^InvalidArgument: Invalid bucket ARN/],
      [v2(target, { destination: "<StorageClass>COLD</StorageClass>" }), /^MalformedXML/],
      [
        v2(target, {
          destination:
            "<AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation>",
        }),
        /^InvalidRequest: Account must be specified/,
      ],
      [
        v2(target, {
          more: "<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>",
        }),
        /^InvalidRequest: ReplicaKmsKeyID must be specified/,
      ],
      [
        v2(target, {
          destination:
            "<EncryptionConfiguration><ReplicaKmsKeyID>k</ReplicaKmsKeyID></EncryptionConfiguration>",
        }),
        /^InvalidRequest: SseKmsEncryptedObjects must be specified/,
      ],
      [
        v2(target, {
          destination:
            "<ReplicationTime><Status>Enabled</Status><Time><Minutes>10</Minutes></Time></ReplicationTime>",
        }),
        /^InvalidRequest: Minutes must be 15/,
      ],
      [
        v2(target, {
          destination:
            "<ReplicationTime><Status>Enabled</Status><Time><Minutes>15</Minutes></Time></ReplicationTime>",
        }),
        /^InvalidRequest: Metrics must be enabled/,
      ],
    ];
    for (const [rules, words] of cases) expect(await refused(source, role, rules)).toMatch(words);
    const many = Array.from({ length: 1001 }, (_, at) =>
      v2(target, { priority: `<Priority>${at}</Priority>` }),
    ).join("");
    expect(await refused(source, role, many)).toMatch(/^MalformedXML/);
    expect((await call("GET", `/${source}?replication`)).status).toBe(404);
  });

  it("is nobody's without permission", async () => {
    const source = await versioned("from");
    const { keys } = await makeAccount();
    for (const method of ["GET", "PUT", "DELETE"]) {
      const wish = { keys, ...(method === "PUT" && { body: "<x/>" }) };
      expect((await call(method, `/${source}?replication`, wish)).status).toBe(403);
    }
  });
});
