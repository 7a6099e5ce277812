/** An agent of the desk without a page: accepts an invite, keeps a socket open like a page, and calls the API. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { WebSocket } from "node:http";

/** A signed-in agent. */
export interface DeskAgent {
  readonly id: string;
  /** Calls the API as the agent; `key` is the Idempotency-Key. */
  readonly call: (method: string, path: string, body?: unknown, key?: string) => Promise<Response>;
  /** Closes the socket: the agent is then no longer present. */
  readonly leave: () => void;
}

/**
 * Signs an agent in.
 *
 * @param workerUrl the worker, on this machine
 * @param invite the link of the invite
 * @throws Error when the invite or the socket is refused
 */
export async function signInAgent(workerUrl: string, invite: string): Promise<DeskAgent> {
  const { id, cookie } = await acceptInvite(workerUrl, invite);
  const json = { "content-type": "application/json", origin: workerUrl };
  const socket = openDeskSocket(workerUrl, cookie);
  await Promise.race([
    once(socket, "open"),
    once(socket, "error").then(() => Promise.reject(new Error("the worker refused the socket of the desk"))),
  ]);
  return {
    id,
    call: (method, path, body, key) =>
      fetch(`${workerUrl}/api/v1${path}`, {
        method,
        headers: { ...json, cookie, ...(key !== undefined && { "idempotency-key": key }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    leave: () => socket.close(),
  };
}

/**
 * Accepts an invite with a random password.
 *
 * @returns the agent's id, and the cookie of the sign-in
 * @throws Error when the worker refuses the invite
 */
export async function acceptInvite(
  workerUrl: string,
  invite: string,
): Promise<{ readonly id: string; readonly cookie: string }> {
  const password = randomBytes(16).toString("base64url");
  const accepted = await fetch(`${workerUrl}/api/v1/sign-in/invite`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: workerUrl },
    body: JSON.stringify({ invite: new URL(invite).hash.slice("#invite=".length), password }),
  });
  if (!accepted.ok) throw new Error(`the worker refused the invite: ${await accepted.text()}`);
  const { id }: { readonly id: string } = await accepted.json();
  const [cookie = ""] = (accepted.headers.get("set-cookie") ?? "").split(";");
  return { id, cookie };
}

/** Opens the desk's socket with the cookie and the origin that a browser would send. */
export function openDeskSocket(workerUrl: string, cookie: string): InstanceType<typeof WebSocket> {
  return new WebSocket(`${workerUrl.replace(/^http/, "ws")}/api/v1/desk/socket`, {
    headers: { cookie, origin: workerUrl },
  });
}
