// Buttons. One that is switched off for a reason stays reachable by keyboard and tells it.

import { Tooltip } from "radix-ui";
import type { ButtonHTMLAttributes, ReactNode } from "react";

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  readonly kind?: "plain" | "primary" | "danger" | "quiet" | undefined;
  readonly icon?: ReactNode;
  /** Why the button cannot be used now; it is switched off while there is a reason. */
  readonly disabledReason?: string | undefined;
  readonly isBusy?: boolean | undefined;
}

export function Button(props: ButtonProps) {
  const { kind = "plain", icon, disabledReason, isBusy = false, children, ...rest } = props;
  const isOff = disabledReason !== undefined || isBusy;
  const button = (
    <button
      type="button"
      {...rest}
      className={`button ${kind} ${rest.className ?? ""}`}
      aria-disabled={isOff || undefined}
      aria-busy={isBusy || undefined}
      onClick={(event) => (isOff ? event.preventDefault() : rest.onClick?.(event))}
    >
      {isBusy ? <span className="spinner" aria-hidden="true" /> : icon}
      {children !== undefined && <span className="button-text">{children}</span>}
    </button>
  );
  return disabledReason === undefined ? button : <Hint text={disabledReason}>{button}</Hint>;
}

/** A button of one icon; its name is read out and shown on hover. */
export function IconButton(props: ButtonProps & { readonly name: string }) {
  const { name, className = "", ...rest } = props;
  return (
    <Hint text={props.disabledReason ?? name}>
      <Button
        {...rest}
        kind={rest.kind ?? "quiet"}
        className={`icon ${className}`}
        aria-label={name}
      />
    </Hint>
  );
}

/** Shows a line beside what has focus or the pointer. */
export function Hint({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <Tooltip.Root>
      {/* By keyboard: focus that comes back to what was clicked would cover what stands around it. */}
      <Tooltip.Trigger
        asChild
        onFocus={(event) => {
          if (!event.currentTarget.matches(":focus-visible")) event.preventDefault();
        }}
      >
        {children}
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="hint" sideOffset={4} collisionPadding={8}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
