/**
 * An agent of the desk, signed in as a browser is: calls of the REST API with the cookie, repeated under the same id until
 * the worker answers, and the page with its socket.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SocketLike } from "../../console/client/link.ts";
import { acceptInvite, openDeskSocket } from "../../scripts/lib/desk-agent.ts";
import type { SessionList } from "../../shared/api/desk/lists.ts";
import type { OpenViewName, DeskRow } from "../../shared/api/desk/row.ts";
import { createLivingPage, type LivingPage } from "../support/living-page.ts";

/** The lists that the page shows. */
export const SHOWN_VIEWS = ["mine", "parked", "queue", "closing", "all"] as const satisfies readonly OpenViewName[];

/**
 * The outcome of a request. `accepted`: 2xx. `refused`: another status below 500, except 429, with the problem's code.
 * `unknown`: no answer, 429, or 500 and above.
 */
export type Outcome = "accepted" | "unknown" | { readonly refused: string };

/** A signed-in agent of the desk. */
export interface Agent {
  readonly id: string;
  readonly page: LivingPage;
  /** Posts to a route of a conversation; repeats the request until it is answered, at most ten times. */
  readonly post: (path: string, body: object, key?: string) => Promise<Outcome>;
  /** Reads a list as this agent sees it. */
  readonly list: (view: OpenViewName) => Promise<readonly DeskRow[]>;
}

/** The maximum number of tries: a request is repeated with the same id until the worker answers, as the page does. */
const TRIES = 10;
const GAP_MS = 300;
const TIMEOUT_MS = 15_000;

/** Adds an agent and signs in. @param apiKey of the deployment */
export async function hireAgent(base: string, apiKey: string, name: string): Promise<Agent> {
  const added = await send(base, "POST", "agents", {
    headers: { authorization: `Bearer ${apiKey}` },
    body: { name, role: "supervisor", capacity: 20 },
  });
  const { invite }: { readonly invite: { readonly url: string } } = await added.json();
  const { id, cookie } = await acceptInvite(base, invite.url);
  const presence = { headers: { cookie }, body: { state: "online", reason: null } };
  const online = await send(base, "PUT", "me/presence", presence);
  if (!online.ok) throw new Error(`the agent ${name} cannot be online: ${online.status}`);
  return createAgent(base, id, cookie);
}

function createAgent(base: string, id: string, cookie: string): Agent {
  const headers = { cookie };
  const read = async <T>(path: string): Promise<T> => {
    const response = await send(base, "GET", path, { headers });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    // The answers are not checked here, because the tests of the routes check them.
    return (await response.json()) as T;
  };
  const page = createLivingPage({
    page: crypto.randomUUID(),
    views: SHOWN_VIEWS,
    openSocket: () => openSocket(base, cookie),
    readLog: (conversation, at, limit) =>
      read(
        `conversations/${conversation}/messages?${new URLSearchParams({ ...asTexts(at), limit: String(limit) }).toString()}`,
      ),
  });

  async function once(path: string, body: object, key?: string): Promise<Outcome> {
    try {
      const more = key === undefined ? {} : { "idempotency-key": key };
      const response = await send(base, "POST", path, { headers: { ...headers, ...more }, body });
      if (response.ok) {
        await response.body?.cancel();
        return "accepted";
      }
      const { code }: { readonly code: string } = await response.json();
      return response.status >= 500 || response.status === 429 ? "unknown" : { refused: code };
    } catch {
      return "unknown"; // the worker was killed or is not running
    }
  }

  return {
    id,
    page,
    async post(path, body, key) {
      for (let tries = 1; ; tries += 1) {
        const outcome = await once(path, body, key);
        if (outcome !== "unknown" || tries === TRIES) return outcome;
        await sleep(GAP_MS);
      }
    },
    async list(view) {
      const rows: DeskRow[] = [];
      for (let after: string | null = ""; after !== null;) {
        const query = new URLSearchParams({ view, limit: "200", ...(after !== "" && { after }) });
        const list: Extract<SessionList, { readonly view: OpenViewName }> = await read(
          `conversations?${query.toString()}`,
        );
        rows.push(...list.rows);
        after = list.next;
      }
      return rows;
    },
  };
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

function send(base: string, method: string, path: string, { headers = {}, body }: Sent): Promise<Response> {
  return fetch(`${base}/api/v1/${path}`, {
    method,
    headers: { origin: base, ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

function asTexts(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Opens the socket in the form that the page uses. */
function openSocket(base: string, cookie: string): SocketLike {
  const socket = openDeskSocket(base, cookie);
  return {
    get readyState() {
      return socket.readyState;
    },
    send: (text) => socket.send(text),
    close: () => socket.close(),
    addEventListener(type: "open" | "close" | "message", listener: (event: { readonly data: unknown }) => void) {
      socket.addEventListener(type, (event) => listener({ data: event instanceof MessageEvent ? event.data : null }));
    },
  };
}
