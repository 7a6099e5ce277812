/**
 * Everything a custom component needs for its own `<button open-type="contact">`: the encoded context, the card, and
 * the return from a card (WECHAT.md §9.1). The package's own buttons are built on it.
 */
import { followCard, readContactDetail } from "./card-return.ts";
import { toShownCard, NO_CARD, type CardOptions } from "./card.ts";
import { encodeSessionFrom } from "./codecs.ts";

/**
 * A behavior for buttons of your own. Bind `kefuSessionFrom`, `kefuCard` and `onKefuContact`; the component then has
 * the properties `context`, `signed`, `session-label`, `session-from`, `card`, `auto-navigate` and the events
 * `contact` and `error`.
 *
 * WXML writes an attribute even when its binding is empty, and an empty `business-id` keeps the chat from opening: bind
 * only what your button always has, and write the rest in branches of `wx:if`.
 *
 * @example
 *   <button open-type="contact" session-from="{{kefuSessionFrom}}" show-message-card="{{kefuCard.shown}}"
 *     send-message-title="{{kefuCard.title}}" send-message-path="{{kefuCard.path}}"
 *     bind:contact="onKefuContact">…</button>
 */
export const contactBehavior = Behavior({
  properties: {
    context: { type: Object, value: null as object | null },
    signed: { type: String, value: "" },
    sessionLabel: { type: String, value: "" },
    sessionFrom: { type: String, value: "" },
    card: { type: Object, value: null as CardOptions | null },
    autoNavigate: { type: Boolean, value: false },
  },
  data: { kefuSessionFrom: "", kefuCard: NO_CARD, kefuAttached: false },
  observers: {
    "context, signed, sessionLabel, sessionFrom"() {
      if (this.data.kefuAttached) this.encodeKefuContext();
    },
    card() {
      this.setData({ kefuCard: toShownCard(this.data.card) });
    },
  },
  lifetimes: {
    /**
     * Runs when the component is attached, not earlier, because until then the properties are set one by one and no
     * listener would get an error event.
     */
    attached() {
      this.setData({ kefuAttached: true });
      this.encodeKefuContext();
    },
  },
  methods: {
    /** Encodes the properties; if that fails, the button works without context. */
    encodeKefuContext() {
      const { signed, sessionLabel, sessionFrom, kefuSessionFrom } = this.data;
      const context: object | null = this.data.context;
      const encoded = encode(context, sessionFrom, { label: sessionLabel, signed });
      if (encoded.error !== undefined) this.reportKefuError(encoded.error);
      if (encoded.text !== kefuSessionFrom) this.setData({ kefuSessionFrom: encoded.text });
    },
    /** Handles the native button's `contact` event, which WeChat fires when the user returns by tapping a card. */
    async onKefuContact(event: { readonly detail: unknown }) {
      const detail = readContactDetail(event.detail);
      this.triggerEvent("contact", detail);
      if (!this.data.autoNavigate) return;
      const followed = await followCard(detail);
      if (!followed.ok) this.reportKefuError(followed.error);
    },
    /** Reports an error on the console, for the developer of the page, and as an event. */
    reportKefuError(error: { readonly reason: string }) {
      console.error(`[edge-kefu] ${error.reason}`, error);
      this.triggerEvent("error", error);
    },
  },
});

interface Encoded {
  readonly text: string;
  readonly error?: { readonly reason: string };
}

function encode(context: object | null, raw: string, names: { label: string; signed: string }): Encoded {
  if (context === null) return { text: raw };
  const { label, signed } = names;
  const encoded = encodeSessionFrom(context, {
    ...(label === "" ? {} : { label }),
    ...(signed === "" ? {} : { signed }),
  });
  if (!encoded.ok) return { text: raw === "" ? label : raw, error: encoded.error };
  return { text: encoded.value };
}
