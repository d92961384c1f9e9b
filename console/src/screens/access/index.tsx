// The bucket's tab of who can use it: every key, or one that is named.

import { useState } from "react";
import { BucketPage } from "../../components/bucket-page.tsx";
import { Button } from "../../components/button.tsx";
import { Field } from "../../components/field.tsx";
import { useGo, useParameter, useSearch } from "../../components/go.tsx";
import { Card } from "../../components/parts.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { explain as text } from "../../messages/en/explain.ts";
import { AccessTable } from "./access-table.tsx";

export default function AccessScreen() {
  const bucket = useParameter("bucket");
  const search = useSearch();
  const go = useGo();
  const key = search["key"] ?? "";
  const [typed, setTyped] = useState(key);
  const words = key === "" ? ["access", bucket] : ["access", bucket, "--key", key];
  return (
    <BucketPage>
      <Card title={text("accessTitle")} actions={<ShowCommand words={words} />}>
        <p className="muted">{text(key === "" ? "accessLead" : "accessKeyLead")}</p>
        <form
          className="row form-row"
          onSubmit={(event) => {
            event.preventDefault();
            go(`/buckets/${bucket}/access`, { key: typed }, true);
          }}
        >
          <Field label={text("accessKey")} hint={text("accessKeyHint")}>
            <input
              value={typed}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          </Field>
          <Button type="submit">{text("look")}</Button>
        </form>
        <AccessTable bucket={bucket} objectKey={key} />
      </Card>
    </BucketPage>
  );
}
