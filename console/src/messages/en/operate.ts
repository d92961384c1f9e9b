// English: what the screens of the operating side share.

import { messages } from "../message.ts";

export const operate = messages("operate", {
  showCommand: "Show as command",
  showCommandTitle: "The same on the command line",
  giveKey: "Use the access key",
  otherKey: "Sign in with another key",
  cancel: "Cancel",
  save: "Save",
  close: "Close",
  delete: "Delete",
  older: "Older",
  newest: "Back to the newest",
  refresh: "Refresh",
  none: "–",
});
