/** Request bodies of api.weixin.qq.com. */
import { dropControls } from "../../../../shared/base/visible.ts";
import type { JsonObject } from "./response.ts";

/**
 * JSON text without any \uXXXX escape. WECHAT.md §4.3: WeChat refuses them (40033), so characters that JSON can only write
 * as an escape are replaced first: lone surrogates become U+FFFD, invisible control characters are removed.
 */
export function stringifyRaw(body: JsonObject): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === "string" ? dropControls(value.toWellFormed()) : value,
  );
}
