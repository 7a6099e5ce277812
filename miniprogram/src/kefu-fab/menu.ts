/** The menu of the floating entry: both entry methods, items of the page, and the badge. Pure. */
import { isVisible } from "../helpers/codecs.ts";

/** A menu row added by the page. */
export interface FabItem {
  readonly id: string;
  readonly text: string;
}

/** The rows of the menu. */
export interface FabMenu {
  readonly contact: boolean;
  readonly chat: boolean;
  readonly items: readonly FabItem[];
  /** The only entry: a tap opens it directly, without a menu. */
  readonly direct: "" | "contact" | "chat";
  /**
   * The entry used when WeChat refuses the chat: the contact button, if it was left out only because of reports about
   * it.
   */
  readonly fallback: "" | "contact";
}

/** The values that decide the menu. */
export interface FabMenuOptions {
  /** Whether the page uses the contact button. */
  readonly contact: boolean;
  /** Whether the page set the address of a WeCom service desk. */
  readonly chat: boolean;
  readonly contactOpen: boolean;
  /** Whether the contact button is reported not to work on this client. */
  readonly contactDoubted: boolean;
  readonly chatOpen: boolean;
  readonly items: unknown;
}

const MAX_BADGE = 99;

/**
 * Chooses the rows of the menu. An unavailable entry method is offered only when it is the only one: it then shows
 * instructions.
 */
export function planMenu(options: FabMenuOptions): FabMenu {
  const { chatOpen, contactDoubted } = options;
  const contactOpen = options.contactOpen && !contactDoubted;
  const items = readItems(options.items);
  const contact = options.contact && (contactOpen || !options.chat || !chatOpen);
  const chat = options.chat && (chatOpen || !contact);
  const rows = Number(contact) + Number(chat) + items.length;
  const only = contact ? "contact" : "chat";
  const fallback = options.contact && options.contactOpen && !contact ? "contact" : "";
  return { contact, chat, items, direct: rows === 1 && items.length === 0 ? only : "", fallback };
}

/**
 * Returns the text of the badge: a number without its fraction, `99+` above 99, empty below 1; another text unchanged,
 * empty when it is blank or `NaN`. WeChat passes a number as a number or as text.
 */
export function badgeText(badge: string | number): string {
  const text = String(badge).trim();
  const count = Number(text);
  if (!isVisible(text) || text === "NaN") return "";
  if (Number.isNaN(count)) return text;
  if (count < 1) return "";
  return count > MAX_BADGE ? `${MAX_BADGE}+` : String(Math.floor(count));
}

function readItems(items: unknown): readonly FabItem[] {
  return Array.isArray(items) ? items.filter(isItem) : [];
}

function isItem(item: unknown): item is FabItem {
  const { id, text }: { id?: unknown; text?: unknown } = typeof item === "object" && item !== null ? item : {};
  return typeof id === "string" && typeof text === "string";
}
