/** What the floating entry leads to: our two ways, items of the page, and its badge. Pure. */
import { isVisible } from "../helpers/codecs.ts";

/** A row of the page's own. */
export interface FabItem {
  readonly id: string;
  readonly text: string;
}

/** What is offered. */
export interface FabMenu {
  readonly contact: boolean;
  readonly chat: boolean;
  readonly items: readonly FabItem[];
  /** The only thing there is: a tap opens it, a menu of one row would be in the way. */
  readonly direct: "" | "contact" | "chat";
  /** What the chat becomes when WeChat refuses it: the contact button, where it was left out only for being doubted. */
  readonly fallback: "" | "contact";
}

/** What decides it. */
export interface FabMenuOptions {
  /** The page wants the contact button. */
  readonly contact: boolean;
  /** The page gave the address of a WeCom service desk. */
  readonly chat: boolean;
  readonly contactOpen: boolean;
  /** It is reported dead here. */
  readonly contactDoubted: boolean;
  readonly chatOpen: boolean;
  readonly items: unknown;
}

const MAX_BADGE = 99;

/** A way that is closed here is offered only when it is the only one: it then says what to do instead. */
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

/** The text of the badge: empty for none, `99+` for many. WeChat hands over a number as it is, or as text. */
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
