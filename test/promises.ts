/**
 * The promises of edge-kefu (docs/reference/promises.md), and the tests that fail when one is broken. A test is named
 * by its file and the beginning of its full name; `npm test` prints the table and fails when a name matches nothing.
 */

/** The promises by number. */
export type PromiseId = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11;

/** A promise with its tests. */
export interface TestedPromise {
  readonly id: PromiseId;
  readonly promise: string;
  readonly tests: readonly (readonly [file: string, name: string])[];
}

/** In the order of their numbers. */
export const PROMISES: readonly TestedPromise[] = [
  {
    id: 1,
    promise: "acknowledged is stored; no kill loses a message or a due answer; duplicates only where unconfirmed",
    tests: [
      ["node/kill.test.ts", ""],
      ["workerd/conversation.test.ts", "a conversation object finds its state"],
      ["workerd/conversation.test.ts", "a conversation object sends by its alarm"],
      ["workerd/conversation-trouble.test.ts", ""],
      ["workerd/push-trouble.test.ts", "when the conversation cannot be reached"],
      ["workerd/push-trouble.test.ts", "the sending behind an answer"],
      ["pure/conversation/outbox.property.test.ts", "in any order of events"],
      ["pure/conversation/outbox.test.ts", "an attempt without a known outcome"],
    ],
  },
  {
    id: 2,
    promise: "one push, delivered many times in any format, is handled once and answered alike",
    tests: [
      ["workerd/push.test.ts", "a push in"],
      ["workerd/push.test.ts", "thirty deliveries"],
      ["workerd/late-pushes.test.ts", "the answers of repeated pushes in KV"],
      ["node/conformance.test.ts", "edge-kefu conforms"],
      ["pure/channels/event-key.test.ts", ""],
    ],
  },
  {
    id: 3,
    promise:
      "forged, foreign, broken, huge or deep input is refused with a short fixed response; nothing stored, memory bounded",
    tests: [
      ["workerd/push.test.ts", "a refused push"],
      ["node/fuzz.test.ts", ""],
      ["node/conformance.test.ts", "edge-kefu conforms"],
      ["pure/channels/open-push.test.ts", ""],
      ["pure/channels/receive-refused.test.ts", ""],
      ["pure/channels/xml.test.ts", ""],
      ["pure/channels/json.test.ts", ""],
      ["pure/channels/typed-text.test.ts", ""],
      ["workerd/stale-pushes.test.ts", ""],
    ],
  },
  {
    id: 4,
    promise: "WeChat in trouble: bounded retries with jitter, in order; one pause for the app; the window corrected",
    tests: [
      ["pure/conversation/retry.test.ts", ""],
      ["pure/conversation/outbox.test.ts", "an attempt"],
      ["pure/conversation/window.test.ts", ""],
      ["workerd/faults.test.ts", ""],
      ["workerd/account.test.ts", ""],
    ],
  },
  {
    id: 5,
    promise: "no secret, token, key, openid or message text in logs, errors, cache keys or foreign URLs",
    tests: [
      ["workerd/push.test.ts", "log lines"],
      [
        "workerd/page-context.test.ts",
        "a context signed by the shop's back end logs a refused token without token, openid or text",
      ],
      ["workerd/push-trouble.test.ts", "an unexpected error"],
      ["pure/wrangler.test.ts", "what is deployed writes no log of requests"],
      ["pure/config/config.test.ts", ""],
    ],
  },
  {
    id: 6,
    promise: "every limit is checked before the request leaves; the error names field, limit and size",
    tests: [
      ["pure/shared/outbound.test.ts", ""],
      ["pure/shared/split.test.ts", ""],
      ["pure/channels/media.test.ts", ""],
    ],
  },
  {
    id: 7,
    promise: "a session has one agent at most: of several acts one wins, and no reply is sent after a take-over",
    tests: [
      ["workerd/desk-races.test.ts", ""],
      ["workerd/desk-kills.test.ts", ""],
      ["node/kill.test.ts", ""],
      ["workerd/desk-acts.test.ts", "an act"],
      ["workerd/sessions.test.ts", "of two simultaneous commands"],
      ["pure/conversation/session/served.property.test.ts", ""],
      ["pure/desk/invariants.property.test.ts", ""],
    ],
  },
  {
    id: 8,
    promise: "each user message without an answer belongs to a session in a list, whatever dies or restarts",
    tests: [
      ["workerd/desk-deaths.test.ts", ""],
      ["node/kill.test.ts", ""],
      ["workerd/desk-reports.test.ts", "a report"],
      ["pure/conversation/session/invariants.test.ts", ""],
      ["pure/desk/invariants.property.test.ts", ""],
    ],
  },
  {
    id: 9,
    promise:
      "a page that is connected again shows the server's state within a second: nothing missing, twice or unordered",
    tests: [
      ["pure/desk/sockets.property.test.ts", "pages"],
      ["pure/desk/socket-ends.test.ts", "a page that connects again"],
      ["pure/desk/socket-ends.test.ts", "a desk constructed again with sockets attached"],
      ["workerd/desk-socket.test.ts", "a page"],
      ["workerd/desk-cuts.test.ts", ""],
      ["pure/console/lists.test.ts", "the lists of the page"],
      ["pure/console/log.test.ts", "rows that arrive"],
      ["pure/console/link.test.ts", ""],
    ],
  },
  {
    id: 10,
    promise:
      "each route, role and sign-in as the table says, with every request; no other team's content, no note to a user",
    tests: [
      ["workerd/access.test.ts", ""],
      ["workerd/desk-routes.test.ts", "an agent"],
      ["workerd/desk-routes.test.ts", "a caller who is not signed in"],
      ["workerd/sign-in.test.ts", "a request with a cookie"],
      ["workerd/people.test.ts", "agents"],
      ["pure/desk/sockets.test.ts", "frames"],
      ["pure/desk/socket-ends.test.ts", "a page is closed"],
      ["pure/people/rights.test.ts", ""],
    ],
  },
  {
    id: 11,
    promise: "erased is gone everywhere; shared objects hold no text in clear; the audit log shows any change of it",
    tests: [
      ["workerd/erased-places.test.ts", ""],
      ["workerd/reported-erasure.test.ts", ""],
      ["workerd/erased-user.test.ts", ""],
      ["workerd/desk-reports.test.ts", "an erasure"],
      ["workerd/archive.test.ts", "an erasure"],
      ["pure/platform/sealed-text.test.ts", ""],
      ["workerd/audit.test.ts", ""],
      ["workerd/unmask.test.ts", ""],
      ["pure/audit/chain.test.ts", ""],
      ["pure/audit/append-only.test.ts", ""],
    ],
  },
];
