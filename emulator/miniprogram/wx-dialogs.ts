/**
 * The functions of `wx` that wait for the user: `openCustomerServiceChat` and `showModal`. The phone shows the
 * dialogue; this module returns the result.
 */
import type { ServiceChatOutcome, ToPhone } from "./messages.ts";
import { objectAt, textAt } from "./program.ts";
import { answering, WX_OK, type WxFunction, type WxOutcome } from "./wx-answer.ts";

/** The functions, and callbacks for the user's choice. */
export interface WxDialogs {
  readonly openCustomerServiceChat: WxFunction;
  readonly showModal: WxFunction;
  readonly endServiceChat: (call: number, outcome: ServiceChatOutcome) => void;
  readonly endModal: (call: number, confirm: boolean) => void;
}

/** WECHAT.md §9.3: there is no official list of the errors; these have been observed. */
const CHAT_OUTCOMES: Readonly<Record<ServiceChatOutcome, WxOutcome>> = {
  opened: WX_OK,
  notBound: { ok: false, error: { why: "not bind", errCode: 6 } },
  cancelled: { ok: false, error: { why: "cancel" } },
};

/** Creates the functions. @param isInTap whether the caller runs inside a tap, as `openCustomerServiceChat` requires */
export function createDialogs(sendToPhone: (message: ToPhone) => void, isInTap: () => boolean): WxDialogs {
  const waiting = new Map<number, (outcome: WxOutcome) => void>();
  let lastCall = 0;
  const ask = (message: (call: number) => ToPhone): Promise<WxOutcome> => {
    lastCall += 1;
    const asked = new Promise<WxOutcome>((resolve) => waiting.set(lastCall, resolve));
    sendToPhone(message(lastCall));
    return asked;
  };
  const end = (call: number, outcome: WxOutcome): void => {
    waiting.get(call)?.(outcome);
    waiting.delete(call);
  };

  const openCustomerServiceChat = answering("openCustomerServiceChat", (options) => {
    if (!isInTap()) return { ok: false, error: { why: "can only be invoked by user TAP gesture." } };
    const corpId = textAt(options, "corpId");
    const url = textAt(objectAt(options, "extInfo"), "url");
    return ask((call) => ({ kind: "serviceChat", call, corpId, url }));
  });
  const showModal = answering("showModal", (options) => {
    const [title, content] = [textAt(options, "title"), textAt(options, "content")];
    const confirmText = textAt(options, "confirmText") || "确定";
    const cancelText = options["showCancel"] === false ? "" : textAt(options, "cancelText") || "取消";
    return ask((call) => ({ kind: "modal", call, title, content, confirmText, cancelText }));
  });
  return {
    // WeChat does not return a promise here (WECHAT.md §9.3): a caller without callbacks gets no result.
    openCustomerServiceChat: (given) =>
      openCustomerServiceChat({ complete: () => {}, ...objectAt({ given }, "given") }),
    showModal,
    endServiceChat: (call, outcome) => end(call, CHAT_OUTCOMES[outcome]),
    endModal: (call, confirm) => end(call, { ok: true, value: { confirm, cancel: !confirm } }),
  };
}
