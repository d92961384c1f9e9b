// English: the dock of uploads, downloads and bulk changes.

import { messages } from "../message.ts";

export const work = messages("work", {
  dock: "Activity",
  allDone: "All done",
  someFailed: "{count, plural, one {# failed} other {# failed}}",
  running: "{count, plural, one {# task running} other {# tasks running}}",
  waitingTasks: "{count, plural, one {# waits for you} other {# wait for you}}",
  clear: "Clear finished",
  collapse: "Collapse activity",
  expand: "Expand activity",
  pause: "Pause",
  resume: "Resume",
  retry: "Retry what failed",
  stop: "Stop",
  dismiss: "Dismiss",
  paused: "Paused",
  waiting: "Waiting for you",
  done: "Done",
  failed: "Not all done",
  stopped: "Stopped",
  keyWithheld: "Your session has ended. Resume to sign in and go on.",
  items: "{count, plural, one {# item} other {# items}}",
  itemsOf: "{done} of {total}",
  skipped: "{count, plural, one {# skipped} other {# skipped}}",
  failures: "{count, plural, one {# failure} other {# failures}}",
  uploadOne: "{name} to {destination}",
  uploadMany: "{count, plural, one {# file} other {# files}} to {destination}",
  cutOff: "A reload cut this upload off. Resume it and, if asked, choose {name} again.",
  cutOffKept:
    "{count, plural, one {A reload cut this upload off. # file is kept here: resume to send it.} other {A reload cut this upload off. # files are kept here: resume to send them.}}",
  cutOffPart: "A reload cut this upload off. Resume it:",
  cutOffCopied: "{count, plural, one {# is kept here;} other {# are kept here;}}",
  cutOffOpened:
    "{count, plural, one {# is read again once you let the browser;} other {# are read again once you let the browser;}}",
  cutOffRest: "{count, plural, one {# has to be chosen again.} other {# have to be chosen again.}}",
  cutOffChoose:
    "{count, plural, one {A reload cut this upload off. Resume it and choose {name} again.} other {A reload cut this upload off. Resume it and choose {name} again: of # files, what is there already is skipped.}}",
  notAmongThem: "They were not among what you chose. Choose {name} again, or stop this upload.",
  otherFile:
    "That is another file, or it has changed. Choose the {name} of before, or stop this upload.",
  listing: "The list of what is left; trying again goes on with it",
  offline: "No network. This goes on by itself once there is one.",
  zip: "{name}",
  archived: "{key} is archived: it can be downloaded after a restore.",
  saveReport: "Save the report",
});
