// English: links that can be ended.

import { messages } from "../message.ts";

export const shares = messages("shares", {
  lead: "Links that have a key of their own. Each is an IAM user below /shares/ who may do this one thing; ending a link deletes that user.",
  none: "No link that can be ended",
  noneLead: "Share an object and choose “A link that can be ended”.",
  object: "Object",
  may: "May",
  read: "Read",
  write: "Replace",
  until: "Until",
  from: "From",
  anywhere: "anywhere",
  used: "Last used",
  open: "Works",
  over: "Is over",
  unknown: "Not a link any more",
  end: "End",
  remove: "Remove",
  endTitle: "End this link?",
  endLead: "Whoever has the link is refused within half a minute. It cannot be made to work again.",
  ended: "The link is ended",
  removeOver: "Remove what is over",
  overRemoved: "Removed",
  endable: "A link that can be ended",
  endableHint:
    "It is signed by a key of its own. Shared links lists it, shows when it was used, and ends it.",
  addresses: "Only from these addresses",
  addressesHint:
    "IP addresses or ranges (203.0.113.7, 2001:db8::/32), one after the other. Cloudflare tells who asks; on a laptop nobody does, and such a link opens for no one.",
  badAddresses: "This is no address or range: {address}",
  make: "Make the link",
  once: "The link is shown this once: its secret is kept nowhere.",
  all: "Shared links",
});
