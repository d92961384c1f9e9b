// The object browser.

import { BucketPage } from "../../components/bucket-page.tsx";
import { Empty } from "../../components/parts.tsx";

export default function ObjectsScreen() {
  return (
    <BucketPage>
      <Empty title="…" />
    </BucketPage>
  );
}
