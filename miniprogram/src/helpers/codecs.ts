/**
 * The codecs shared with the Worker. The only file that imports `shared/`, so that the package contains it once.
 */
export { buildCardPath, parseCardPath, type CardPathError } from "../../../shared/entry/card-path.ts";
export { ok, err, type Result } from "../../../shared/base/result.ts";
export { decodeSessionFrom, encodeSessionFrom, type SessionFromError } from "../../../shared/entry/session-from.ts";
export { isVisible } from "../../../shared/base/visible.ts";
