/** Pages of the desk with real sockets, connected to the object of the desk. */
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { readServerFrames, type PageFrame, type ServerFrame } from "../../shared/api/socket.ts";
import { connectPage } from "../../worker/desk/client.ts";
import { must } from "../support/conversation.ts";
import { PageModel } from "../support/desk-page.ts";

/** A connected page. */
export class OpenPage {
  readonly model: PageModel;
  /** The close code; null while it is open. */
  code: number | null = null;
  /** The number of pongs received; the runtime sends them without calling the object. */
  pongs = 0;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, model: PageModel) {
    this.#socket = socket;
    this.model = model;
    socket.addEventListener("message", ({ data }) => {
      if (data === '{"type":"pong"}') this.pongs += 1;
      for (const frame of readServerFrames(String(data))) model.apply(frame);
    });
    socket.addEventListener("close", ({ code }) => {
      this.code = code;
    });
    socket.accept();
  }

  say(frame: PageFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  cut(): void {
    this.#socket.close(1000, "cut");
  }

  /** Waits until a condition on the page's content is true. */
  shows(isShown: (model: PageModel) => boolean): Promise<unknown> {
    return vi.waitUntil(() => isShown(this.model), { timeout: 5_000, interval: 5 });
  }

  /** Returns the frames of a type, in the order in which they arrived. */
  framesOf<T extends ServerFrame["type"]>(type: T): readonly Extract<ServerFrame, { readonly type: T }>[] {
    return this.model.frames.filter(
      (frame): frame is Extract<ServerFrame, { readonly type: T }> => frame.type === type,
    );
  }
}

let pages = 0;

/** Connects a page of an agent, sends `hello`, and waits for the welcome. */
export async function connect(agent: string, model?: PageModel, signIn = "s1"): Promise<OpenPage> {
  pages += 1;
  const shown = model ?? new PageModel(`page-${pages}-0123456789ab`, ["queue", "mine", "all"]);
  const response = await connectPage(env.DESK, "apac", { agent, signIn });
  const page = new OpenPage(must(response.webSocket, "socket"), shown);
  const welcomes = page.framesOf("welcome").length;
  page.say(shown.hello());
  await page.shows(() => page.framesOf("welcome").length > welcomes);
  return page;
}
