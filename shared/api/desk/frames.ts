/**
 * The schemas of the frames of the desk's WebSocket, both directions; the part that pages need is in `../socket.ts`
 * (docs/design/0026-desk-socket.md).
 */
import * as v from "valibot";
import { RowSchema } from "../rows.ts";
import { SeqSchema, TimeSchema, WordSchema } from "../schemas.ts";
import { MAX_FRAME, readFrameJson, readFrameType } from "../socket.ts";
import { AgentSchema, PresenceBodySchema } from "./agent.ts";
import { DraftBodySchema, KnownLogSchema, SeenBodySchema } from "./commands.ts";
import { ConversationIdSchema, CountsSchema, DeskRowSchema, OPEN_VIEWS } from "./row.ts";

const ViewSchema = v.picklist(OPEN_VIEWS);
const RevSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The frames of a page, by type. */
const PAGE_FRAMES = {
  /**
   * The first frame. `page` is a random id of the tab. If the desk still has the record of this page for `epoch` and
   * `rev`, the page receives only the changes since `rev`.
   */
  hello: v.object({
    type: v.literal("hello"),
    protocol: v.number(),
    page: v.pipe(v.string(), v.regex(/^[\w-]{16,64}$/)),
    epoch: v.nullable(v.pipe(v.string(), v.maxLength(64))),
    rev: RevSchema,
    views: v.pipe(v.array(ViewSchema), v.maxLength(OPEN_VIEWS.length)),
  }),
  /** Begins or ends showing a list. */
  view: v.object({ type: v.literal("view"), name: ViewSchema, on: v.boolean() }),
  /** Opens a conversation and closes the one that was open. `after`: the seq of the newest row that the page has. */
  open: v.object({
    type: v.literal("open"),
    conversation: ConversationIdSchema,
    log: KnownLogSchema,
    after: SeqSchema,
  }),
  /** Closes the open conversation; also sent when the page is hidden. */
  shut: v.object({ type: v.literal("shut") }),
  seen: v.object({ type: v.literal("seen"), conversation: ConversationIdSchema, ...SeenBodySchema.entries }),
  draft: v.object({ type: v.literal("draft"), conversation: ConversationIdSchema, ...DraftBodySchema.entries }),
  /** The agent is typing in the open conversation, or has stopped. */
  typing: v.object({ type: v.literal("typing"), on: v.boolean() }),
  presence: v.object({ type: v.literal("presence"), ...PresenceBodySchema.entries }),
} as const;

/** A frame of a page. */
export const PageFrameSchema = v.variant("type", [
  PAGE_FRAMES.hello,
  PAGE_FRAMES.view,
  PAGE_FRAMES.open,
  PAGE_FRAMES.shut,
  PAGE_FRAMES.seen,
  PAGE_FRAMES.draft,
  PAGE_FRAMES.typing,
  PAGE_FRAMES.presence,
]);
/** A frame of a page. */
export type PageFrame = v.InferOutput<typeof PageFrameSchema>;

/** A session, and the lists of the page that contain it. */
const ShownRowSchema = v.strictObject({ ...DeskRowSchema.entries, views: v.array(ViewSchema) });
/** A session, and the lists of the page that contain it. */
export type ShownDeskRow = v.InferOutput<typeof ShownRowSchema>;

const listHead = {
  /** Identifies the instance of the desk; when it changes, the page replaces its lists. */
  epoch: WordSchema,
  rev: RevSchema,
  counts: CountsSchema,
};

/** The frames of the server, by type. */
const SERVER_FRAMES = {
  /** The answer to `hello`. `now`: the server's time, with which the page corrects its countdowns. */
  welcome: v.object({
    type: v.literal("welcome"),
    you: AgentSchema,
    epoch: WordSchema,
    rev: RevSchema,
    now: TimeSchema,
  }),
  /** The complete lists; they replace those of the page. */
  views: v.object({ type: v.literal("views"), ...listHead, rows: v.array(ShownRowSchema) }),
  /** What has changed since revision `from`. A page with another revision requests complete lists by a new `hello`. */
  delta: v.object({
    type: v.literal("delta"),
    ...listHead,
    from: RevSchema,
    upserts: v.array(ShownRowSchema),
    removes: v.array(WordSchema),
  }),
  /**
   * New rows of the open conversation: those after `from`, up to `to`. The page ignores rows that it has. When `from`
   * is greater than its newest row, it reads the rows between by `GET …/messages?after=`. Another `log` clears the
   * conversation. A frame without rows has the desk's last known seq as `to`, or the greatest number when the desk does
   * not know any.
   */
  rows: v.object({
    type: v.literal("rows"),
    conversation: WordSchema,
    log: WordSchema,
    from: SeqSchema,
    to: SeqSchema,
    rows: v.array(RowSchema),
  }),
  /** The other agents who view the open conversation, and those of them who are typing. */
  who: v.object({
    type: v.literal("who"),
    conversation: WordSchema,
    viewing: v.array(WordSchema),
    typing: v.array(WordSchema),
  }),
  /** All agents. */
  people: v.object({ type: v.literal("people"), agents: v.array(AgentSchema) }),
  /**
   * The last frame. `signed_out`: sign in again; `rights_changed`: connect again; `protocol`: load the page again;
   * `bad_frame`: the page sent an invalid frame; `too_many`: it sent frames faster than allowed; `too_many_pages`: the
   * agent has opened newer pages, so connect again only when the agent asks for it.
   */
  bye: v.object({
    type: v.literal("bye"),
    reason: v.picklist(["signed_out", "rights_changed", "protocol", "bad_frame", "too_many", "too_many_pages"]),
  }),
} as const;

/** A frame of the server. */
export const ServerFrameSchema = v.variant("type", [
  SERVER_FRAMES.welcome,
  SERVER_FRAMES.views,
  SERVER_FRAMES.delta,
  SERVER_FRAMES.rows,
  SERVER_FRAMES.who,
  SERVER_FRAMES.people,
  SERVER_FRAMES.bye,
]);
/** A frame of the server. */
export type ServerFrame = v.InferOutput<typeof ServerFrameSchema>;

/**
 * Reads a message of a page.
 *
 * @returns null for a frame of an unknown type, which is ignored; undefined for one that is invalid or too long
 */
export function readPageFrame(text: string): PageFrame | null | undefined {
  const frame = text.length <= MAX_FRAME ? readFrameJson(text) : undefined;
  const type = readFrameType(frame);
  if (type === undefined) return undefined;
  if (!Object.hasOwn(PAGE_FRAMES, type)) return null;
  const parsed = v.safeParse(PageFrameSchema, frame);
  return parsed.success ? parsed.output : undefined;
}
