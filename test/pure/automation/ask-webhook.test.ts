/** Which proposal causes a webhook question before the conversation decides. */
import { describe, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../shared/api/settings/default.ts";
import { ok } from "../../../shared/base/result.ts";
import { miniProgramAddress } from "../../../shared/message/address.ts";
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import { resolveProposals } from "../../../worker/automation/ask-webhook.ts";
import type { Proposal } from "../../../worker/automation/core/proposal.ts";
import { text } from "../../support/conversation.ts";
import { OTHER_RULES, RULES } from "../../support/rules.ts";

const HANDOVER: Proposal = { ruleId: "human", action: { type: "handover" } };
const ASKING: Proposal = { ruleId: "ask", action: { type: "webhook", webhookId: "shop" } };

/** The candidates for a message when the endpoint gives this answer, and the number of calls. */
async function resolve(rules: ChannelRules, proposals: readonly Proposal[], answer: string) {
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return ok(answer);
  };
  const candidates = await resolveProposals(
    { requestId: "r1", ask },
    {
      address: miniProgramAddress("wx0123456789abcdef", "oUser"),
      rules,
      inbound: {
        event: "message",
        type: "text",
        name: "text",
        id: "1",
        content: "你好",
        createdAt: 1,
      },
      arrivedAt: Date.now(),
      eventHash: async () => "hash",
      settings: {
        ...DEFAULT_SETTINGS,
        webhooks: [{ id: "shop", url: "https://shop.example.com/ask", events: [] }],
      },
    },
    proposals,
  );
  return { candidates, asked };
}

describe("an endpoint", () => {
  const answer = JSON.stringify({ messages: [text("在路上")] });
  const answered = { ruleId: "ask", action: { type: "reply", messages: [text("在路上")] } };

  it("is not called after a handover, except where the channel has no handover", async ({ expect }) => {
    expect(await resolve(RULES, [HANDOVER, ASKING], answer)).toEqual({ candidates: [HANDOVER], asked: 0 });
    const { candidates, asked } = await resolve(OTHER_RULES, [HANDOVER, ASKING], answer);
    expect([candidates, asked]).toEqual([[HANDOVER, answered], 1]);
  });

  it("may answer with as many messages as its channel allows for one of the user", async ({ expect }) => {
    const four = JSON.stringify({ messages: ["一", "二", "三", "四"].map(text) });
    expect((await resolve(RULES, [ASKING], four)).candidates).toHaveLength(1);
    expect((await resolve(OTHER_RULES, [ASKING], four)).candidates).toEqual([]);
  });
});
