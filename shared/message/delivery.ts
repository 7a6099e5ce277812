/**
 * What became of one attempt to hand a message to WeChat: facts only. What follows from them (try again, correct
 * the window, give up) is decided by `worker/conversation/core/` with the errcode table.
 */

/** The facts of one attempt. */
export type Delivery =
  /** WeChat took it (errcode 0 or absent). */
  | { readonly result: "sent" }
  /**
   * WeChat answered with an errcode: it was not delivered. `aloneMs`: the code concerns the whole app, but since this
   * message caused a pause no other message has been refused the same way, or WeChat has taken another one; the
   * milliseconds since this was first found.
   * `until`: the app is paused until then, epoch ms.
   */
  | { readonly result: "refused"; readonly errcode: number; readonly aloneMs?: number; readonly until?: number }
  /**
   * No request left, so it was certainly not delivered. `until`: epoch ms before which another try is useless.
   * `errcode`: by which WeChat paused the app or refused a token.
   */
  | {
      readonly result: "not_sent";
      readonly reason: "paused" | "no_token" | "lease_over";
      readonly until?: number;
      readonly errcode?: number;
    }
  /** The request may have arrived; whether it did is unknown. WeChat has no idempotency key. */
  | { readonly result: "unconfirmed"; readonly reason: "timeout" | "network" | "bad_response" };
