// The bucket's tab of its properties.

import { BucketPage } from "../../components/bucket-page.tsx";
import { useParameter } from "../../components/go.tsx";
import { properties } from "./properties.tsx";
import { SettingCard } from "./setting-card.tsx";
import "./settings.css";

export default function PropertiesScreen() {
  const bucket = useParameter("bucket");
  return (
    <BucketPage>
      <div className="stack setting-page">
        {properties.map((setting) => (
          <SettingCard key={setting.id} setting={setting} bucket={bucket} />
        ))}
      </div>
    </BucketPage>
  );
}
