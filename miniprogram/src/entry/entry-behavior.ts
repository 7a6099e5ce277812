/**
 * A button that opens customer service. `contact-button` and `open-customer-service-chat` are this behavior with a
 * different preferred entry method. The behavior chooses an available method, decides what a tap does, and which text
 * is shown when no method is available.
 */
import type { FinalReason, OpenChatReason } from "../helpers/chat-failure.ts";
import { isReportedDead, readLanguage, whyUnsupported } from "../helpers/client.ts";
import { contactBehavior } from "../helpers/contact-behavior.ts";
import { warnDeveloper } from "../helpers/developer-hint.ts";
import { openServiceChat } from "../helpers/service-chat.ts";
import { createTapGuard } from "../helpers/tap-guard.ts";
import { findObstacles, planEntry, type Mode, type Way } from "./entry-plan.ts";
import { showHelp, showToast } from "./help.ts";
import { lookOf, type Look } from "./look.ts";
import { helpFor, textsFor } from "./texts.ts";

/** Returns whether a retry would fail in the same way. */
function isFinal(reason: OpenChatReason): reason is FinalReason {
  return reason === "not_bound" || reason === "not_supported";
}

const helpGuard = createTapGuard();

/**
 * Creates the behavior of a button.
 *
 * @param prefer the preferred entry method, which the button is named after
 * @param alsoOf whether the other method may be used too, decided from the properties
 */
export function createEntryBehavior(prefer: Way, alsoOf: (page: { readonly fallback: string }) => boolean) {
  return Behavior({
    behaviors: [contactBehavior],
    properties: {
      businessId: { type: String, value: "" },
      corpId: { type: String, value: "" },
      url: { type: String, value: "" },
      fallback: { type: String, value: "" },
      phone: { type: String, value: "" },
      helpText: { type: String, value: "" },
      text: { type: String, value: "" },
      lang: { type: String, value: "auto" },
      type: { type: String, value: "default" },
      size: { type: String, optionalTypes: [Number], value: "medium" },
      block: { type: Boolean, value: false },
      icon: { type: String, value: "bubble" },
      disabled: { type: Boolean, value: false },
      silent: { type: Boolean, value: false },
      ariaLabel: { type: String, value: "" },
    },
    data: startWith(prefer),
    observers: {
      "corpId, url, fallback, chatRefused"() {
        this.plan();
      },
      "text, lang"() {
        this.setData({ caption: this.data.text === "" ? this.texts()[prefer] : this.data.text });
      },
      "type, size, block, disabled"() {
        this.setData({ look: lookOf(this.data) });
      },
    },
    lifetimes: {
      attached() {
        this.plan();
        this.setData({ caption: this.data.text === "" ? this.texts()[prefer] : this.data.text });
      },
    },
    methods: {
      texts() {
        return textsFor(this.data.lang, readLanguage());
      },
      /** Chooses the entry method; called again when the page or WeChat changes which methods are available. */
      plan() {
        const { corpId, url, chatRefused, mode } = this.data;
        const found = findObstacles(whyUnsupported, corpId !== "" && url !== "");
        const other: Way = prefer === "contact" ? "chat" : "contact";
        const ways = alsoOf(this.data) ? [prefer, other] : [prefer];
        const isRefused = chatRefused !== "" && found.chat === undefined;
        const planned = planEntry(ways, {
          obstacles: isRefused ? { ...found, chat: "refused" } : found,
          doubted: new Set(isReportedDead("contact") ? ["contact"] : []),
        });
        if (planned.mode !== mode) this.setData({ mode: planned.mode });
        return planned;
      },
      /** Handles a tap. In mode `contact` the native button opens the chat by itself. */
      async onTap() {
        if (this.data.disabled) return;
        // At most one branch runs per tap. The mode may change while the help text is shown, but then the chat cannot
        // be opened, because WeChat opens it only synchronously inside a tap.
        if (this.data.mode === "help") await this.help();
        else if (this.data.mode === "chat") await this.openChat();
      },
      async openChat() {
        const { corpId, url, card, silent } = this.data;
        const opened = await openServiceChat({ corpId, url, card });
        if (opened.ok) return this.triggerEvent("opened", {});
        const { reason } = opened.error;
        if (reason === "busy") return;
        this.triggerEvent("failed", opened.error);
        if (isFinal(reason)) return this.giveUpChat(reason);
        if (reason !== "cancelled" && !silent) await showToast(this.texts().notNow);
      },
      /**
       * Switches to the next entry method after WeChat refused to open the chat. A native button must then be tapped
       * again by the user.
       */
      async giveUpChat(reason: FinalReason) {
        this.setData({ chatRefused: reason });
        const { mode } = this.plan();
        if (mode === "help") return this.help();
        if (!this.data.silent) await showToast(this.texts().tapAgain);
      },
      async help() {
        if (!helpGuard.enter()) return;
        const { phone, helpText, silent, chatRefused } = this.data;
        const { obstacle } = this.plan();
        if (obstacle === "no_address") warnDeveloper(obstacle);
        this.triggerEvent("unsupported", { reason: obstacle });
        const texts = this.texts();
        const said = helpText === "" ? helpFor(chatRefused === "" ? obstacle : chatRefused, texts) : helpText;
        if (!silent) await showHelp({ phone, said, texts });
        helpGuard.release();
      },
    },
  });
}

interface EntryData {
  readonly mode: Mode;
  readonly caption: string;
  readonly look: Look;
  /** The final reason for which WeChat refused the chat; empty when it did not. */
  readonly chatRefused: "" | FinalReason;
}

function startWith(mode: Mode): EntryData {
  const look = lookOf({ type: "default", size: "medium", block: false, disabled: false });
  return { mode, caption: "", look, chatRefused: "" };
}
