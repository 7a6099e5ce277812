/** A picture in a chat, and the text shown when it does not load. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { mediaUrl } from "./api.ts";
import { useTexts } from "./text.ts";

interface PictureProps {
  readonly mediaId: string;
  readonly name: string;
  readonly onOpen: (url: string, name: string) => void;
}

type Fate = "shown" | "failed" | "gone";

/** Renders a picture. A picture that failed to load can be loaded again, unless the emulator no longer has it. */
export function Picture({ mediaId, name, onOpen }: PictureProps): JSX.Element {
  const t = useTexts();
  const [fate, setFate] = useState<Fate>("shown");
  const [tries, setTries] = useState(0);
  if (fate === "gone" || mediaId === "") return <p class="bubble">{t.pictureGone}</p>;
  if (fate === "failed") {
    const again = (): void => {
      setTries(tries + 1);
      setFate("shown");
    };
    return (
      <p class="bubble">
        {t.pictureFailed}{" "}
        <button type="button" class="text-link" onClick={again}>
          {t.pictureAgain}
        </button>
      </p>
    );
  }
  // A different URL, so that the browser does not reuse the cached failure.
  const url = `${mediaUrl(mediaId)}${tries === 0 ? "" : `&try=${tries}`}`;
  return (
    <button type="button" class="picture" onClick={() => onOpen(url, name)}>
      <img src={url} alt={name} onError={() => void learnFate(mediaId).then(setFate)} />
    </button>
  );
}

/**
 * Queries the emulator once to find out why a picture failed to load, because the browser's error event has no cause.
 */
async function learnFate(mediaId: string): Promise<Fate> {
  try {
    const response = await fetch(mediaUrl(mediaId));
    return response.status === 404 ? "gone" : "failed";
  } catch {
    return "failed"; // the emulator does not answer
  }
}
