/** The connection of the page: when it reconnects, when it gives up, and the states it reports. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { createLink, type Link, type LinkState, type SocketLike } from "../../../console/client/link.ts";
import { backOffMs } from "../../../console/model/back-off.ts";
import { PING, PING_INTERVAL_MS, PONG, type ServerFrame } from "../../../shared/api/socket.ts";
import { agents } from "../../browser/desk/sample.ts";

/** A socket whose server side is the test. */
class Socket implements SocketLike {
  readyState = 1;
  readonly sent: string[] = [];
  isClosed = false;
  readonly #listeners = new Map<string, (event: { readonly data: unknown }) => void>();
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.isClosed = true;
  }
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }
  fire(type: "open" | "message" | "close", data: unknown = null): void {
    this.#listeners.get(type)?.({ data });
  }
  hear(...frames: readonly ServerFrame[]): void {
    this.fire("message", JSON.stringify(frames));
  }
}

let sockets: Socket[] = [];
let states: LinkState[] = [];
let isSignedIn = true;
let link: Link;

const [you] = agents();
if (you === undefined) throw new Error("no agent");
const welcome: ServerFrame = { type: "welcome", you, epoch: "e1", rev: 1, now: new Date().toISOString() };

function last(): Socket {
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("no socket was opened");
  return socket;
}

function state(): LinkState["name"] | undefined {
  return states.at(-1)?.name;
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  states = [];
  isSignedIn = true;
  link = createLink({
    openSocket: () => {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    },
    hello: () => ({ type: "hello", protocol: 1, page: "p".repeat(16), epoch: null, rev: 0, views: [] }),
    onFrames: () => {},
    onState: (next) => states.push(next),
    isSignedIn: () => Promise.resolve(isSignedIn),
    random: () => 0.5,
  });
  link.start();
});
afterEach(() => {
  vi.useRealTimers();
});

function goLive(): void {
  last().fire("open");
  last().hear(welcome);
}

describe("the delay before a try", () => {
  it("is 0 at first, then 1, 2, 4 … 30 s, up to a quarter less or more", ({ expect }) => {
    expect([0, 1, 2, 3, 4, 5, 6, 20].map((failed) => backOffMs(failed, 0.5))).toStrictEqual([
      0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
    expect([backOffMs(1, 0), backOffMs(1, 1)]).toStrictEqual([750, 1_250]);
  });
});

describe("the connection", () => {
  it("sends hello when it opens, and is live after the server's welcome", ({ expect }) => {
    last().fire("open");
    expect(last().sent).toHaveLength(1);
    expect(state()).not.toBe("live");
    expect(link.send({ type: "shut" })).toBe(false);
    last().hear(welcome);
    expect(state()).toBe("live");
    expect(link.send({ type: "shut" })).toBe(true);
    // A socket that is closing drops what it is given; what was not sent is sent after the next welcome.
    last().readyState = 2;
    expect(link.send({ type: "shut" })).toBe(false);
    expect(last().sent).toHaveLength(2);
  });

  it("is made again at once when it is lost, with growing delays while that fails, and at once after it was live again", async ({
    expect,
  }) => {
    goLive();
    last().fire("close");
    expect(state()).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(2);
    last().fire("close");
    await vi.advanceTimersByTimeAsync(999);
    expect(sockets).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets).toHaveLength(3);
    last().fire("close");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sockets).toHaveLength(4);
    goLive();
    last().fire("close");
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(5);
  });

  it("reports since when it has been lost, over all tries", async ({ expect }) => {
    goLive();
    const lostAt = Date.now();
    last().fire("close");
    await vi.advanceTimersByTimeAsync(0);
    last().fire("close");
    await vi.advanceTimersByTimeAsync(500);
    expect(states.at(-1)).toMatchObject({ name: "reconnecting", since: lostAt });
  });

  it("is closed 15 s after a ping without an answer, and stays open after an answer", async ({ expect }) => {
    goLive();
    await vi.advanceTimersByTimeAsync(PING_INTERVAL_MS);
    expect(last().sent.at(-1)).toBe(PING);
    await vi.advanceTimersByTimeAsync(14_999);
    last().fire("message", PONG);
    await vi.advanceTimersByTimeAsync(PING_INTERVAL_MS + 14_999);
    expect(state()).toBe("live");
    await vi.advanceTimersByTimeAsync(1);
    expect(state()).toBe("reconnecting");
    expect(sockets[0]?.isClosed).toBe(true);
  });

  it("is closed when the welcome does not arrive", async ({ expect }) => {
    last().fire("open");
    await vi.advanceTimersByTimeAsync(15_000);
    expect(state()).toBe("reconnecting");
  });

  it("pings or connects at once when the page is shown again", async ({ expect }) => {
    goLive();
    link.poke();
    expect(last().sent.at(-1)).toBe(PING);
    last().fire("close");
    await vi.advanceTimersByTimeAsync(0);
    last().fire("close");
    expect(sockets).toHaveLength(2);
    link.poke();
    expect(sockets).toHaveLength(3);
  });

  it("is shown as lost at once when the browser reports that the network is gone", ({ expect }) => {
    goLive();
    link.lose();
    expect([state(), sockets[0]?.isClosed]).toStrictEqual(["reconnecting", true]);
    link.lose();
    expect(states.filter(({ name }) => name === "reconnecting")).toHaveLength(1);
  });

  it("is tried anew when the network returns, also while an earlier try has not ended", async ({ expect }) => {
    goLive();
    link.lose();
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(2);
    link.poke();
    expect([sockets.length, sockets[1]?.isClosed]).toStrictEqual([3, true]);
    goLive();
    expect(state()).toBe("live");
  });

  it("ends when the agent was signed out, by a frame of the server or because no connection is allowed any more", async ({
    expect,
  }) => {
    goLive();
    last().hear({ type: "bye", reason: "signed_out" });
    expect(states.at(-1)).toStrictEqual({ name: "ended", reason: "signed_out" });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sockets).toHaveLength(1);
  });

  it("asks whether the agent is still signed in when it cannot be made", async ({ expect }) => {
    isSignedIn = false;
    last().fire("close");
    await vi.advanceTimersByTimeAsync(0);
    expect(states.at(-1)).toStrictEqual({ name: "ended", reason: "signed_out" });
  });

  it("is made again when rights have changed, and ends when the page is too old", async ({ expect }) => {
    goLive();
    last().hear({ type: "bye", reason: "rights_changed" });
    await vi.advanceTimersByTimeAsync(0);
    expect(sockets).toHaveLength(2);
    goLive();
    last().hear({ type: "bye", reason: "protocol" });
    expect(states.at(-1)).toStrictEqual({ name: "ended", reason: "protocol" });
  });

  it("ends when the agent has opened too many pages: connecting again would close another one", async ({ expect }) => {
    goLive();
    last().hear({ type: "bye", reason: "too_many_pages" });
    expect(states.at(-1)).toStrictEqual({ name: "ended", reason: "too_many_pages" });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(sockets).toHaveLength(1);
  });

  it("ignores events of a socket that it has replaced", async ({ expect }) => {
    goLive();
    const [old] = sockets;
    last().fire("close");
    await vi.advanceTimersByTimeAsync(0);
    goLive();
    old?.fire("close");
    expect(state()).toBe("live");
  });
});
