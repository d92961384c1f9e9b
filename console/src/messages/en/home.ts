// English: the first screen.

import { messages } from "../message.ts";

export const home = messages("home", {
  title: "Home",
  lead: "What is stored, how it is used, and what needs you.",
  stored: "Stored",
  storedLead: "All buckets of the account, as measured last.",
  storedAll: "All buckets of this server, as measured last.",
  notMeasured: "Not measured yet: usage is measured once a day.",
  hidden: "Totals, requests and jobs are left out here: this identity may not see them.",
  keyGone:
    "Totals, requests and jobs are asked for with the access key itself. This page was reloaded and does not have it any more.",
  alerts: "What needs you",
  noAlerts: "Nothing needs you.",
  noAlertsHere: "Nothing needs you, as far as this identity may see.",
  noAlertsKeyless: "Nothing needs you, as far as can be seen without the access key.",
  looking: "Looking",
  lookedAt: "{count, plural, one {# bucket} other {# buckets}} looked at.",
  lookedAtFirst: "Only the first {count} buckets were looked at.",
  lookAtAll: "Look at all {count}",
  publicBucket: "Anybody can read or write here: {bucket}",
  publicByPolicy: "by its policy",
  publicByAcl: "by its ACL",
  damage: "{count, plural, one {# sign} other {# signs}} of damage found",
  stuckJobs: "{count, plural, one {# job is} other {# jobs are}} stuck",
  stuckDuty: "The duty {name} is stuck",
  silentStore: "The store {name} does not answer",
  catalogDown: "The catalog does not answer",
  webhookDisabled: "The webhook {name} is disabled",
  webhookFailing: "The webhook {name} fails: {error}",
  eventsWaiting: "{count, plural, one {# event waits} other {# events wait}} in {bucket}: {error}",
  replicasWaiting:
    "{count, plural, one {# change waits} other {# changes wait}} to be replicated from {bucket}: {error}",
  replicationFailed:
    "{count, plural, one {# version was} other {# versions were}} not replicated from {bucket}",
  lifecycleFailed: "Lifecycle of {bucket} fails: {error}",
  show: "Show",
  recent: "Recent buckets",
  noBuckets: "No buckets yet",
  noBucketsLead: "A bucket holds your files. Make the first one, and upload something.",
  createBucket: "Create bucket",
  toBuckets: "All buckets",
  requests: "The last two days",
  cost: "Cost this month",
  costStorage: "Storage",
  costRequests: "Requests",
  costEgress: "Traffic",
  costTotal: "So far",
  costForecast: "Whole month",
  costNote:
    "List prices of {prices}; {count, plural, one {# day of this month was} other {# days of this month were}} measured.",
});
