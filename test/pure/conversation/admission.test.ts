import { describe, it } from "vitest";
import { SOURCE_NAMES } from "../../../shared/message/source.ts";
import { admission, isMuted, replyWindow } from "../../../worker/conversation/core/admission.ts";
import {
  AUTOMATIC,
  endHandover,
  handOver,
  mute,
  mutedUntilOf,
  plausibleControl,
  serve,
  type Control,
} from "../../../worker/conversation/core/control.ts";
import type { Sender } from "../../../worker/conversation/core/state.ts";
import { CLOSED_WINDOW, openGrant } from "../../../worker/conversation/core/window.ts";
import { converse, must, reply, T0, text, TRANSFER } from "../../support/conversation.ts";
import { ACCEPTED } from "../../support/delivery.ts";
import { RULES } from "../../support/rules.ts";

const MINUTE = 60_000;
const muted: Control = { type: "muted", until: T0 + MINUTE };

/** Which senders are admitted for each `control`, before a message is queued and before each attempt. */
function answersFor(sender: Sender): readonly string[] {
  const controls = [AUTOMATIC, muted, handOver(AUTOMATIC), handOver(muted), serve(muted, "a")];
  return controls.map((control) => {
    const answers = (["new", "queued"] as const).map((stage) => admission(control, sender, stage, T0));
    return answers.map((admitted) => (admitted.by === "control" ? admitted.reason : admitted.by)).join(", ");
  });
}

describe("admission of a send", () => {
  it("decides for every source and every control", ({ expect }) => {
    const auto = ["window, window", "muted, window", "handed_over, handed_over", "muted, handed_over", "taken, taken"];
    const api = ["window, window", "window, window", "platform, platform", "platform, platform", "window, window"];
    const agent = Array.from({ length: 5 }, () => "reassigned, reassigned");
    const expected = { auto, api, agent, bot: auto };
    for (const source of SOURCE_NAMES) {
      expect({ source, answers: answersFor({ source }) }).toEqual({ source, answers: expected[source] });
    }
  });

  it("allows sends of the agent who has the session, and of no other agent", ({ expect }) => {
    const refused = Array.from({ length: 4 }, () => "reassigned, reassigned");
    expect(answersFor({ source: "agent", agent: "a" })).toEqual([...refused, "window, window"]);
    expect(answersFor({ source: "agent", agent: "b" })).toEqual([...refused, "reassigned, reassigned"]);
  });

  it("allows the desk's texts during a mute, but not those for waiting users once an agent serves", ({ expect }) => {
    const about = { session: 1, lastUserSeq: 1 };
    const answers = (purpose: "queue" | "away" | "idle" | "closing" | "rating" | "thanks") =>
      answersFor({ source: "auto", serviceText: { purpose, ...about } });
    const usual = ["window, window", "window, window", "handed_over, handed_over", "muted, handed_over"];
    for (const purpose of ["queue", "away"] as const) expect(answers(purpose)).toEqual([...usual, "taken, taken"]);
    for (const purpose of ["idle", "closing", "rating", "thanks"] as const)
      expect(answers(purpose)).toEqual([...usual, "window, window"]);
  });

  it("ignores a mute that has ended", ({ expect }) => {
    expect(isMuted(muted, T0 + MINUTE - 1)).toBe(true);
    expect(isMuted(muted, T0 + MINUTE)).toBe(false);
    expect(isMuted(handOver(muted), T0 + MINUTE)).toBe(false);
  });

  it("shows the reply window as unknown after a handover, until the user acts", ({ expect }) => {
    const window = openGrant(CLOSED_WINDOW, RULES, { name: "message", at: T0, receivedAt: T0 });
    const over = handOver(AUTOMATIC);
    const shown = (control: Control) => replyWindow({ control, window }, RULES, T0);
    expect(shown(over)).toEqual({ status: "unknown", grant: null, remaining: 0, expiresAt: null, doubtful: false });
    expect(shown(endHandover(over))).toMatchObject({ grant: "message", remaining: 5 });
    expect(shown(muted)).toMatchObject({ grant: "message", remaining: 5 });
  });
});

describe("who handles a conversation", () => {
  it("is muted for the longer of two times, and not muted for 0", ({ expect }) => {
    expect(mute(AUTOMATIC, 0, T0)).toBe(AUTOMATIC);
    const long = mute(AUTOMATIC, 10 * MINUTE, T0);
    expect(mute(long, MINUTE, T0)).toBe(long);
    expect(mutedUntilOf(mute(long, 10 * MINUTE, T0 + 1))).toBe(T0 + 10 * MINUTE + 1);
  });

  it("is automation again when the user acts after a handover, or a person while a mute lasts", ({ expect }) => {
    expect(endHandover(handOver(AUTOMATIC))).toEqual(AUTOMATIC);
    expect(endHandover(handOver(muted))).toEqual(muted);
    expect(endHandover(mute(handOver(AUTOMATIC), MINUTE, T0))).toEqual(muted);
    expect(endHandover(muted)).toBe(muted);
  });

  it("is not muted for days after the clock was set back", ({ expect }) => {
    const far = T0 + 400 * 86_400_000;
    expect(plausibleControl({ type: "muted", until: far }, T0)).toEqual(AUTOMATIC);
    expect(plausibleControl({ type: "handed_over", mutedUntil: far }, T0)).toEqual(handOver(AUTOMATIC));
    expect(plausibleControl(serve({ type: "muted", until: far }, "a"), T0)).toEqual(serve(AUTOMATIC, "a"));
    expect(plausibleControl(muted, T0)).toBe(muted);
  });

  it("is an agent of the desk from the take to the end of the session, then a mute that lasts, or automation", ({
    expect,
  }) => {
    expect(serve(AUTOMATIC, null)).toBe(AUTOMATIC);
    expect(serve(serve(AUTOMATIC, "a"), "b")).toEqual({ type: "served", agent: "b", mutedUntil: 0 });
    expect(serve(serve(muted, "a"), null)).toEqual(muted);
    expect(serve(mute(serve(AUTOMATIC, "a"), MINUTE, T0), null)).toEqual(muted);
    expect(serve(serve(AUTOMATIC, "a"), null)).toEqual(AUTOMATIC);
    expect(isMuted(serve(AUTOMATIC, "a"), T0)).toBe(true);
  });

  it("stays muted through a handover in which a person replied", ({ expect }) => {
    const chat = converse();
    chat.says([TRANSFER]);
    chat.settles(must(chat.submits(text("我来看看"), { muteMs: MINUTE }).lease), ACCEPTED);
    expect(chat.window().status).toBe("unknown");
    expect(chat.says([reply("自动")]).lease).toBeUndefined();
    expect(chat.state().control).toEqual({ type: "muted", until: T0 + MINUTE });
    chat.pass(MINUTE);
    expect(chat.says([reply("自动")]).lease).toBeDefined();
  });
});
