/** Events of other products: kept whatever they lack, reachable, forwarded only where that is asked for. */
import type { MutantTable } from "./mutant.ts";

const PUSH = "pure/protocol/push.test.ts";
const API = "workerd/api-events.test.ts";
const FOREIGN = "workerd/foreign-events.test.ts";

/** Mutants of what becomes of events that are no conversation's. */
export const APP_EVENTS: MutantTable = {
  rule: "an event needs a name and nothing else; it is kept once, and reaches whoever asks for it in order",
  spec: "docs/design/0007-scopes.md",
  mutants: [
    {
      name: "event-without-head-refused",
      breaks: "an event that lacks what messages have is put into the quarantine",
      file: "worker/protocol/push.ts",
      find: 'return message.ok || name === "" ? message',
      replace: "return message.ok || name.length < 999 ? message",
      killedBy: [PUSH, "the head that is no message's, but has an Event, is an event's"],
    },
    {
      name: "event-name-unbounded",
      breaks: "an unknown event's name fills the log as far as it likes",
      file: "worker/protocol/push.ts",
      find: "name.slice(0, MAX_EVENT_NAME)",
      replace: "name",
      killedBy: [PUSH, "the head of an event bounds the name and keeps all of it beside"],
    },
    {
      name: "event-for-no-user",
      breaks: "an event about a user that names none makes a conversation of its own",
      file: "worker/protocol/push.ts",
      find: '(head.openid !== "" || EVENT_SCOPES[event.kind] === "app")',
      replace: 'head.openid !== "?"',
      killedBy: [PUSH, "the head of an event may lack everything, and be of any shape"],
    },
    {
      name: "event-of-another-shape-refused",
      breaks: "a known event whose fields have another shape loses them",
      file: "worker/protocol/push.ts",
      find: "isRoutable && problems.length === 0 ?",
      replace: "isRoutable ?",
      killedBy: [PUSH, "other fields of a known event make it an unknown one"],
    },
    {
      name: "message-sender-from-openid",
      breaks: "a message is put into another user's chat",
      file: "worker/protocol/push.ts",
      find: 'const openid = fields.required("FromUserName", OPENID);',
      replace:
        'const openid = fields.text("OpenID") === "" ? fields.required("FromUserName", OPENID) : fields.text("OpenID");',
      killedBy: [PUSH, "the head of an event takes the user from OpenID before FromUserName, of a message never"],
    },
    {
      name: "event-without-time-repeated",
      breaks: "each delivery of an event without CreateTime is another event",
      file: "worker/domain/app-event.ts",
      find: "createdAt === 0 ? now - SAME_CONTENT_MS",
      replace: "createdAt === 0 ? now",
      killedBy: [FOREIGN, "an event of another product without CreateTime is kept once for each content"],
    },
    {
      name: "event-page-unbounded",
      breaks: "a page of large events is larger than an answer may be",
      file: "worker/objects/account-store.ts",
      find: "if (page.length > 0 && length > maxLength) break;",
      replace: "",
      killedBy: [API, "GET /api/v1/events reads no more than a page may hold, and at least one event"],
    },
    {
      name: "event-page-without-progress",
      breaks: "an event larger than a page stops everybody who reads on",
      file: "worker/objects/account-store.ts",
      find: "if (page.length > 0 && length > maxLength) break;",
      replace: "if (length > maxLength) break;",
      killedBy: [API, "GET /api/v1/events reads no more than a page may hold, and at least one event"],
    },
  ],
};
