/** The card that a page suggests (`show-message-card`): the user may tap it to send it. */
import type { JSX } from "preact";
import { Icon } from "./icons.tsx";
import { useTexts } from "./text.ts";

/** A suggested card. */
export interface CardOffer {
  readonly title: string;
  readonly path: string;
  /** The path of a picture file of the program, with a leading slash; empty for none. */
  readonly image: string;
}

interface OfferProps {
  readonly offer: CardOffer;
  readonly onSend: () => void;
  readonly onClose: () => void;
}

/** Renders the suggestion above the input field. */
export function Offer({ offer, onSend, onClose }: OfferProps): JSX.Element {
  const t = useTexts();
  return (
    <div class="offer" role="group" aria-label={t.offer}>
      {offer.image.startsWith("/") && <img src={`/miniprogram${offer.image}`} alt="" />}
      <span class="offer-text">
        <span class="muted">{t.offer}</span>
        <strong>{offer.title}</strong>
      </span>
      <button type="button" class="button small primary" onClick={onSend}>
        {t.sendOffer}
      </button>
      <button type="button" class="icon-button" aria-label={t.close} onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  );
}
