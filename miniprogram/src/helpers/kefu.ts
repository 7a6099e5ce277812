/**
 * The codecs with the app's own types: declare context and routes once, and a wrong field is a compile error in the
 * page, in the Worker and in the path of a card.
 */
import {
  buildCardPath,
  decodeSessionFrom,
  encodeSessionFrom,
  parseCardPath,
  type CardPathError,
  type Result,
  type SessionFromError,
} from "./codecs.ts";

/** The codecs, typed for one app. */
export interface Kefu<Context extends object, Routes extends object> {
  /** Encodes a `session-from` that you set by hand; the components encode their `context` themselves. */
  readonly encodeSessionFrom: (
    context: Context,
    options?: { readonly label?: string; readonly signed?: string },
  ) => Result<string, SessionFromError>;
  /** Reads a `session-from`; its values come from the user's phone and have the type `unknown`. */
  readonly decodeSessionFrom: typeof decodeSessionFrom;
  /** Builds the path of a card: `pages/product/index?id=42`. */
  readonly buildCardPath: <Page extends keyof Routes & string>(
    page: Page,
    query: Routes[Page],
    context?: Context,
  ) => Result<string, CardPathError>;
  /** Reads the target of a card. It was sent in a chat: validate the query before using it. */
  readonly parseCardPath: typeof parseCardPath;
}

/**
 * Creates the codecs for an app's context and pages.
 *
 * @example const kefu = createKefu<AppContext, AppRoutes>(); kefu.buildCardPath("pages/product/index", { id: "42" });
 */
export function createKefu<Context extends object, Routes extends object>(): Kefu<Context, Routes> {
  return {
    encodeSessionFrom: (context, options) => encodeSessionFrom(context, options),
    decodeSessionFrom,
    buildCardPath: (page, query, context) => buildCardPath<Routes, typeof page>(page, query, context),
    parseCardPath,
  };
}
