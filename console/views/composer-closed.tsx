/** Shown instead of the input when the agent cannot reply: the reason and at least one possible action. */
import type { JSX } from "preact";
import { canHold, type Obstacle } from "../model/composing.ts";
import type { Quota } from "../model/quota.ts";
import { useTexts, type Texts } from "../text/texts.ts";
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
  const [icon, title, text] = describeObstacle(obstacle, quota, servedBy, t);
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

/** Renders above the input, which keeps its text, why that cannot be sent, and the possible action. */
export function ComposerBlocked(props: Omit<ClosedProps, "onHold" | "onNote">): JSX.Element | null {
  const { obstacle, quota, servedBy, onTakeOver, onReopen } = props;
  const t = useTexts();
  if (obstacle === null) return null;
  const [icon, title] = describeObstacle(obstacle, quota, servedBy, t);
  return (
    <p class="composer-note" role="status">
      <Icon name={icon} />
      <span>{title}</span>
      {obstacle === "ended" && (
        <button class="text-button" type="button" onClick={onReopen}>
          {t.reopen}
        </button>
      )}
      {obstacle === "others" && onTakeOver !== null && (
        <button class="text-button" type="button" onClick={onTakeOver}>
          {t.takeOver}
        </button>
      )}
    </p>
  );
}

/** Returns the icon, the title and the explanation of an obstacle. */
function describeObstacle(
  obstacle: NonNullable<Obstacle>,
  quota: Quota,
  servedBy: string,
  t: Texts,
): readonly [IconName, string, string] {
  const words: Readonly<Record<NonNullable<Obstacle>, readonly [IconName, string, string]>> = {
    used_up: ["hour", fill(t.closedUsed, { total: quota.total }), t.closedUsedText],
    over: ["hour", t.closedOver, t.closedOverText],
    never: ["hour", t.closedNever, t.closedNeverText],
    unknown: ["alert", t.closedUnknown, t.closedUnknownText],
    others: ["user", fill(t.othersTitle, { name: servedBy }), t.othersText],
    no_right: ["lock", t.noRightTitle, t.noRightText],
    ended: ["finish", t.endedTitle, t.endedText],
  };
  return words[obstacle];
}
