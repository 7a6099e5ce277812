/** No text that a user or an agent wrote is in the facts of a row: facts may be read where content may not be read. */
import { describe, it } from "vitest";
import type { Outbound } from "../../../shared/message/outbound.ts";
import { classify } from "../../../worker/channels/mini-program/classify.ts";
import { writeRows, type Row } from "../../../worker/conversation/core/rows.ts";
import { EMPTY_STATE } from "../../../worker/conversation/core/state.ts";
import { applyEvent } from "../../../worker/conversation/core/transitions.ts";
import { converse, must, reply, T0, text, TIMEOUT } from "../../support/conversation.ts";
import { ACCEPTED, rejected } from "../../support/delivery.ts";
import { eachEvent } from "../../support/each-event.ts";
import { RULES } from "../../support/rules.ts";
import { createServed } from "../../support/served.ts";

const CANARY = "金丝雀";

/** One message of every type. */
const MESSAGES: readonly Outbound[] = [
  text(CANARY),
  { type: "image", mediaId: CANARY },
  { type: "link", title: CANARY, description: CANARY, url: `https://a.cn/${CANARY}`, thumbUrl: "" },
  { type: "card", title: CANARY, pagePath: `pages/${CANARY}`, thumbMediaId: CANARY },
];

const withoutContent = ({ content: _content, ...row }: Row) => JSON.stringify(row);

describe("the facts of a row", () => {
  it.for(eachEvent(CANARY, T0).map((inbound) => ({ name: `${inbound.event} ${inbound.type}`, inbound })))(
    "have no text of a user or an agent, the content has it: $name",
    ({ inbound }, { expect }) => {
      const writer = writeRows(0, T0);
      const push = { key: "k", event: inbound, classification: classify(inbound), candidates: [] };
      applyEvent(EMPTY_STATE, writer, push, {
        rules: RULES,
        now: T0,
        random: 0,
        unconfirmedRetries: 1,
      });
      const [row] = writer.rows();
      expect(row?.content).toEqual(inbound);
      expect(withoutContent(must(row))).not.toContain(CANARY);
    },
  );

  it.for(MESSAGES.map((message) => ({ name: message.type, message })))(
    "have no text of what is sent, held, blocked or failed: $name",
    ({ message }, { expect }) => {
      const chat = converse();
      const answer = { ...reply(), action: { type: "reply", messages: Array(6).fill(message) } } as const;
      const first = must(chat.says([answer]).lease);
      expect(chat.submits(message, { hold: true })).toMatchObject({ ok: true });
      const second = must(chat.settles(first, TIMEOUT));
      chat.settles(first, ACCEPTED);
      chat.settles(second, rejected(45047));
      const kinds = new Set(chat.log().map(({ kind }) => kind));
      for (const kind of ["in", "out", "blocked", "held", "unconfirmed", "sent"] as const)
        expect(kinds).toContain(kind);
      for (const row of chat.log()) expect(withoutContent(row)).not.toContain(CANARY);
      expect(JSON.stringify(chat.state())).not.toContain(CANARY);
      expect(chat.rows("blocked")[0]?.content).toEqual(message);
    },
  );

  it("have no text of what agents write to users and colleagues", ({ expect }) => {
    const chat = createServed();
    chat.says([], CANARY);
    chat.replies("a", CANARY);
    chat.changes({ type: "transfer_to_agent", target: "b", text: CANARY }, { by: "a" });
    chat.commands({ type: "note", text: CANARY }, { by: "b" });
    const { open } = must(chat.state().sessions);
    const about = { session: open?.seq ?? 0, lastUserSeq: open?.lastUserSeq ?? 0 };
    chat.commands({ type: "service_text", purpose: "idle", message: text(CANARY), ...about });
    for (const kind of ["session", "note", "out"] as const) expect(chat.rows(kind).length).toBeGreaterThan(0);
    // The caller computes the hash of a request; in this test it is the text itself.
    const withoutHash = (row: Row) => withoutContent(row).replace(`"request":"${CANARY}"`, "");
    for (const row of chat.log()) expect(withoutHash(row)).not.toContain(CANARY);
    expect(JSON.stringify(chat.state())).not.toContain(CANARY);
  });
});
