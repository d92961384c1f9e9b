// A line that stays in sight while the person works with the permissions of a role.

import { useQueryClient } from "@tanstack/react-query";
import { Button } from "../components/button.tsx";
import { frame as text } from "../messages/en/frame.ts";
import { stopActing } from "./store.ts";
import { useSession } from "./use-session.ts";

export function ActingBanner() {
  const { identity, own } = useSession();
  const queries = useQueryClient();
  if (own === undefined) return null;
  const role = identity.arn.split(":assumed-role/")[1] ?? identity.arn;
  const stop = () => {
    queries.clear();
    stopActing();
  };
  return (
    <div className="banner" role="status">
      <span>{text("actingAs", { role })}</span>
      <Button kind="quiet" onClick={stop}>
        {text("stopActing")}
      </Button>
    </div>
  );
}
