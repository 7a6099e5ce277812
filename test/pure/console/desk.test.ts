/** The desk of a page whose connection has ended for good. */
import { describe, it } from "vitest";
import { createDesk, type Desk } from "../../../console/client/desk.ts";
import type { EndReason, SocketLike } from "../../../console/client/link.ts";
import type { ServerFrame } from "../../../shared/api/socket.ts";
import { WANG } from "../../browser/desk/sample.ts";
import { must } from "../../support/conversation.ts";
import { Kept, KnownTabs } from "./kept.ts";
import { text } from "./outbox-play.ts";

/** A socket whose server side is the test. */
class Socket implements SocketLike {
  readonly readyState = 1;
  #hear: (event: { readonly data: unknown }) => void = () => {};
  send(): void {}
  close(): void {}
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void {
    if (type === "message") this.#hear = listener;
  }
  hear(...frames: readonly ServerFrame[]): void {
    this.#hear({ data: JSON.stringify(frames) });
  }
}

/** Opens pages of one browser. */
function browser(): () => { readonly desk: Desk; readonly socket: Socket } {
  const [kept, tabs] = [new Kept(), new KnownTabs()];
  return () => {
    const socket = new Socket();
    const desk = createDesk({
      you: { id: WANG, name: "小王" },
      kept,
      tabs,
      openSocket: () => socket,
      isSignedIn: () => Promise.resolve(true),
      isShown: () => true,
    });
    desk.start();
    return { desk, socket };
  };
}

describe("a page that was ended", () => {
  it.for(["too_many_pages", "protocol"] as const satisfies readonly EndReason[])(
    "with %s gives its unsent messages to another page",
    (reason, { expect }) => {
      const open = browser();
      const ended = open();
      ended.desk.outbox.add(text("a"), 0);
      const other = open();
      expect(other.desk.outbox.store.get()).toStrictEqual([]);
      ended.socket.hear({ type: "bye", reason });
      expect(must(other.desk.outbox.store.get()[0]).id).toBe("a");
      other.desk.stop();
    },
  );
});
