// A button that does something at once, and beside it the same as code.

import { useMutation } from "@tanstack/react-query";
import { useId } from "react";
import { callOf, type Deed, sendDeeds } from "../clients/deeds.ts";
import { Button, type ButtonProps } from "./button.tsx";
import { ShowAs } from "./show-as.tsx";
import { toast, toastError } from "./toasts.tsx";

interface DeedButtonProps extends ButtonProps {
  readonly deeds: readonly Deed[];
  /** What takes it back. */
  readonly undo?: readonly Deed[] | (() => Promise<readonly Deed[]>);
  /** Said when it is done. */
  readonly said?: string;
  /** Shows things anew, after the deeds and after they are taken back. */
  onDone(): unknown;
}

export function DeedButton(props: DeedButtonProps) {
  const { deeds, undo, said, onDone, ...button } = props;
  const id = useId();
  const doing = useMutation({
    mutationFn: async () => {
      // What takes it back may have to be read while it is still there.
      const back = typeof undo === "function" ? await undo() : undo;
      await sendDeeds(deeds);
      await onDone();
      const takeBack = back && (() => sendDeeds(back).then(onDone));
      if (said !== undefined) toast(said, { undo: takeBack });
    },
    onError: toastError,
  });
  const run = () => !doing.isPending && doing.mutate();
  const isSubmit = button.type === "submit";
  return (
    <span className={`deed ${button.kind ?? "plain"}`}>
      <Button
        {...button}
        id={id}
        isBusy={doing.isPending}
        onClick={(event) => {
          // The form's own rules come first.
          if (isSubmit && event.currentTarget.form?.checkValidity() === false) return;
          if (isSubmit) event.preventDefault();
          run();
        }}
      />
      <ShowDeeds deeds={deeds} describedBy={id} isSmall />
    </span>
  );
}

interface ShowDeedsProps {
  readonly deeds: readonly Deed[];
  readonly describedBy?: string;
  readonly isSmall?: boolean;
}

/** "Show as code" of deeds. */
export function ShowDeeds({ deeds, ...rest }: ShowDeedsProps) {
  return <ShowAs calls={deeds.map(callOf)} {...rest} />;
}
