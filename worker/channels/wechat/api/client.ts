/**
 * The calls of api.weixin.qq.com other than sending. It takes no decisions and stores nothing; fetch, clock and access
 * source are arguments. No push makes these calls, so they are loaded by `import()`.
 */
import type { Operator } from "../../../../shared/api/operators.ts";
import type { Result } from "../../../../shared/base/result.ts";
import type { AccessProblem } from "../../access.ts";
import type { ApiDeps, ApiFailure } from "./call-api.ts";
import type { ApiQuota, CallbackView } from "./diagnostics.ts";
import type { DownloadedMedia, UploadedImage, UploadProblem } from "./media.ts";
import type { TypingCommand, TypingProblem } from "./typing.ts";

/** Calls of WeChat's API for one mini program. No method throws for an expected failure. */
export interface WeChatClient {
  /** Shows or removes the typing indicator (WECHAT.md §5.1). */
  typing(openid: string, command: TypingCommand, businessId?: string): Promise<Result<null, TypingProblem>>;
  /** Uploads a picture for image messages and card covers (WECHAT.md §5.2). */
  uploadImage(bytes: Uint8Array<ArrayBuffer>): Promise<Result<UploadedImage, UploadProblem>>;
  /** Fetches a picture a user sent (WECHAT.md §5.3). */
  downloadMedia(mediaId: string): Promise<Result<DownloadedMedia, ApiFailure>>;
  /** Gets an access token, as every call does first (WECHAT.md §6.1). */
  access(): Promise<Result<string, AccessProblem>>;
  /** Reads the quota of a call (WECHAT.md §6.4). */
  quota(cgiPath: string): Promise<Result<ApiQuota, ApiFailure>>;
  /** Has WeChat test the push URL from an operator's network (WECHAT.md §6.4). */
  checkCallback(operator: Operator): Promise<Result<CallbackView, ApiFailure>>;
}

/**
 * Makes a client.
 *
 * @param deps base address, fetch, clock (epoch ms) and access source
 */
export function createWeChatClient(deps: ApiDeps): WeChatClient {
  return {
    async typing(openid, command, businessId) {
      const { sendTyping } = await import("./typing.ts");
      return sendTyping(deps, openid, command, businessId);
    },
    async uploadImage(bytes) {
      const { uploadImage } = await import("./media.ts");
      return uploadImage(deps, bytes);
    },
    async downloadMedia(mediaId) {
      const { downloadMedia } = await import("./media.ts");
      return downloadMedia(deps, mediaId);
    },
    access: () => deps.access.current("call"),
    async quota(cgiPath) {
      const { readQuota } = await import("./diagnostics.ts");
      return readQuota(deps, cgiPath);
    },
    async checkCallback(operator) {
      const { checkCallback } = await import("./diagnostics.ts");
      return checkCallback(deps, operator);
    },
  };
}
