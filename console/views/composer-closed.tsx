/** Shown instead of the input when the agent cannot reply: the reason and at least one possible action. */
import type { JSX } from "preact";
import { canHold, type Obstacle } from "../model/composing.ts";
import type { Quota } from "../model/quota.ts";
import { useTexts } from "../text/texts.ts";
import { copyText } from "../ui/copy.ts";
import { fill } from "../ui/text.ts";
import { useShared } from "./context.ts";
import { Icon, type IconName } from "./icons.tsx";

interface ClosedProps {
  readonly obstacle: Obstacle;
  readonly quota: Quota;
  readonly servedBy: string;
  readonly onHold: () => void;
  readonly onNote: () => void;
  /** Null: the agent may not take the session from another agent. */
  readonly onTakeOver: (() => void) | null;
  readonly onReopen: () => void;
}

/** Renders the reason and the possible actions. */
export function ComposerClosed(props: ClosedProps): JSX.Element | null {
  const { obstacle, quota, servedBy, onHold, onNote, onTakeOver, onReopen } = props;
  const t = useTexts();
  const { notify } = useShared();
  if (obstacle === null) return null;
  const words: Readonly<Record<NonNullable<Obstacle>, readonly [IconName, string, string]>> = {
    used_up: ["hour", fill(t.closedUsed, { total: quota.total }), t.closedUsedText],
    over: ["hour", t.closedOver, t.closedOverText],
    never: ["hour", t.closedNever, t.closedNeverText],
    unknown: ["alert", t.closedUnknown, t.closedUnknownText],
    others: ["user", fill(t.othersTitle, { name: servedBy }), t.othersText],
    no_right: ["lock", t.noRightTitle, t.noRightText],
    ended: ["finish", t.endedTitle, t.endedText],
  };
  const [icon, title, text] = words[obstacle];
  const isWindow = obstacle === "used_up" || obstacle === "over" || obstacle === "never";
  const copy = (): void => {
    copyText(t.hintText, t.copyFailed).then(
      () => notify(t.copied),
      () => notify(t.copyFailed, true),
    );
  };
  return (
    <div class="composer-closed">
      <h3>
        <Icon name={icon} />
        {title}
      </h3>
      <p>{text}</p>
      <div class="buttons">
        {canHold(obstacle) && (
          <button class="button primary" type="button" onClick={onHold}>
            {t.writeHeld}
          </button>
        )}
        {obstacle === "ended" && (
          <button class="button primary" type="button" onClick={onReopen}>
            {t.reopen}
          </button>
        )}
        {obstacle === "others" && onTakeOver !== null && (
          <button class="button" type="button" onClick={onTakeOver}>
            {t.takeOver}
          </button>
        )}
        <button class="button" type="button" onClick={onNote}>
          <Icon name="lock" />
          {t.writeNote}
        </button>
        {isWindow && (
          <button class="button" type="button" onClick={copy}>
            {t.copyHint}
          </button>
        )}
      </div>
    </div>
  );
}
