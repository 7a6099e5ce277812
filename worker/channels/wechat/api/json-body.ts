/** Builds request bodies for api.weixin.qq.com. */
import { dropControls } from "../../../../shared/base/visible.ts";
import type { JsonObject } from "./response.ts";

/**
 * Returns JSON text without any \uXXXX escape. WECHAT.md §4.3: WeChat refuses escapes (40033), so characters that JSON
 * can write only as escapes are replaced first: lone surrogates become U+FFFD, invisible control characters are
 * removed.
 */
export function stringifyRaw(body: JsonObject): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === "string" ? dropControls(value.toWellFormed()) : value,
  );
}
