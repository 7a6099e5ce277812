/** Parts of the composer: its upper edge, and the button for pictures. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Quota } from "../model/quota.ts";
import { useTexts } from "../text/texts.ts";
import { Icon } from "./icons.tsx";

/** The composer's upper edge: its length shows the share of the window's time that is left. */
export function Fuse({ quota }: { readonly quota: Quota }): JSX.Element {
  return (
    <svg class="fuse" data-level={quota.level} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={(quota.share * 100).toFixed(1)} height="1" />
    </svg>
  );
}

/** Lets the agent choose a picture. */
export function PictureButton({ onPick }: { readonly onPick: (file: Blob) => Promise<void> }): JSX.Element {
  const t = useTexts();
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={file}
        hidden
        type="file"
        accept="image/png,image/jpeg,image/gif"
        onChange={(event) => {
          const input = event.currentTarget;
          const chosen = input.files?.[0];
          input.value = "";
          if (chosen !== undefined) void onPick(chosen);
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
