/** The outcome of a message that was not sent normally: the reason in words, then the possible action. */
import type { JSX } from "preact";
import type { CalmDelivery, Delivery } from "../model/delivery.ts";
import { lookUp, useTexts, type Texts } from "../text/texts.ts";
import { shortTime, untilTime } from "../ui/clock.ts";
import { fill } from "../ui/text.ts";
import { Icon } from "./icons.tsx";

/** The actions for a message that was not sent. */
export interface LineActions {
  readonly again: (text: string) => void;
  readonly hold: (text: string) => void;
  readonly copy: (text: string) => void;
  /** Withdraws a held message, by its id. */
  readonly withdraw: (message: string) => void;
}

/** Renders the outcome of a message that was not sent normally: the reason in words, then the possible action. */
export function Outcome(props: {
  readonly delivery: Exclude<Delivery, CalmDelivery>;
  /** The id of the message when an agent wrote it; null: another author. */
  readonly message: string | null;
  readonly text: string | null;
  readonly actions: LineActions | null;
}): JSX.Element {
  const { delivery, message, text, actions } = props;
  const t = useTexts();
  const words = (): string => {
    switch (delivery.state) {
      case "retrying":
        return fill(t.state.retrying, { time: shortTime(delivery.at) });
      case "held":
        return fill(t.state.held, { time: untilTime(delivery.until, Date.now(), t) });
      case "unconfirmed":
        return t.state.unconfirmed;
      case "failed":
      case "blocked":
        return fill(t.state[delivery.state], { reason: reasonText(delivery.reason, delivery.code, t) });
    }
  };
  const isBad = delivery.state === "failed" || delivery.state === "blocked";
  const isWindow = isBad && WINDOW_REASONS.has(delivery.reason);
  return (
    <p class={`outcome ${isBad ? "bad" : "warn"}`}>
      <span>
        <Icon name={isBad ? "alert" : delivery.state === "held" ? "hour" : "clock"} />
        {words()}
      </span>
      {delivery.state === "held" && message !== null && actions !== null && (
        <button type="button" onClick={() => actions.withdraw(message)}>
          {t.withdraw}
        </button>
      )}
      {text !== null && actions !== null && (isBad || delivery.state === "unconfirmed") && (
        <>
          {isWindow ? (
            <button type="button" onClick={() => actions.hold(text)}>
              {t.holdIt}
            </button>
          ) : (
            <button type="button" onClick={() => actions.again(text)}>
              {t.sendAgain}
            </button>
          )}
          <button type="button" onClick={() => actions.copy(text)}>
            {t.copy}
          </button>
        </>
      )}
    </p>
  );
}

/** Reasons that no longer apply after the user's next message. */
const WINDOW_REASONS: ReadonlySet<string> = new Set(["window_closed", "quota_used", "window_ended", "hold_expired"]);

/** Returns a text that explains why a message was not sent. */
export function reasonText(reason: string, code: string | null, t: Texts): string {
  const text = lookUp(t.reason, reason);
  if (text !== undefined) return text;
  return code === null ? reason : fill(t.reasonCode, { code });
}
