/** The tools of a mini program: typing indicator and pictures (WECHAT.md §5). */
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import type { ChannelTools } from "../tools.ts";
import type { CallDeps } from "../wechat/api/call-api.ts";
import { createDownload, createUpload } from "../wechat/api/media.ts";
import { createTyping } from "../wechat/api/typing.ts";
import { judgeCode } from "../wechat/judge-code.ts";

/** WECHAT.md §5.1: other kinds of accounts have another path. */
const TYPING_PATH = "/cgi-bin/message/custom/business/typing";
/** The maximum size of a downloaded picture, bytes: the larger of the two values in WECHAT.md §5.2. */
export const MAX_DOWNLOAD_BYTES = 10 * 1024 * 1024;

/**
 * Opens the tools.
 *
 * @param rules the limits of the account's channel
 * @param deps base address, fetch, clock (epoch ms) and access source
 */
export function openTools({ imageBytes, mediaLifetimeMs }: ChannelRules, deps: CallDeps): ChannelTools {
  const api = { ...deps, codes: judgeCode };
  return {
    typing: createTyping(api, TYPING_PATH),
    upload: createUpload(api, imageBytes, mediaLifetimeMs),
    download: createDownload(api, MAX_DOWNLOAD_BYTES),
  };
}
