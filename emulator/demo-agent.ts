/**
 * The demo agent of the local stack: opening one address signs the browser in at the desk. Only the emulator has it,
 * and the emulator is never deployed: the worker itself has no demo agent, and agents sign in only through its routes.
 * Cookies of a host name are shared by its ports, so the emulator can pass on the cookie that the worker sets.
 */
import * as v from "valibot";
import { CONTROL_PREFIX } from "./control-prefix.ts";
import type { ServiceOptions } from "./service.ts";

/** The name of the demo agent. */
export const DEMO_AGENT = "演示客服";
/** The path that signs the browser in. */
export const DEMO_PATH = `${CONTROL_PREFIX}desk`;

const PeopleSchema = v.object({ agents: v.array(v.object({ id: v.string(), name: v.string() })) });
const InvitedSchema = v.object({ invite: v.object({ url: v.string() }) });

/** Sends a request and returns the answer. */
type Send = (request: Request) => Promise<Response>;

/**
 * Signs the browser in as the demo agent, sets the agent online, and redirects to the desk. Adds the agent when it is
 * missing, and ends its earlier sign-ins.
 *
 * @returns the redirect; 403 for a request from another site; 502 with the call that the worker refused
 */
export async function openDesk(request: Request, send: Send, { url, apiKey }: ServiceOptions): Promise<Response> {
  // A page of another site must not sign this browser in.
  if (request.headers.get("sec-fetch-site") === "cross-site") return refuse(403, "cross-site");
  const browser = { "user-agent": request.headers.get("user-agent") ?? "" };
  const call = (method: string, path: string, headers: Readonly<Record<string, string>>, body?: object) =>
    send(
      new Request(`${url}/api/v1/${path}`, {
        method,
        headers: { ...browser, ...headers, ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  const key = { authorization: `Bearer ${apiKey}` };
  const listed = await call("GET", "agents", key);
  const people = v.safeParse(PeopleSchema, await readJson(listed));
  if (!people.success) return refuse(502, `GET agents: ${listed.status}`);
  const known = people.output.agents.find(({ name }) => name === DEMO_AGENT);
  const invited =
    known === undefined
      ? await call("POST", "agents", key, { name: DEMO_AGENT, role: "agent" })
      : await call("POST", `agents/${known.id}/invite`, key);
  const invite = v.safeParse(InvitedSchema, await readJson(invited));
  if (!invite.success) return refuse(502, `POST agents: ${invited.status}`);
  const token = invite.output.invite.url.split("#invite=")[1] ?? "";
  const page = { origin: new URL(url).origin };
  const accepted = await call("POST", "sign-in/invite", page, { invite: token, password: crypto.randomUUID() });
  const cookie = accepted.headers.get("set-cookie");
  if (!accepted.ok || cookie === null) return refuse(502, `POST sign-in/invite: ${accepted.status}`);
  const [pair = ""] = cookie.split(";");
  const present = await call("PUT", "me/presence", { ...page, cookie: pair }, { state: "online", reason: null });
  if (!present.ok) return refuse(502, `PUT me/presence: ${present.status}`);
  const desk = new URL("/desk", request.url);
  desk.port = new URL(url).port;
  return new Response(null, {
    status: 303,
    headers: {
      location: desk.href,
      "set-cookie": cookie,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    },
  });
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined; // not JSON: another program uses the worker's port
  }
}

function refuse(status: number, reason: string): Response {
  return new Response(`演示客服未能登录 / the demo agent could not sign in (${reason})\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
