/** Pictures: those of the conversation, and those that are still being sent. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { findMediaProblem } from "../client/api.ts";
import type { Unsent } from "../model/unsent.ts";
import { lookUp, useTexts } from "../text/texts.ts";
import { Sheet } from "../ui/sheet.tsx";
import { fill } from "../ui/text.ts";
import { Icon } from "./icons.tsx";

/** The longest side of a preview, pixels. */
const PREVIEW_SIDE = 220;

/**
 * Renders a picture of the conversation; when it does not load, the reason, with a button to try again where that may
 * help.
 */
export function Picture({ url, name }: { readonly url: string; readonly name: string }): JSX.Element {
  const t = useTexts();
  const [tries, setTries] = useState(0);
  /** Null: the picture is shown; `code` null: the reason is not known. */
  const [lost, setLost] = useState<{ readonly code: string | null } | null>(null);
  const [isLarge, setLarge] = useState(false);
  // Each try has a different URL, so that the browser does not use the failure it has cached.
  const source = tries === 0 ? url : `${url}?try=${tries}`;
  if (lost !== null) {
    const reason = lookUp(t.pictureLost, lost.code ?? "");
    return (
      <p class="picture-state">
        <Icon name="picture" size="l" />
        <span>{reason ?? t.pictureFailed}</span>
        {reason === undefined && (
          <button
            class="text-button"
            type="button"
            onClick={() => {
              setTries(tries + 1);
              setLost(null);
            }}
          >
            {t.retry}
          </button>
        )}
      </p>
    );
  }
  return (
    <>
      <button class="picture" type="button" title={t.openPicture} onClick={() => setLarge(true)}>
        <img src={source} alt={name} onError={() => void findMediaProblem(source).then((code) => setLost({ code }))} />
      </button>
      {isLarge && (
        <Sheet name={name} closeLabel={t.close} onClose={() => setLarge(false)}>
          <img class="full-picture" src={source} alt={name} />
        </Sheet>
      )}
    </>
  );
}

/**
 * Renders a picture that is being sent, and how much of it is uploaded. It is drawn on a canvas, because the policy
 * allows no `blob:`.
 */
export function PicturePreview({
  bytes,
  phase,
}: {
  readonly bytes: Blob;
  readonly phase: Unsent["phase"];
}): JSX.Element {
  const t = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isShown = true;
    void createImageBitmap(bytes).then((bitmap) => {
      if (isShown && canvas.current !== null) drawFitted(canvas.current, bitmap);
      bitmap.close();
    });
    return () => {
      isShown = false;
    };
  }, [bytes]);
  const share = phase.name === "sending" ? phase.share : undefined;
  return (
    <figure class={`picture-preview ${phase.name === "refused" ? "stopped" : ""}`}>
      <canvas ref={canvas} width="120" height="80" role="img" aria-label={t.pictureSent} />
      {share !== undefined && share < 1 && (
        <progress
          max="1"
          value={share}
          aria-label={t.uploading}
          aria-valuetext={fill(t.uploadShare, { percent: Math.floor(share * 100) })}
        />
      )}
    </figure>
  );
}

function drawFitted(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}
