/**
 * A page of the desk without a user interface: it shows lists and counts what it receives. It opens no conversation
 * and does not check the order of frames, which the tests of the desk do.
 */
import { once } from "node:events";
import { WebSocket } from "node:http";
import type { OpenViewName } from "../../shared/api/desk/row.ts";
import {
  readServerFrames,
  SOCKET_PROTOCOL,
  type PageFrame,
  type ServerFrame,
  type ShownDeskRow,
} from "../../shared/api/socket.ts";
import { METER_PREFIX } from "../workers/bench/protocol.ts";
import { until } from "./wait.ts";

/** The lists that the desk's page always shows (`console/model/lists.ts`). */
export const STANDING_VIEWS: readonly OpenViewName[] = ["mine", "parked", "queue", "closing"];

/** The socket of a page. */
type PageSocket = InstanceType<typeof WebSocket>;

/** A connected page. */
export class DeskPage {
  readonly agent: string;
  /** The sessions in its lists, by the last characters of the user's openid. */
  readonly rows = new Map<string, ShownDeskRow>();
  /** The numbers of messages received from the desk, and of changed sessions in them. */
  received = { messages: 0, sessions: 0 };
  /** Called with each session that has changed. */
  onRow: ((row: ShownDeskRow) => void) | undefined;
  readonly #socket: PageSocket;
  #hasLists = false;

  constructor(socket: PageSocket, agent: string) {
    this.agent = agent;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.received = { ...this.received, messages: this.received.messages + 1 };
      for (const frame of readServerFrames(String(data))) this.#apply(frame);
    });
  }

  /** Requests lists, and waits for them. */
  async show(views: readonly OpenViewName[]): Promise<void> {
    this.#hasLists = false;
    const page = `bench-${this.agent}-0123456789`;
    this.say({ type: "hello", protocol: SOCKET_PROTOCOL, page, epoch: null, rev: 0, views: [...views] });
    await until(
      "the lists of a page",
      async () => this.#hasLists,
      (hasLists) => hasLists,
    );
  }

  say(frame: PageFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Disconnects. The agent's sessions stay assigned for another three minutes. */
  async close(): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #apply(frame: ServerFrame): void {
    if (frame.type === "views") {
      this.#hasLists = true;
      this.rows.clear();
      for (const row of frame.rows) this.rows.set(row.contact.tail, row);
    }
    if (frame.type !== "delta") return;
    for (const [tail, { conversation }] of this.rows) if (frame.removes.includes(conversation)) this.rows.delete(tail);
    for (const row of frame.upserts) {
      this.rows.set(row.contact.tail, row);
      this.received.sessions += 1;
      this.onRow?.(row);
    }
  }
}

/** Connects a page of an agent of the metered Worker, without a sign-in. */
export async function openPage(workerUrl: string, agent: string): Promise<DeskPage> {
  const socket = new WebSocket(`${workerUrl.replace(/^http/, "ws")}${METER_PREFIX}socket?agent=${agent}`);
  const page = new DeskPage(socket, agent);
  await once(socket, "open");
  return page;
}

/** Adds agents to the desk of the metered Worker. @returns their ids */
export async function addAgents(
  workerUrl: string,
  agents: readonly { readonly role: "agent" | "supervisor"; readonly capacity: number }[],
): Promise<readonly string[]> {
  const inputs = agents.map((agent, index) => ({ ...agent, id: idOf(index), name: `客服${index + 1}`, teams: [] }));
  const response = await fetch(`${workerUrl}${METER_PREFIX}agents`, { method: "POST", body: JSON.stringify(inputs) });
  if (!response.ok) throw new Error(`the agents were not added: ${response.status} ${await response.text()}`);
  return inputs.map(({ id }) => id);
}

function idOf(index: number): string {
  return `a${(index + 1).toString(16).padStart(12, "0")}`;
}
