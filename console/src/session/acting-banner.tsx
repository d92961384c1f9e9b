// A line that stays in sight while the person works with the permissions of a role.

import { Button } from "../components/button.tsx";
import { frame as text } from "../messages/en/frame.ts";
import { stopActing } from "./store.ts";
import { useSession } from "./use-session.ts";

export function ActingBanner() {
  const { identity, own } = useSession();
  if (own === undefined) return null;
  const role = identity.arn.split(":assumed-role/")[1] ?? identity.arn;
  return (
    <div className="banner" role="status">
      <span>{text("actingAs", { role })}</span>
      <Button kind="quiet" onClick={stopActing}>
        {text("stopActing")}
      </Button>
    </div>
  );
}
