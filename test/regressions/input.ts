/** Events, texts, users, clocks and hostile bodies. */
import type { Regression } from "./regression.ts";

/** The faults with their tests. */
export const INPUT: readonly Regression[] = [
  {
    point: "1.6",
    file: "pure/protocol/json-events.test.ts",
    names: [
      "an event in JSON that is deeper than the limit is damaged",
      "an event in JSON that has a key __proto__ is damaged",
    ],
  },
  {
    point: "1.6",
    file: "pure/config-forward.test.ts",
    names: ["forwarding in the configuration says every problem at once"],
  },
  {
    point: "1.6",
    file: "pure/scripts/doctor-forwarding.test.ts",
    names: ["forwarding that fails is a fault"],
  },
  {
    point: "1.6",
    file: "workerd/api-events.test.ts",
    names: ["GET /api/v1/events lists what is no conversation's"],
  },
  {
    point: "1.6",
    file: "workerd/app-event-webhooks.test.ts",
    names: [
      "an event that is no user's reaches a webhook that wants everything",
      "an event that is no user's is given up after three days",
    ],
  },
  {
    point: "1.6",
    file: "workerd/foreign-events.test.ts",
    names: [
      "an event of another product is kept without ToUserName, as JSON and as XML",
      "an event of another product is kept without FromUserName, without CreateTime, without MsgType",
      "an event of another product without CreateTime is kept once for each content",
      "an event of another product belongs to the app whose path and key it came by",
      "an event of another product that cannot be read as a whole is kept",
      "an event of another product of any shape is kept",
      "an event of another product with a name of any shape is kept",
      "an event about a user that names no user goes to the account",
    ],
  },
  {
    point: "1.6",
    file: "workerd/forward.test.ts",
    names: [
      "a push of a kind that is forwarded in secure mode as xml goes as it came",
      "a push of a kind that is forwarded is refused after an error",
      "a push of a kind that is forwarded that comes again gets the relayed answer again",
      "a push of any other kind is never a customer's message for a pattern",
    ],
  },
  {
    point: "1.6",
    file: "workerd/forward-trouble.test.ts",
    names: ["the time a forwarded push has is four seconds", "an answer that cannot be kept is not relayed"],
  },
  {
    point: "1.6",
    file: "workerd/on-event.test.ts",
    names: ["worker/custom/handlers.ts has a place for events that are no user's"],
  },
  {
    point: "1.5",
    file: "workerd/undated.test.ts",
    names: [
      "a capture without CreateTime does not bring an erased user back: an entering",
      "a capture without CreateTime is a repeat for as long as it is taken: an entering",
      "a push without CreateTime of a user who was erased is stored when it is signed after",
    ],
  },
  {
    point: "1.7",
    file: "pure/protocol/broken-events.test.ts",
    names: [
      "an event in XML that is damaged has the fields around loose text",
      "an event in XML that the parser does not read is of its kind",
      "an event in XML that the parser does not read may have comments and processing instructions",
    ],
  },
  {
    point: "1.7",
    file: "pure/protocol/typed-events.test.ts",
    names: [
      "an event with a typed text is damaged, and about the user of its head",
      "an event with a typed text may hold any text, or is damaged",
    ],
  },
  {
    point: "1.7",
    file: "pure/protocol/typed-text.test.ts",
    names: [
      "a text is received as it was typed: code with the end of CDATA",
      "a text comes with an entering as it was written: markup with CDATA of its own",
      "a text may be any text, made of the frame's own words or not",
      "a text does not depend on the order",
      "a card that holds the border between its texts is damaged",
      "a card may hold any texts, or is damaged",
      "a message of an unknown kind is its sender's",
      "a message of an unknown kind never changes who wrote or which message it is",
      "the sender of a message is FromUserName alone",
      "the envelope around a text of plain mode is not taken for an encrypted one",
    ],
  },
  {
    point: "1.7",
    file: "workerd/typed-text.test.ts",
    names: [
      "a text as the platform writes it is stored as it was typed",
      "a text as the platform writes it that names another user",
      "a damaged card is stored with its user",
    ],
  },
  { point: "1.8", file: "miniprogram/kefu-fab.test.ts", names: ["its badge for U+200B U+3000"] },
  {
    point: "1.8",
    file: "pure/domain/blank-texts.test.ts",
    names: [
      "a long text whose blank space is longer than a message has no blank part",
      "a long text has no part in which nothing can be seen",
      "a text in which nothing can be seen is refused as a message",
      "a text in which nothing can be seen is refused as a webhook's answer",
      "a text in which nothing can be seen is refused in settings",
      "a text in which nothing can be seen is no label",
      "a link without visible words is refused as a message",
      "a link without visible words is no answer",
    ],
  },
  {
    point: "1.8",
    file: "pure/domain/split.test.ts",
    names: [
      "splitText leaves out line breaks that do not fit before a cut",
      "splitText begins no later part with the rest of the white space at a cut",
    ],
  },
  {
    point: "1.8",
    file: "pure/shared/outbound.test.ts",
    names: ["parseOutbound refuses a field that must be there and is blank"],
  },
  {
    point: "1.8",
    file: "workerd/account-records.test.ts",
    names: ["settings stay in force when a version of the worker takes less"],
  },
  {
    point: "1.8",
    file: "workerd/api-messages.test.ts",
    names: ["POST /conversations/:openid/messages makes no part of blank space"],
  },
  {
    point: "1.9",
    file: "workerd/erased-account.test.ts",
    names: [
      "erasing a user empties the app's events that name the user",
      "erasing a user empties unreadable pushes that name the user",
    ],
  },
  {
    point: "1.9",
    file: "workerd/erased-late.test.ts",
    names: [
      "an event from before the erasure of the user it names in its head",
      "an event from before the erasure of the user it names in a field",
      "an event from before the erasure of the user it names within a text",
      "an event from before the erasure of the user it names percent-encoded",
      "an event from before the erasure of the user it names is one of the same second",
      "an unreadable push from before the erasure of a user it names is kept without its text",
    ],
  },
  {
    point: "1.9",
    file: "workerd/erased-places.test.ts",
    names: [
      "the places where something is stored are those of docs/storage.md's table",
      "the places where something is stored have every table the worker creates among them",
      "the places where something is stored have nothing of the user after the erasure",
    ],
  },
  {
    point: "1.9",
    file: "workerd/erased-webhooks.test.ts",
    names: [
      "a user erased while a webhook is called and who writes again is heard at once, and nothing old is: the call fails",
    ],
  },
  { point: "1.9", file: "workerd/export-account.test.ts", names: ["an export begins with the account's events"] },
  {
    point: "1.9",
    file: "workerd/openids.test.ts",
    names: [
      "a user of any openid a push is stored for can be read, exported, sent to and erased: a/b, as XML",
      "a user of any openid a push is stored for can be read, exported, sent to and erased, whatever",
    ],
  },
  {
    point: "1.10",
    file: "pure/domain/clock.test.ts",
    names: [
      "after the clock was set back by days an attempt that was under way is over",
      "after the clock was set back by days a message of the API behind such an attempt",
      "after the clock was set back by days a message that waits for a retry or for the end of a pause",
      "after the clock was set back by days a pause of a year is not believed",
      "after the clock was set back by days automatic answers are not muted",
      "after the clock was set back by days a rule that acts once in ten minutes acts again",
      "after the clock was set back by days the user's next message opens the window",
      "after the clock was set back by days the user's next message ends a hand-over",
      "after the clock was set back by days a held message is given up after its 48 hours",
      "after the clock was set back by days an endpoint that waited for a retry is called",
      "after the clock was set back by days every message ends within the days it may take",
    ],
  },
  {
    point: "1.10",
    file: "pure/webhooks/answer.test.ts",
    names: ["an endpoint's answer may begin with a byte-order mark"],
  },
  {
    point: "1.10",
    file: "workerd/account-clock.test.ts",
    names: [
      "after the clock was set back by days a pause of the app is over",
      "after the clock was set back by days a pause that an isolate remembers is over",
      "after the clock was set back by days the token endpoint is asked again",
      "after the clock was set back by days a problem with the token that an isolate remembers is over",
      "after the clock was set back by days settings that an isolate remembers are read again",
      "after the clock was set back by days a token lives no longer than WeChat gives it",
      "after the clock was set back by days a webhook's pause is over",
      "after the clock was set back by days a refresh may be forced",
    ],
  },
  {
    point: "1.10",
    file: "workerd/api-json.test.ts",
    names: [
      "a JSON body that nests thousands of levels deep is refused as settings",
      "a JSON body that nests thousands of levels deep is refused at",
      "a JSON body of hundreds of thousands of wrong entries",
      "a JSON body may begin with a byte-order mark",
    ],
  },
  {
    point: "1.10",
    file: "workerd/bounded-reads.test.ts",
    names: [
      "where a message stands is read from its own rows when it is failed",
      "a message through the API reads the keys of a day once",
      "where a message stands is read from its own rows while the second go",
    ],
  },
  {
    point: "1.10",
    file: "workerd/conversation-clock.test.ts",
    names: [
      "a conversation object after its clock was set back gives up the attempt under way",
      "a conversation object after its clock was set back wakes at once for a message of the API",
      "a conversation object after its clock was set back shows no window that is longer than it can be",
    ],
  },
];
