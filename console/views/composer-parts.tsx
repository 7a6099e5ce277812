/** Parts of the composer: its upper edge, the button for pictures, and files that are dropped on the page. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Quota } from "../model/quota.ts";
import { useTexts } from "../text/texts.ts";
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
