/** An agent of the desk without a page: accepts an invite, keeps a socket open like a page, and calls the API. */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Duplex } from "node:stream";

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
  const json = { "content-type": "application/json", origin: workerUrl };
  const accepted = await fetch(`${workerUrl}/api/v1/sign-in/invite`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ invite: new URL(invite).hash.slice("#invite=".length), password: newPassword() }),
  });
  if (!accepted.ok) throw new Error(`the invite was refused: ${await accepted.text()}`);
  const { id }: { readonly id: string } = await accepted.json();
  const cookie = (accepted.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const socket = await openSocket(`${workerUrl}/api/v1/desk/socket`, { cookie, origin: workerUrl });
  return {
    id,
    call: (method, path, body, key) =>
      fetch(`${workerUrl}/api/v1${path}`, {
        method,
        headers: { ...json, cookie, ...(key !== undefined && { "idempotency-key": key }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    leave: () => socket.destroy(),
  };
}

function newPassword(): string {
  return randomBytes(16).toString("base64url");
}

/** Opens a WebSocket that sends nothing and whose frames are not read. */
function openSocket(url: string, headers: Readonly<Record<string, string>>): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const upgrade = request(url, {
      headers: {
        ...headers,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"),
      },
    });
    upgrade.on("upgrade", (_response, socket) => {
      socket.on("error", () => socket.destroy());
      socket.resume();
      resolve(socket);
    });
    upgrade.on("response", ({ statusCode }) => reject(new Error(`the socket was refused: ${String(statusCode)}`)));
    upgrade.on("error", reject);
    upgrade.end();
  });
}
