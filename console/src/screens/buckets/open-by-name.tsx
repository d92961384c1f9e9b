// The way on for whoever may use a bucket but not list them: its name, or one that was opened before.

import { type FormEvent, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { useGo } from "../../components/go.tsx";
import { Card } from "../../components/parts.tsx";
import { buckets as text } from "../../messages/en/buckets.ts";
import { recentBuckets } from "../../recent-buckets.ts";
import { useSession } from "../../session/use-session.ts";
import { BucketLinks } from "./bucket-links.tsx";

export function OpenByName() {
  const go = useGo();
  const { accountId } = useSession().identity;
  const before = recentBuckets(accountId);
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string>();
  const open = (event: FormEvent) => {
    event.preventDefault();
    const name = typed.trim();
    if (name === "") setError(text("openNeedsName"));
    else go(`/buckets/${encodeURIComponent(name)}`);
  };
  return (
    <Card title={text("openTitle")}>
      <p className="muted">{text("openLead")}</p>
      <form className="row" onSubmit={open} noValidate>
        <Field label={text("bucketName")} error={error}>
          <input
            value={typed}
            spellCheck={false}
            autoCapitalize="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
        <Button kind="primary" type="submit">
          {text("open")}
        </Button>
      </form>
      {before.length > 0 && <BucketLinks names={before} />}
    </Card>
  );
}
