import type { MutantTable } from "./mutant.ts";

const OUTBOUND = "pure/shared/outbound.test.ts";
const BLANK_TEXTS = "pure/automation/blank-texts.test.ts";

/** Promise 6: WeChat's limits of what is sent. */
export const LIMITS: MutantTable = {
  rule: "every limit of WECHAT.md is checked before the request leaves",
  promise: 6,
  mutants: [
    {
      name: "long-text-off-by-one",
      breaks: "a text that is one byte longer than all its parts may be is accepted",
      file: "shared/message/outbound.ts",
      symbol: "checkOutbound",
      change: { replace: "actual <= limit", by: "actual <= limit + 1" },
      killedBy: [
        OUTBOUND,
        "parseOutbound returns limit, actual size and unit of a text that is too long for all its parts",
      ],
    },
    {
      name: "type-not-sent",
      breaks: "a message of a type that the channel does not send is accepted",
      file: "shared/message/outbound.ts",
      symbol: "checkOutbound",
      change: { condition: "sends includes", is: false },
      killedBy: [OUTBOUND, "parseOutbound refuses a type that the account's channel does not send"],
    },
    {
      name: "blank-part",
      breaks: "a part of a long text is blank: WeChat refuses it, and the rest is not sent",
      fault: "blank-parts",
      file: "shared/text/split.ts",
      symbol: "pack",
      change: { replace: "parts.filter(_)", by: "parts" },
      killedBy: [BLANK_TEXTS, "a long text has no part without visible characters, and loses no visible character"],
    },
    {
      name: "zero-width-is-visible",
      breaks: "a text of zero-width spaces is accepted",
      fault: "blank-parts",
      file: "shared/base/visible.ts",
      symbol: "UNSEEN",
      change: { value: String.raw`"\\p{White_Space}"` },
      killedBy: [BLANK_TEXTS, "a text without visible characters is refused as a message"],
    },
    {
      name: "picture-size-not-checked",
      breaks: "a picture of three megabytes is sent and refused",
      file: "worker/channels/wechat/api/media.ts",
      symbol: "createUpload",
      change: { condition: "actual maxBytes", is: false },
      killedBy: [
        "pure/channels/media.test.ts",
        "an upload accepts the limit and refuses one byte more, naming both sizes, before a request is sent",
      ],
    },
    {
      name: "foreign-link-accepted",
      breaks: "a text with another mini program's link is accepted, and WeChat refuses it",
      fault: "one-message-stops-the-app",
      file: "shared/text/links.ts",
      symbol: "checkTag",
      change: { condition: "appid", is: false },
      killedBy: [
        "workerd/text-links.test.ts",
        "a text by the REST API is refused with the field, the rule and the remedy",
      ],
    },
  ],
};
