/** The network between a page and the desk in workerd. A test can cut it; frames on their way are then lost. */
import { env } from "cloudflare:workers";
import type { SocketLike } from "../../console/client/link.ts";
import { connectPage } from "../../worker/desk/client.ts";
import { must } from "../support/conversation.ts";

type Listener = (event: { readonly data: unknown }) => void;

/** The network of one page. */
export interface CutNetwork {
  /** Opens a socket for the page, as soon as the network is not cut. */
  readonly openSocket: () => SocketLike;
  /** Cuts the network; new sockets wait until it is restored. @param isNoticed whether the desk's socket is closed */
  readonly cut: (isNoticed: boolean) => void;
  /** Restores the network for new sockets. */
  readonly mend: () => void;
}

/** Creates the network of a page of an agent. */
export function createCutNetwork(agent: string): CutNetwork {
  let current: { readonly cut: (isNoticed: boolean) => void } | undefined;
  let network = Promise.withResolvers<void>();
  network.resolve();

  async function connect(): Promise<WebSocket> {
    await network.promise;
    const response = await connectPage(env.DESK, "apac", { agent, signIn: "s1" });
    return must(response.webSocket, "socket");
  }

  return {
    openSocket() {
      const listeners = new Map<string, Listener>();
      const fire = (type: string, data: unknown = null): void => listeners.get(type)?.({ data });
      let socket: WebSocket | undefined;
      let isCut = false;
      const end = (isNoticed: boolean): void => {
        isCut = true;
        if (isNoticed) socket?.close(1_000, "cut");
      };
      current = {
        cut(isNoticed) {
          if (isCut) return;
          end(isNoticed);
          fire("close");
        },
      };
      void connect().then((made) => {
        socket = made;
        made.addEventListener("message", ({ data }) => {
          if (!isCut) fire("message", data);
        });
        made.addEventListener("close", () => {
          if (isCut) return;
          isCut = true;
          fire("close");
        });
        made.accept();
        if (isCut) made.close(1_000, "cut");
        else fire("open");
      });
      return {
        // A browser's socket still reports OPEN after a cut that it has not noticed.
        readyState: 1,
        send(text) {
          if (!isCut) socket?.send(text);
        },
        close() {
          if (!isCut) end(true);
        },
        addEventListener: (type: string, listener: Listener) => void listeners.set(type, listener),
      };
    },
    cut(isNoticed) {
      network = Promise.withResolvers<void>();
      current?.cut(isNoticed);
    },
    mend: () => network.resolve(),
  };
}
