/**
 * The receiver of webhooks in the same isolate: it records events and returns the configured answers.
 */

/** An event as it arrived. */
export interface ReceivedEvent {
  readonly path: string;
  readonly id: string;
  readonly type: string;
  readonly signature: string;
  readonly timestamp: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Returns the URL of a path at the receiver. */
export const URL_OF = (path: string) => `https://shop.example.com/${path}`;
/** Creates an answer with 503; `TAKEN` and `REFUSED` create 204 and 400. */
export const BUSY = () => new Response(null, { status: 503 });
export const TAKEN = () => new Response(null, { status: 204 });
export const REFUSED = () => new Response(null, { status: 400 });

/** Creates a receiver that handles the requests to `shop.example.com`. */
export function createReceiver() {
  const events: ReceivedEvent[] = [];
  let answer: (event: ReceivedEvent) => Response | Promise<Response> = () => new Response(null, { status: 204 });
  return {
    events,
    /** Returns the types of the received events, in order. */
    types: () => events.map(({ type }) => type),
    answerWith(next: typeof answer) {
      answer = next;
    },
    handle: async (request: Request): Promise<Response> => {
      const body = await request.text();
      const { type, data } = JSON.parse(body);
      const header = (name: string) => request.headers.get(name) ?? "";
      const event = {
        path: new URL(request.url).pathname,
        id: header("webhook-id"),
        type,
        signature: header("webhook-signature"),
        timestamp: header("webhook-timestamp"),
        body,
        data,
      };
      events.push(event);
      return answer(event);
    },
  };
}
