/** Notices for paused sending: the reason, the end, the fix, and a button to resume at once. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { untilTime } from "../../console/ui/clock.ts";
import type { PauseView, ResumeView } from "../model.ts";
import type { PhoneState } from "../phone-model.ts";
import { control } from "./api.ts";
import { fill, useTexts, type Language, type Texts } from "./text.ts";

interface PauseBannerProps {
  readonly pauses: readonly PauseView[];
  /** Null before the feed's first answer. */
  readonly state: PhoneState | null;
  /** Whether the emulator answers. */
  readonly isOnline: boolean;
  readonly language: Language;
  /** Called with a text that reports that sending continues. */
  readonly onResumed: (text: string) => void;
  /** Called after the worker was asked to resume, as its pauses may have changed. */
  readonly onAsked: () => void;
}

/** Renders one notice for each paused app; none while no app is paused. */
export function PauseBanner({ pauses, state, isOnline, language, onResumed, onAsked }: PauseBannerProps): JSX.Element {
  // Keeps one fault per app, because an app may have two, a pause and no access token. The worker lists the most severe
  // fault first, and one button resolves both.
  const first = pauses.filter(({ appid }, index) => pauses.findIndex((other) => other.appid === appid) === index);
  return (
    <>
      {first.map((pause) => (
        <PauseNotice
          key={pause.appid}
          pause={pause}
          isNamed={(state?.apps.length ?? 1) > 1}
          source={state === null ? null : findSource(state, pause)}
          isOnline={isOnline}
          language={language}
          onResumed={onResumed}
          onAsked={onAsked}
        />
      ))}
    </>
  );
}

interface PauseNoticeProps extends Pick<PauseBannerProps, "isOnline" | "language" | "onResumed" | "onAsked"> {
  readonly pause: PauseView;
  /** Whether the notice names its app, because there are several. */
  readonly isNamed: boolean;
  readonly source: Source | null;
}

/** The tab of the developer panel where the fault is still set; null when it was cleared or used up. */
type Source = "faults" | "platform";

/** The state of the last test send. Texts are built when it is shown, as the language may change. */
type Progress = null | "asking" | ResumeView | { readonly why: string };

function PauseNotice(props: PauseNoticeProps): JSX.Element {
  const { pause, isNamed, source, isOnline, language, onResumed, onAsked } = props;
  const t = useTexts();
  const box = useRef<HTMLElement>(null);
  const isAsking = useRef(false);
  const [progress, setProgress] = useState<Progress>(null);
  useLayoutEffect(() => {
    const section = box.current;
    // The button is removed with the notice: if it has the focus, the focus moves to the main part of the page.
    return () => {
      if (section?.contains(document.activeElement) === true) {
        document.querySelector("main")?.focus({ preventScroll: true });
      }
    };
  }, []);

  // The result of a test send made while the fault was set is obsolete once the fault is cleared.
  useEffect(() => {
    if (source === null) setProgress((last) => (last === "asking" ? last : null));
  }, [source]);

  const resume = async (): Promise<void> => {
    if (isAsking.current || !isOnline) return;
    isAsking.current = true;
    setProgress("asking");
    try {
      const answer = await control.resume({ appid: pause.appid });
      if (answer.resumed) onResumed(outcomeText(answer, t));
      setProgress(answer.resumed ? null : answer);
    } catch (error) {
      setProgress({ why: error instanceof Error ? error.message : String(error) });
    } finally {
      isAsking.current = false;
      onAsked();
    }
  };

  const { code, meaning, cure, until, reason, appid } = pause;
  const words = language === "en" ? "en" : "zh";
  const title = reason === "token_refused" ? t.pausedWithoutToken : t.paused;
  return (
    <section ref={box} class="pause" aria-label={t.pausedName}>
      <div class="pause-text" role="alert">
        <p class="pause-title">
          {isNamed && `${appid}: `}
          {fill(title, { time: untilTime(until, Date.now(), t) })}
        </p>
        <p>{fill(t.pausedWhy, { code, meaning: meaning[words] })}</p>
        {/* Every refusal of the local WeChat is simulated: this text is for it, the documented fix for production. */}
        <p>{source === null ? t.pausedUsedUp : fill(t.pausedInjected, { tab: t[source] })}</p>
        <p>{fill(t.pausedCure, { cure: cure[words] })}</p>
      </div>
      {/* Only aria-disabled, because a disabled button loses the focus. */}
      <button
        type="button"
        class="button primary"
        aria-disabled={progress === "asking" || !isOnline}
        onClick={() => void resume()}
      >
        {t.resume}
      </button>
      <p class="pause-progress" role="status">
        {progressText(progress, t)}
      </p>
    </section>
  );
}

/**
 * Returns the tab where the simulated errcode is still set, so that WeChat would refuse again; null when it is not set.
 */
function findSource({ faults, switches }: PhoneState, { appid, code }: PauseView): Source | null {
  if (code === "40164" && switches.ipWhitelist) return "platform";
  const isSet = faults.some(
    (fault) => fault.fault === "errcode" && String(fault.errcode) === code && (fault.appid ?? appid) === appid,
  );
  return isSet ? "faults" : null;
}

function progressText(progress: Progress, t: Texts): string {
  if (progress === null) return "";
  if (progress === "asking") return t.resuming;
  return "why" in progress ? fill(t.failed, { why: progress.why }) : outcomeText(progress, t);
}

function outcomeText({ trial: { outcome, code = "" } }: ResumeView, t: Texts): string {
  switch (outcome) {
    case "sent":
    case "none":
      return t.resumed;
    case "message_refused":
      return fill(t.resumedWithout, { code });
    case "refused":
      return fill(t.refusedAgain, { code });
    case "no_token":
      return fill(t.noToken, { code });
    case "running":
      return t.trialRunning;
    case "unknown":
      return t.trialUnknown;
  }
}
