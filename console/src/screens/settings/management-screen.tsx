// The bucket's tab of its management.

import { BucketPage } from "../../components/bucket-page.tsx";
import { useParameter } from "../../components/go.tsx";
import { management } from "./management.tsx";
import { SettingCard } from "./setting-card.tsx";
import "./settings.css";

export default function ManagementScreen() {
  const bucket = useParameter("bucket");
  return (
    <BucketPage>
      <div className="stack setting-page">
        {management.map((setting) => (
          <SettingCard key={setting.id} setting={setting} bucket={bucket} />
        ))}
      </div>
    </BucketPage>
  );
}
