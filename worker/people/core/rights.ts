/**
 * Which role may perform which action: one table, checked with every request (docs/design/0028-people.md). Which
 * sessions an agent may act on is decided in addition, by `may` of shared/api/desk/rights.ts.
 */
import type { Role } from "../../../shared/api/desk/agent.ts";

/** Who may perform an action besides the roles: `key` is a holder of an API key. */
type Holder = Role | "key";

const EVERYBODY = ["agent", "supervisor", "admin", "key"] as const;
const LEADERS = ["supervisor", "admin", "key"] as const;
const ADMINS = ["admin", "key"] as const;
/** Actions for which a person is responsible, so an API key may not perform them. */
const PERSONS = ["agent", "supervisor", "admin"] as const;

const HOLDERS = {
  /** Read the lists of sessions, rows with personal data masked, and pictures. */
  "conversations.see": EVERYBODY,
  /** Write a note, transfer, close, withdraw a held message. */
  "conversations.serve": EVERYBODY,
  /**
   * Take, reply, park, unpark, reopen, answer an offer, mark rows as seen, own drafts, upload a picture: only a person
   * serves a session.
   */
  "conversations.answer": PERSONS,
  "conversations.export": ADMINS,
  "conversations.erase": ADMINS,
  /**
   * Show personal data unmasked; a reason is required and each access is recorded. API keys read rows unmasked
   * anyway.
   */
  "conversations.unmask": PERSONS,
  /** Read the list of colleagues, which is needed to transfer a session. */
  "people.see": EVERYBODY,
  "people.manage": ADMINS,
  /** Choose a presence, and open the desk's socket. */
  "presence.own": PERSONS,
  "settings.read": LEADERS,
  "settings.change": ADMINS,
  "audit.read": ADMINS,
  "desk.rebuild": ADMINS,
  /** Read the state of the robots of alerts, and send a test message. */
  "alerts.test": ADMINS,
  /** Read the state of webhooks and forwarding, diagnostics, milestones. */
  "operations.read": ADMINS,
  /** Replay or dismiss events of webhooks, lift a pause. */
  "operations.change": ADMINS,
  /** Read one's own account and sign-ins, and end sign-ins. */
  me: PERSONS,
} as const satisfies Readonly<Record<string, readonly Holder[]>>;

/** An action that needs a right. */
export type Action = keyof typeof HOLDERS;

/** Who may call a route. `api`: holders of an API key only. */
export type Access = "public" | "api" | Action;

/** All actions. */
export const ACTIONS: readonly Action[] = keysOf(HOLDERS);

/** Returns whether a role, or the holder of an API key, may perform an action. */
export function mayPerform(holder: Role | "key", action: Action): boolean {
  const holders: readonly Holder[] = HOLDERS[action];
  return holders.includes(holder);
}

/** Returns whether a signed-in agent may call a route. */
export function isOpenToRole(access: Access, role: Role): boolean {
  return access === "public" || (access !== "api" && mayPerform(role, access));
}

/** Returns whether the holder of an API key may call a route. */
export function isOpenToKey(access: Access): boolean {
  return access === "public" || access === "api" || mayPerform("key", access);
}

function keysOf<T extends object>(record: T): readonly (keyof T)[] {
  return Object.keys(record) as (keyof T)[];
}
