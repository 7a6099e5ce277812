/**
 * Where a user came from, in a platform-independent form: the context set by the page, and the context signed by the
 * shop's back end. Computed from the stored `entryText` and the verification result stored with it, so it stays the
 * same when keys change and tokens expire (docs/design/0015-page-context.md).
 */
import * as v from "valibot";
import type { AppContext, VerifiedContext } from "../app-context.ts";
import { isPlainObject, type JsonObject } from "../base/plain-json.ts";
import { readContextToken, type TokenVerdict, type UnverifiedReason } from "./context-token.ts";
import { decodeSessionFrom } from "./session-from.ts";

/** A context whose values are not checked against the schemas of the app: for display and for other programs. */
export interface ShownContext {
  /** The label for display; empty when the app set `session-from` by hand. */
  readonly label: string;
  /** The context set by the page; it comes from the user's phone. */
  readonly claimed: JsonObject | null;
  /** The context that the shop's back end signed for this user. */
  readonly verified: JsonObject | null;
  /** Why `verified` is null although there was a token. */
  readonly unverifiedReason: UnverifiedReason | null;
}

/** A context typed by the declarations of `shared/app-context.ts`, for the team's handlers. */
export interface PageContext {
  readonly label: string;
  /** For display; null when the page sent no context, or one that is not an `AppContext`. */
  readonly claimed: AppContext | null;
  /**
   * The only place for identity, VIP level and priority; null unless the token is genuine and not expired and the
   * content is a `VerifiedContext`.
   */
  readonly verified: VerifiedContext | null;
  readonly unverifiedReason: UnverifiedReason | null;
  /** The context before it is checked against the declarations. */
  readonly raw: ShownContext;
}

/** The declarations of `shared/app-context.ts`, injected by the Worker's entry point. */
export interface ContextSchemas {
  readonly AppContextSchema: v.GenericSchema<unknown, AppContext>;
  readonly VerifiedContextSchema: v.GenericSchema<unknown, VerifiedContext>;
}

/** Returns the readable part of a `session-from`: the label of a context, or the text an app set by hand. */
export function readSource(entryText: string): string {
  const read = decodeSessionFrom(entryText);
  return read.kind === "context" ? read.label : read.text;
}

/** Returns the token in a `session-from`, if there is one. */
export function findToken(entryText: string): string | undefined {
  const read = decodeSessionFrom(entryText);
  return read.kind === "context" ? read.signed : undefined;
}

/**
 * Builds the entry context of a user.
 *
 * @param entryText the `session-from`, unchanged
 * @param verdict the result of verifying its token; undefined when there was none or it was not verified
 */
export function showContext(entryText: string, verdict: TokenVerdict | undefined): ShownContext {
  const read = decodeSessionFrom(entryText);
  if (read.kind === "plain") return { label: "", claimed: null, verified: null, unverifiedReason: null };
  const { label, context: claimed, signed } = read;
  if (signed === undefined) return { label, claimed, verified: null, unverifiedReason: null };
  if (verdict !== "verified") return { label, claimed, verified: null, unverifiedReason: verdict ?? "not_checked" };
  return { label, claimed, verified: readContextToken(signed)?.context ?? null, unverifiedReason: null };
}

/** Validates a context against the app's schemas; a part that does not match is null. */
export function typeContext(
  raw: ShownContext,
  { AppContextSchema, VerifiedContextSchema }: ContextSchemas,
): PageContext {
  const claimed = v.safeParse(AppContextSchema, raw.claimed);
  const verified = v.safeParse(VerifiedContextSchema, raw.verified);
  return {
    label: raw.label,
    claimed: claimed.success ? claimed.output : null,
    verified: verified.success ? verified.output : null,
    unverifiedReason: raw.unverifiedReason,
    raw,
  };
}

/**
 * Returns one value of a context as text, for the team's templates.
 *
 * @param path `product.name`
 * @returns empty when it is missing, or not a text, number or boolean
 */
export function readContextField(context: JsonObject | null, path: string): string {
  let value: unknown = context;
  for (const name of path.split(".")) {
    value = isPlainObject(value) ? value[name] : undefined;
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
