/** Channel rules for tests: those of the mini program, and others that differ in every value the core depends on. */
import { CHANNEL_RULES, type ChannelRules } from "../../shared/message/channel-rules.ts";

export const RULES: ChannelRules = CHANNEL_RULES["mini-program"];

export const OTHER_RULES: ChannelRules = {
  sends: ["text", "image"],
  text: { limit: 20, unit: "characters", maxParts: 2 },
  imageBytes: 1_000,
  mediaLifetimeMs: 60_000,
  grants: { message: { count: 3, durationMs: 3_600_000 }, scan: { count: 1, durationMs: 60_000 } },
  greetingGrant: "scan",
  handover: null,
  textLinks: "any",
};
