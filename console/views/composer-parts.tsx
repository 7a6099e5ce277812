/**
 * Parts of the composer: its upper edge, the hint before sending, the button for pictures, and files that are dropped
 * on the page.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { MAX_NOTE } from "../../shared/api/desk/text-limits.ts";
import type { RowJson } from "../../shared/api/rows.ts";
import type { Cost } from "../model/composing.ts";
import { isOutdated, type Draft } from "../model/draft.ts";
import type { Quota } from "../model/quota.ts";
import type { OpenLog } from "../model/state.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { fill } from "../ui/text.ts";
import { Icon } from "./icons.tsx";

/** Renders the composer's upper edge; its length shows the share of the window's time that is left. */
export function Fuse({ quota }: { readonly quota: Quota }): JSX.Element {
  return (
    <svg class="fuse" data-level={quota.level} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={(quota.share * 100).toFixed(1)} height="1" />
    </svg>
  );
}

/**
 * Takes the files that are dropped anywhere on the page; otherwise the browser would open them instead of the page.
 *
 * @returns whether files are being dragged over the page
 */
export function useDroppedFiles(take: (files: readonly File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      // Null: the pointer left the page instead of moving to another element.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      latest.current([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener("dragover", over);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, []);
  return isOver;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}

/**
 * Returns the pictures that a paste inserts. With a text on the clipboard, the text is pasted: programs such as
 * spreadsheets and word processors add a picture of what was copied. The name of a copied file is not such a text.
 */
export function pastedPictures(data: DataTransfer | null): readonly File[] {
  const files = [...(data?.files ?? [])];
  const text = data?.getData("text/plain").trim() ?? "";
  const isText = text !== "" && text.split(/[\r\n]+/).some((line) => files.every(({ name }) => name !== line.trim()));
  return isText ? [] : files.filter(({ type }) => type.startsWith("image/"));
}

/** Renders the button with which the agent chooses pictures. */
export function PictureButton({ onPick }: { readonly onPick: (files: readonly File[]) => void }): JSX.Element {
  const t = useTexts();
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={file}
        hidden
        type="file"
        multiple
        // The types are listed one by one, because a phone then converts other formats, such as HEIC, to one of them.
        accept="image/png,image/jpeg,image/gif,image/webp,image/bmp"
        onChange={(event) => {
          const input = event.currentTarget;
          const chosen = [...(input.files ?? [])];
          input.value = "";
          onPick(chosen);
        }}
      />
      <button
        class="icon-button"
        type="button"
        aria-label={t.insertPicture}
        title={t.pictureCost}
        onClick={() => file.current?.click()}
      >
        <Icon name="picture" size="l" />
      </button>
    </>
  );
}

interface WarningProps {
  readonly isNote: boolean;
  readonly isStale: boolean;
  readonly isHeld: boolean;
  readonly quota: Quota;
  readonly cost: Cost;
  readonly draft: Draft;
  readonly open: OpenLog;
  readonly isSentHere: (row: RowJson) => boolean;
  readonly t: Texts;
  /** Null: the text cannot be sent now. */
  readonly onNormal: (() => void) | null;
}

/** Renders the most urgent hint before sending; null: there is none. */
export function Warning({
  isNote,
  isStale,
  isHeld,
  quota,
  cost,
  draft,
  open,
  isSentHere,
  t,
  onNormal,
}: WarningProps): JSX.Element | null {
  const warn = (text: string, isBad = false): JSX.Element => (
    <p class={`composer-note ${isBad ? "bad" : ""}`} role="status">
      <Icon name="alert" />
      <span>{text}</span>
    </p>
  );
  if (isNote) return isTooLong(draft.note.trim()) ? warn(t.noteTooLong, true) : null;
  if (isStale) return warn(t.stale);
  if (isHeld) {
    return (
      <p class="composer-note" role="status">
        <Icon name="hour" />
        <span>
          {quota.closed === "used_up" ? `${fill(t.closedUsed, { total: quota.total })} · ${t.heldMode}` : t.heldMode}
        </span>
        {onNormal !== null && (
          <button class="text-button" type="button" onClick={onNormal}>
            {t.sendNormally}
          </button>
        )}
      </p>
    );
  }
  if (cost.problem === "too_long") return warn(t.costTooLong, true);
  if (isOutdated(draft, open.rows, isSentHere)) return warn(t.oldDraft);
  if (quota.left === 1 && draft.reply.includes("\n")) return warn(t.lastOne);
  return null;
}

/** Returns whether a note has more than 2,000 characters. */
export function isTooLong(note: string): boolean {
  return note.length > MAX_NOTE;
}
