// A link with a key of its own, which Shared links can end. Making it asks the server, so it is made by a
// button, not with every choice.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../../components/button.tsx";
import { ShowDeeds } from "../../../components/deed-button.tsx";
import { ErrorPanel } from "../../../components/error-panel.tsx";
import { Field } from "../../../components/field.tsx";
import { Go } from "../../../components/go.tsx";
import { shares as text } from "../../../messages/en/shares.ts";
import { isAddress, splitAddresses } from "../../shares/addresses.ts";
import type { Grant } from "../../shares/grant.ts";
import { makeShareUser, shareDeeds, sharesQuery, shareUserName } from "../../shares/share-users.ts";
import type { ObjectPlace } from "../place.ts";
import { type Shared, type ShareWish, share } from "./sign.ts";

interface EndableProps {
  readonly place: ObjectPlace;
  readonly wish: ShareWish;
  readonly kmsKeyArn: string | undefined;
  onMade(shared: Shared): void;
}

export function EndableLink({ place, wish, kmsKeyArn, onMade }: EndableProps) {
  const [typed, setTyped] = useState("");
  const [user] = useState(shareUserName);
  const queries = useQueryClient();
  const addresses = splitAddresses(typed);
  const wrong = addresses.find((address) => !isAddress(address));
  const reason = wrong === undefined ? undefined : text("badAddresses", { address: wrong });
  const grantNow = (): Grant => ({
    place,
    mayWrite: wish.method !== "GET",
    endsAt: new Date(Date.now() + wish.seconds * 1000),
    addresses,
    kmsKeyArn,
  });
  const making = useMutation({
    mutationFn: async () => share(place, wish, await makeShareUser(user, grantNow())),
    onSuccess: (shared) => {
      onMade(shared);
      return queries.invalidateQueries({ queryKey: sharesQuery().queryKey });
    },
  });
  return (
    <>
      <Field label={text("addresses")} hint={text("addressesHint")} error={reason} isOptional>
        <input value={typed} onChange={(event) => setTyped(event.target.value)} />
      </Field>
      <div className="row">
        <Button
          kind="primary"
          isBusy={making.isPending}
          disabledReason={reason}
          onClick={() => making.mutate()}
        >
          {text("make")}
        </Button>
        <ShowDeeds deeds={shareDeeds(user, grantNow())} isSmall />
        <Go to="/shares">{text("all")}</Go>
      </div>
      {making.error && <ErrorPanel error={making.error} />}
    </>
  );
}
