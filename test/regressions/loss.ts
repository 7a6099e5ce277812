/** Loss, silence and replay. */
import type { Regression } from "./regression.ts";

/** The faults with their tests. */
export const LOSS: readonly Regression[] = [
  {
    point: "1.1",
    file: "workerd/one-message.test.ts",
    names: [
      "a message with the link of another mini program ends by itself within two days of simulated time",
      "a code that can be about one message, as an answer of custom/send by 40013",
      "a code that speaks of the app is learned from custom/send alone",
      "a code that speaks of the app by 48001 pauses once for one message",
      "a code that speaks of the app by 45009 pauses once for one message",
      "a message that WeChat refuses for its token, whatever the token by 40001",
    ],
  },
  {
    point: "1.1",
    file: "workerd/lifted-pause.test.ts",
    names: [
      "a message that alone is refused by 48001 does not pause the app again after the pause was lifted",
      "a message that alone is refused by 45009 does not pause the app again after the pause was lifted",
      "several messages that alone are refused by 48001 pause it once each",
      "several messages that alone are refused by 45011 pause it once each",
    ],
  },
  {
    point: "1.1",
    file: "pure/shared/outbound.test.ts",
    names: ["parseOutbound takes a card's page as app.json names it"],
  },
  {
    point: "1.1",
    file: "workerd/text-links.test.ts",
    names: [
      "a text by the REST API is refused with the field, the rule and the remedy",
      "a text by the REST API is refused for a link with another app in capitals",
      "the texts of settings are refused each with its place",
      "the texts of settings are checked against the app they are for",
      "the texts of settings have no user's words inside a tag",
      "a user's words come back as text, and the answer arrives",
      "a user's words stay text when a webhook repeats them",
      "an endpoint's answer with a link to another mini program is logged",
      "a handler's reply with a link to another mini program is logged",
      "a handler's reply repeats what the user wrote as text",
    ],
  },
  {
    point: "1.2",
    file: "pure/domain/held.test.ts",
    names: [
      "a held message stays held with those behind it when WeChat refuses the first",
      "a message that is to be held is held when the window ends while it waits",
      "a message that is to be held is held, not failed, when WeChat stays busy",
      "a held message goes out although five were sent in the seconds before the user's message",
      "a held message is not sent after its time although the alarm comes late",
      "a held message makes room when its time is over",
    ],
  },
  { point: "1.2", file: "workerd/api-held.test.ts", names: ["five held messages are all read in the end"] },
  {
    point: "1.3",
    file: "workerd/settings-unreadable.test.ts",
    names: ["settings that cannot be read let no rule act"],
  },
  {
    point: "1.3",
    file: "workerd/webhook-expired.test.ts",
    names: ["events that retention deletes before they are delivered are on record, and newer ones"],
  },
  {
    point: "1.3",
    file: "workerd/webhook-skipped.test.ts",
    names: [
      "an endpoint that refuses every event is failing, not ok, with how many events were skipped",
      "an endpoint that refuses every event is ok again with the first event it accepts",
      "a skipped event is sent again while it cannot be put on record",
      "POST /webhooks/:id/replay delivers what was skipped",
    ],
  },
  {
    point: "1.3",
    file: "workerd/webhook-figures.test.ts",
    names: [
      "GET /webhooks after an endpoint was given another address still shows the conversations that wait",
      "GET /webhooks after an endpoint was given another address is not paused",
      "GET /webhooks while an endpoint goes on failing names the time of the newest failure",
      "GET /webhooks while an endpoint goes on failing counts every conversation that waits",
      "GET /webhooks while an endpoint refuses counts every refusal",
      "GET /webhooks while an endpoint refuses counts those since",
    ],
  },
  {
    point: "1.3",
    file: "workerd/webhook-trouble.test.ts",
    names: [
      "an endpoint that fails on one user's events only is not paused for the other users after 503",
      "an endpoint that fails on one user's events only is not paused for the other users after 410",
      "events of one user that are not accepted each get three days",
    ],
  },
  {
    point: "1.3",
    file: "workerd/webhook-versions.test.ts",
    names: [
      "in the two minutes after a PUT, a worker that still has the settings before does not drop the cursor of a new webhook",
      "in the two minutes after a PUT, a worker that still has the settings before does not bring back a webhook that was removed",
    ],
  },
  {
    point: "1.4",
    file: "pure/objects/account-hung.test.ts",
    names: [
      "an account object that never answers a token in its last minutes is used all the same",
      "an account object that never answers a pause that cannot be reported is kept by this isolate",
    ],
  },
  {
    point: "1.4",
    file: "workerd/hung-calls.test.ts",
    names: [
      "a KV write that never returns after the response of a push",
      "a rate limiter that never answers lets pass",
      "an account object that never answers is given up for GET /api/v1/settings",
      "a conversation that never answers is given up for GET /api/v1/conversations/oHung",
      "a conversation that never answers is given up for a push",
      "a conversation that never answers is given up for recording an attempt",
    ],
  },
  {
    point: "1.4",
    file: "workerd/hung-kv.test.ts",
    names: [
      "a KV write of the account that never returns keeps neither PUT /settings",
      "a KV write of the account that never returns does not keep the account's alarm",
    ],
  },
  {
    point: "1.5",
    file: "pure/protocol/receive-refused.test.ts",
    names: ["the age of an encrypted push is at most what is allowed"],
  },
  {
    point: "1.5",
    file: "pure/scripts/doctor.test.ts",
    names: [
      "pushes refused for their age are a fault",
      "pushes refused for their age are not taken for another EncodingAESKey",
    ],
  },
  {
    point: "1.5",
    file: "workerd/conversation-trouble.test.ts",
    names: [
      "a repeated push that is a hand-over is answered as one",
      "a repeated push that is a hand-over does not stop an answer",
    ],
  },
  {
    point: "1.5",
    file: "workerd/erased-user.test.ts",
    names: [
      "an erased user leaves the time alone behind",
      "an erased user is not brought back by a push from before",
      "an erased user is not brought back by a push of the very second",
      "an erased user is a new one with the next push, beside which a capture adds nothing",
    ],
  },
  {
    point: "1.5",
    file: "workerd/late-pushes.test.ts",
    names: ["KV as the shield against repeats hands over again as the first time"],
  },
  {
    point: "1.5",
    file: "workerd/stale-pushes.test.ts",
    names: [
      "a push signed too long ago an hour ago is refused",
      "a push signed too long ago in 2001 is refused",
      "a push signed too long ago in 16 minutes is refused",
      "a push signed too long ago is taken when WECHAT_PUSH_MAX_AGE_S is 0",
      "refused for its age is counted in /healthz",
      "refused for its age says so in the log",
      "refused for its age costs one call and one entry",
    ],
  },
];
