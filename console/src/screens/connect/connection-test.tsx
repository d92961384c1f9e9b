// The connection test: a small object's whole life, step by step with its times, from this browser.

import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { useState } from "react";
import { send } from "../../clients/s3.ts";
import { Button } from "../../components/button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatBytes } from "../../components/format.ts";
import { Badge, Card } from "../../components/parts.tsx";
import { connect as text } from "../../messages/en/connect.ts";

const sizeBytes = 64 * 1024;

interface Step {
  readonly label: string;
  readonly ms?: number;
}

interface Run {
  readonly steps: readonly Step[];
  readonly isSame?: boolean;
  readonly error?: unknown;
}

export function ConnectionTest({ bucket }: { readonly bucket: string }) {
  const [run, setRun] = useState<Run>();
  const [isBusy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    await runTest(bucket, setRun);
    setBusy(false);
  };
  const reason = bucket === "" ? text("testBucketNeeded") : undefined;
  return (
    <Card
      title={text("testTitle")}
      actions={
        <Button onClick={start} isBusy={isBusy} disabledReason={reason}>
          {text("testRun")}
        </Button>
      }
    >
      <p className="muted">{text("testLead")}</p>
      <div aria-live="polite">
        {run && (
          <ul className="connect-steps">
            {run.steps.map(({ label, ms }) => (
              <li key={label} className="row spread">
                <span>{label}</span>
                {ms === undefined ? (
                  <span className="muted">{text("testWaiting")}</span>
                ) : (
                  <Badge tone="good">{text("testDone", { ms: Math.round(ms) })}</Badge>
                )}
              </li>
            ))}
          </ul>
        )}
        {run?.isSame !== undefined && <p>{run.isSame ? text("testSame") : text("testDiffers")}</p>}
        {run?.error !== undefined && <ErrorPanel error={run.error} />}
      </div>
    </Card>
  );
}

async function runTest(bucket: string, show: (run: Run) => void): Promise<void> {
  const body = crypto.getRandomValues(new Uint8Array(sizeBytes));
  const place = { Bucket: bucket, Key: `.cairn-connection-test-${crypto.randomUUID()}` };
  let back: Uint8Array | undefined;
  const works: readonly (readonly [label: string, work: () => Promise<unknown>])[] = [
    [text("testList"), () => send(new ListBucketsCommand({ MaxBuckets: 10 }))],
    [
      text("testWrite", { size: formatBytes(sizeBytes) }),
      () => send(new PutObjectCommand({ ...place, Body: body })),
    ],
    [
      text("testRead"),
      async () => {
        const { Body } = await send(new GetObjectCommand(place));
        back = await Body?.transformToByteArray();
      },
    ],
    [text("testDelete"), () => send(new DeleteObjectCommand(place))],
  ];
  let steps: readonly Step[] = works.map(([label]) => ({ label }));
  try {
    for (const [index, [label, work]] of works.entries()) {
      show({ steps });
      const startedAt = performance.now();
      await work();
      const step = { label, ms: performance.now() - startedAt };
      steps = steps.map((known, at) => (at === index ? step : known));
    }
    const isSame = back?.length === body.length && back.every((byte, at) => byte === body[at]);
    show({ steps, isSame });
  } catch (error) {
    show({ steps, error });
  }
}
