// The bucket's tab of its permissions.

import { BucketPage } from "../../components/bucket-page.tsx";
import { useParameter } from "../../components/go.tsx";
import { permissions } from "./permissions.tsx";
import { SettingCard } from "./setting-card.tsx";
import "./settings.css";

export default function PermissionsScreen() {
  const bucket = useParameter("bucket");
  return (
    <BucketPage>
      <div className="stack setting-page">
        {permissions.map((setting) => (
          <SettingCard key={setting.id} setting={setting} bucket={bucket} />
        ))}
      </div>
    </BucketPage>
  );
}
