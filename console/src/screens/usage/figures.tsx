// Totals as large figures.

import type { Usage } from "../../../../src/admin/answers.ts";
import { formatBytes, formatNumber } from "../../components/format.ts";
import { usage as text } from "../../messages/en/usage.ts";

export function Figures({ usage }: { readonly usage: Omit<Usage, "classes"> }) {
  const figures = [
    [text("bytes"), formatBytes(usage.bytes)],
    [text("objects"), formatNumber(usage.objects)],
    [text("versions"), formatNumber(usage.versions)],
    [text("deleteMarkers"), formatNumber(usage.deleteMarkers)],
    [text("uploads"), formatNumber(usage.uploads)],
  ] as const;
  return (
    <dl className="usage-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
