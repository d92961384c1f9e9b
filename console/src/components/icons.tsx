// Icons that tables of screens and actions name as text, so that those stay plain data.

import {
  Activity,
  ArrowLeftRight,
  ChartColumn,
  CircleDollarSign,
  Database,
  FileSearch,
  House,
  KeyRound,
  Layers,
  LockKeyhole,
  Plug,
  Settings,
  Share2,
  ShieldCheck,
  ShieldQuestionMark,
  Users,
  Webhook,
  Zap,
} from "lucide-react";
import type { ComponentType } from "react";

const icons: Readonly<Record<string, ComponentType<{ readonly "aria-hidden"?: boolean }>>> = {
  activity: Activity,
  transfers: ArrowLeftRight,
  chart: ChartColumn,
  cost: CircleDollarSign,
  database: Database,
  audit: FileSearch,
  home: House,
  key: KeyRound,
  layers: Layers,
  connect: Plug,
  settings: Settings,
  share: Share2,
  shield: ShieldCheck,
  users: Users,
  denied: ShieldQuestionMark,
  lock: LockKeyhole,
  webhook: Webhook,
  zap: Zap,
};

export function Icon({ name }: { readonly name: string }) {
  const Shape = icons[name] ?? Database;
  return <Shape aria-hidden={true} />;
}
