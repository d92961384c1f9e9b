// Buckets as a row of links: those looked at last.

import { Go } from "../../components/go.tsx";
import { SafeText } from "../../components/safe-text.tsx";

export function BucketLinks({ names }: { readonly names: readonly string[] }) {
  return (
    <ul className="bucket-links">
      {names.map((name) => (
        <li key={name}>
          <Go to={`/buckets/${name}`}>
            <SafeText>{name}</SafeText>
          </Go>
        </li>
      ))}
    </ul>
  );
}
