// Where the website of a bucket is, for whoever is told of the deployment's domains.

import { useQuery } from "@tanstack/react-query";
import { Copyable } from "../../components/copy-button.tsx";
import { settings as text } from "../../messages/en/settings.ts";
import { statusQuery } from "../../queries/status.ts";

/** Names below `localhost` are this machine, whoever asks. */
const isHere = (host: string): boolean => /(^|\.)localhost$|^127\.|^\[::1\]$/.test(host);

function addressOf(bucket: string, domains: string): string | undefined {
  const { protocol, hostname, port } = location;
  const [domain = ""] = domains.split(",").map((name) => name.trim());
  if (domain === "" || (isHere(domain) && !isHere(hostname))) return undefined;
  return `${protocol}//${bucket}.${domain}${port === "" ? "" : `:${port}`}/`;
}

export function WebsiteStatus({ bucket }: { readonly bucket: string }) {
  const { data } = useQuery({ ...statusQuery(), retry: false });
  const address = addressOf(bucket, data?.websiteDomain ?? "");
  if (address === undefined) return null;
  return (
    <div className="row setting-status">
      <a href={address} target="_blank" rel="noreferrer">
        {text("websiteOpen")}
      </a>
      <Copyable value={address} />
    </div>
  );
}
