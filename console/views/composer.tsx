/**
 * The composer: reply and note differ in background, icons, words and button. Enter sends, except while an input method
 * is open. Before sending it shows how much of the quota the text will use.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { preparePicture } from "../client/picture.ts";
import { useStore } from "../client/store.ts";
import { costOf, offerOf, type Cost, type Obstacle } from "../model/composing.ts";
import { withReply, type Draft, type Mode } from "../model/draft.ts";
import type { Quota } from "../model/quota.ts";
import type { OpenLog } from "../model/state.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { isOfInputMethod } from "../ui/input-method.ts";
import { fill } from "../ui/text.ts";
import { ComposerBlocked, ComposerClosed } from "./composer-closed.tsx";
import { Fuse, isTooLong, pastedPictures, PictureButton, useDroppedFiles, Warning } from "./composer-parts.tsx";
import { nameOf, useShared } from "./context.ts";
import { Icon } from "./icons.tsx";
import { LongQuota } from "./parts.tsx";

/** How often colleagues are notified that the agent is typing, milliseconds. */
const TYPING_EVERY_MS = 3_000;

interface ComposerProps {
  readonly open: OpenLog;
  /** The session; null: there is no open one. */
  readonly row: DeskRow | null;
  readonly quota: Quota;
  readonly obstacle: Obstacle;
  /** The name of the agent who serves the session. */
  readonly servedBy: string;
  readonly log: string;
  readonly onTakeOver: (() => void) | null;
  readonly onReopen: () => void;
}

/** Renders the composer. */
export function Composer(props: ComposerProps): JSX.Element {
  const { open, row, quota, obstacle, log } = props;
  const t = useTexts();
  const { desk, notify } = useShared();
  const { conversation } = open;
  useStore(desk.drafts.store, (drafts) => drafts.get(conversation));
  const isStale = useStore(desk.stale, (set) => set.has(conversation));
  // The page sends nothing more: the text stays in the input and in the browser's storage.
  const isEnded = useStore(desk.link, ({ name }) => name === "ended");
  const draft = desk.drafts.read(conversation, log);
  const [hasChosenHold, setHeld] = useState(false);
  const [hasCursor, setCursor] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const { mode } = draft;
  const text = draft[mode];
  const isNote = mode === "note";
  const offer = isNote ? "send" : offerOf(obstacle, hasChosenHold, hasCursor || text.trim() !== "");
  const isHeld = offer === "hold";
  const isClosed = isEnded || offer === "blocked" || offer === "panel";
  const cost = costOf(isNote ? "" : text, quota, isHeld);
  useEffect(() => setHeld(false), [conversation, obstacle]);
  useServerDraft(conversation, log, row?.draft ?? false);

  const change = (next: Partial<Draft>): void => desk.drafts.write(conversation, { ...draft, ...next });
  const choose = (next: Mode): void => {
    change({ mode: next });
    focusLater(input);
  };
  const reportTyping = useTyping();
  const send = (): void => {
    const trimmed = text.trim();
    if (trimmed === "" || isClosed || (isNote ? isTooLong(trimmed) : cost.problem !== null)) return;
    const seenSeq = isNote || isHeld ? null : open.to;
    desk.outbox.add(
      {
        id: crypto.randomUUID(),
        conversation,
        log,
        content: { type: isNote ? "note" : "text", text: trimmed },
        hold: isHeld,
        seenSeq,
      },
      // After a refusal as `stale` the agent has reviewed the text, so it is sent without an undo time.
      isStale ? 0 : undefined,
    );
    desk.stale.change((set) => without(set, conversation));
    change({ [mode]: "", ...(!isNote && { basedOn: 0, savedAt: 0 }) });
    reportTyping(false);
    input.current?.focus();
  };
  const sendPictures = async (files: readonly Blob[]): Promise<void> => {
    // The files are added one after another, in the order in which they were chosen.
    for (const file of files) {
      const picture = await preparePicture(file);
      if (picture === "unreadable") notify(t.pictureUnreadable, true);
      else if (picture === "too_big") notify(t.pictureTooBig, true);
      else {
        const content = { type: "picture", bytes: picture } as const;
        desk.outbox.add({ id: crypto.randomUUID(), conversation, log, content, hold: isHeld, seenSeq: null });
      }
    }
  };
  const isDropping = useDroppedFiles((files) => {
    if (isNote || isClosed) notify(t.noPictureHere, true);
    else void sendPictures(files);
  });

  return (
    <form
      class={`composer ${isNote ? "is-note" : ""} ${isDropping ? "is-dropping" : ""}`}
      aria-label={isNote ? t.note : t.reply}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        // While the window is in the background, the input stays the active element.
        const isInside = relatedTarget instanceof Node && currentTarget.contains(relatedTarget);
        if (!isInside && document.activeElement !== input.current) setCursor(false);
      }}
    >
      <Fuse quota={quota} />
      <div class="composer-bar">
        <div class="segments" role="group" aria-label={t.modes}>
          {(["reply", "note"] as const).map((name) => (
            <button key={name} type="button" aria-pressed={mode === name} data-mode={name} onClick={() => choose(name)}>
              <Icon name={name === "reply" ? "chats" : "lock"} />
              {t[name]}
            </button>
          ))}
        </div>
        {!isNote && row !== null && <LongQuota quota={quota} spend={cost.problem === null ? cost.sends : 0} />}
        {isNote && (
          <span class="note-rule push">
            <Icon name="lock" />
            {t.noteRule}
          </span>
        )}
      </div>
      {offer === "panel" ? (
        <ComposerClosed
          {...props}
          onHold={() => {
            setHeld(true);
            focusLater(input);
          }}
          onNote={() => choose("note")}
        />
      ) : (
        <>
          {offer === "blocked" && <ComposerBlocked {...props} />}
          <Warning
            {...{ isNote, isStale, isHeld, quota, cost, draft, open, t }}
            isSentHere={(sent) => desk.outbox.hasSent(conversation, sent)}
            onNormal={hasChosenHold ? () => setHeld(false) : null}
          />
          <textarea
            ref={input}
            class="input-area"
            rows={3}
            value={text}
            data-focus="composer"
            aria-label={isNote ? t.noteContent : t.replyContent}
            placeholder={isNote ? t.notePlaceholder : fill(t.replyTo, { name: row === null ? t.user : nameOf(row, t) })}
            onInput={(event) => {
              const typed = event.currentTarget.value;
              change(isNote ? { note: typed } : withReply(draft, typed, open.to));
              reportTyping(typed !== "");
            }}
            onFocus={() => setCursor(true)}
            onBlur={() => reportTyping(false)}
            onPaste={(event) => {
              const files = pastedPictures(event.clipboardData);
              if (files.length === 0) return;
              event.preventDefault();
              if (isNote || isClosed) notify(t.noPictureHere, true);
              else void sendPictures(files);
            }}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.shiftKey || event.altKey || isOfInputMethod(event)) return;
              event.preventDefault();
              send();
            }}
          />
          <div class="composer-foot">
            {!isNote && !isClosed && <PictureButton onPick={(files) => void sendPictures(files)} />}
            <span class="composer-hint">
              {isNote
                ? t.enterSaves
                : isHeld
                  ? t.enterHolds
                  : row?.session.status === "serving"
                    ? t.enterHint
                    : t.enterTakes}
            </span>
            <span class="cost push" aria-live="polite">
              {isNote ? t.noteCost : costText(cost, quota, isHeld, t)}
            </span>
            <button
              class="button primary"
              type="submit"
              disabled={text.trim() === "" || isClosed || (isNote ? isTooLong(text.trim()) : cost.problem !== null)}
            >
              {sendLabel({ isNote, isHeld, isStale, cost, quota, t })}
            </button>
          </div>
        </>
      )}
    </form>
  );
}

function costText(cost: Cost, quota: Quota, isHeld: boolean, t: Texts): string {
  if (cost.sends === 0 || isHeld || cost.problem === "too_long") return "";
  if (cost.problem === "too_many") return fill(t.costNone, { left: quota.left, count: cost.sends });
  return fill(t.cost, { count: cost.sends, left: quota.left - cost.sends });
}

function sendLabel(props: {
  readonly isNote: boolean;
  readonly isHeld: boolean;
  readonly isStale: boolean;
  readonly cost: Cost;
  readonly quota: Quota;
  readonly t: Texts;
}): string {
  const { isNote, isHeld, isStale, cost, quota, t } = props;
  if (isNote) return t.saveNote;
  if (isHeld) return t.sendHeld;
  if (isStale) return t.sendAnyway;
  if (quota.left === 1) return t.sendLast;
  return cost.sends > 1 ? fill(t.sendMany, { count: cost.sends }) : t.send;
}

/** Reports typing at most every few seconds, and reports the end of typing immediately. */
function useTyping(): (isTyping: boolean) => void {
  const { desk } = useShared();
  const reported = useRef(0);
  return (isTyping) => {
    const now = Date.now();
    if (isTyping ? now - reported.current < TYPING_EVERY_MS : reported.current === 0) return;
    reported.current = isTyping ? now : 0;
    desk.typing(isTyping);
  };
}

/** Loads the draft that the agent wrote in another browser when this browser has none. */
function useServerDraft(conversation: string, log: string, hasDraft: boolean): void {
  const { desk } = useShared();
  useEffect(() => {
    const known = desk.drafts.read(conversation, log);
    if (hasDraft && known.reply === "" && known.note === "") void desk.drafts.fetch(conversation, log);
  }, [conversation, log]);
}

function focusLater(input: { readonly current: HTMLTextAreaElement | null }): void {
  requestAnimationFrame(() => input.current?.focus());
}

function without(set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  if (!set.has(value)) return set;
  const next = new Set(set);
  next.delete(value);
  return next;
}
