import * as sdk from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { operationRows, operations } from "../../src/s3/operations.ts";

const sdkNames = Object.values(sdk as Record<string, unknown>)
  .filter((value) => Array.isArray(value) && value[0] === 9)
  .map((schema) => (schema as unknown[])[2] as string);

describe("operations", () => {
  it("has a row for each of the SDK's 112 operations and two more, and no other", () => {
    expect(sdkNames).toHaveLength(112);
    expect(operationRows.map((row) => row.name).toSorted()).toEqual(
      [...sdkNames, "PostObject", "OptionsObject"].toSorted(),
    );
  });

  it("names each row as its key and its schema say", () => {
    for (const [name, row] of Object.entries(operations)) {
      expect(row.name).toBe(name);
      if (row.schema !== null) expect(row.schema[2]).toBe(name);
    }
  });

  it("gives every row a permission", () => {
    for (const row of operationRows)
      expect(row.action).toMatch(/^([a-z0-9-]+:[A-Za-z]+|preflight)$/);
  });

  it("SEC-055 asks for the version's permission where S3 has one", () => {
    const withVersion = operationRows.filter((row) => row.versionAction !== undefined);
    for (const row of withVersion) expect(row.versionAction).toMatch(/^s3:\w*Version\w*$/);
    expect(operations.GetObject.versionAction).toBe("s3:GetObjectVersion");
    expect(operations.HeadObject.versionAction).toBe("s3:GetObjectVersion");
    expect(operations.DeleteObject.versionAction).toBe("s3:DeleteObjectVersion");
  });

  it("marks the two operations that read a source", () => {
    const names = operationRows.filter((row) => row.readsSource).map((row) => row.name);
    expect(names).toEqual(["CopyObject", "UploadPartCopy"]);
  });

  it("answers what S3 answers where its model says otherwise", () => {
    expect(operations.PutBucketPolicy.status).toBe(204);
    expect(operations.PutBucketTagging.status).toBe(204);
    expect(operations.DeleteObject.status).toBe(204);
    expect(operations.PutObject.status).toBe(200);
  });
});
