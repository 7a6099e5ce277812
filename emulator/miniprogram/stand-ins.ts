/**
 * The built-in tags the phone simulates: `view`, `text`, `image`, `button`. They behave as documented by WeChat and
 * have a similar appearance. `<button open-type="contact">` opens the emulated chat (WECHAT.md §9.1).
 */
import type { Component, ComponentSpace, Element as Node, typeUtils } from "glass-easel";

/** A contact button that was tapped. */
export interface ContactButton {
  readonly sessionFrom: string;
  readonly showMessageCard: boolean;
  readonly sendMessageTitle: string;
  readonly sendMessagePath: string;
  readonly sendMessageImg: string;
  /** Fires the button's `bindcontact` event. */
  readonly fire: (detail: { readonly path: string; readonly query: Readonly<Record<string, string>> }) => void;
}

/** A tag on a page. */
type Tag = Component<typeUtils.DataList, typeUtils.PropertyList, typeUtils.MethodList>;

/** The properties a tag has, in camel case. */
type Values = Readonly<Record<string, unknown>>;

interface StandIn {
  readonly tag: string;
  readonly texts: readonly string[];
  readonly flags: readonly string[];
  readonly draw: (element: HTMLElement, values: Values) => void;
}

const ARIA = ["Role", "Label", "Hidden", "Expanded", "Disabled", "Checked", "Haspopup", "Live", "Modal", "Current"];
const HOVER = ["hoverClass", "hoverStartTime", "hoverStayTime"];
const CARD = ["sendMessageTitle", "sendMessagePath", "sendMessageImg"];

const STAND_INS: readonly StandIn[] = [
  { tag: "view", texts: HOVER, flags: ["hoverStopPropagation"], draw: () => {} },
  { tag: "text", texts: ["space"], flags: ["userSelect", "selectable", "decode"], draw: drawText },
  { tag: "image", texts: ["src", "mode"], flags: ["lazyLoad"], draw: drawImage },
  {
    tag: "button",
    texts: [...HOVER, ...CARD, "size", "type", "openType", "sessionFrom", "businessId", "lang", "formType"],
    flags: ["plain", "disabled", "loading", "showMessageCard", "hoverStopPropagation"],
    draw: drawButton,
  },
];

/** The built-in tags that the phone simulates. */
export const STAND_IN_TAGS: ReadonlySet<string> = new Set(STAND_INS.map(({ tag }) => tag));

/** Registers the tags in a component space. */
export function defineStandIns(space: ComponentSpace, onContact: (button: ContactButton) => void): void {
  for (const standIn of STAND_INS) {
    const names = [...standIn.texts, ...standIn.flags, "hidden", ...ARIA.map((name) => `aria${name}`)];
    const draw = (component: Tag): void => {
      const element: unknown = component.$$;
      if (!(element instanceof HTMLElement)) return;
      const values: Values = component.data;
      drawCommon(element, values);
      standIn.draw(element, values);
    };
    const definition = space
      .define(`wx://${standIn.tag}`)
      .definition({
        properties: Object.fromEntries(names.map((name) => [name, typeOf(standIn, name)])),
        observers: [{ fields: names.join(", "), observer: drawThis }],
        lifetimes: { created: drawThis, attached: standIn.tag === "button" ? listen : drawThis },
      })
      .registerComponent();
    function drawThis(this: Tag): void {
      draw(this);
    }
    function listen(this: Tag): void {
      listenToTaps(this, () => onContact(toContactButton(this)));
    }
    space.setGlobalUsingComponent(standIn.tag, definition);
  }
}

/**
 * Returns the type of a property; null when values of any type are passed on unchanged: ARIA attributes, which may be
 * texts or booleans, and hover properties, which have no effect here.
 */
function typeOf(standIn: StandIn, name: string): StringConstructor | BooleanConstructor | null {
  if (standIn.flags.includes(name) || name === "hidden") return Boolean;
  return standIn.texts.includes(name) && !name.startsWith("hover") ? String : null;
}

function drawCommon(element: HTMLElement, values: Values): void {
  element.toggleAttribute("hidden", values["hidden"] === true);
  for (const name of ARIA) {
    const value = values[`aria${name}`];
    const attribute = name === "Role" ? "role" : `aria-${name.toLowerCase()}`;
    if (value === null || value === undefined || value === "") element.removeAttribute(attribute);
    else element.setAttribute(attribute, toText(value));
  }
  if (values["ariaRole"] === "button") element.tabIndex = 0;
}

/** Returns a text, number or boolean as text; any other value as an empty text. */
function toText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function drawText(element: HTMLElement, values: Values): void {
  element.toggleAttribute("data-selectable", values["userSelect"] === true || values["selectable"] === true);
}

const FITS: Readonly<Record<string, string>> = { aspectFill: "cover", aspectFit: "contain", scaleToFill: "fill" };

function drawImage(element: HTMLElement, values: Values): void {
  const image = element.querySelector("img") ?? element.appendChild(new Image());
  const source = toText(values["src"]);
  image.alt = toText(values["ariaLabel"]);
  image.className = `fit-${FITS[toText(values["mode"])] ?? "fill"}`;
  const url = source.startsWith("/") ? `/miniprogram${source}` : source;
  if (source !== "" && image.getAttribute("src") !== url) image.src = url;
}

function drawButton(element: HTMLElement, values: Values): void {
  const isDisabled = values["disabled"] === true;
  if (!element.hasAttribute("role")) element.setAttribute("role", "button");
  element.tabIndex = isDisabled ? -1 : 0;
  element.toggleAttribute("disabled", isDisabled);
  element.setAttribute("aria-disabled", String(isDisabled));
  for (const name of ["size", "type"]) element.setAttribute(`data-${name}`, toText(values[name]));
  element.toggleAttribute("data-plain", values["plain"] === true);
}

/** Handles taps: a disabled button ignores them; a contact button opens the chat. */
function listenToTaps(button: Tag, openChat: () => void): void {
  button.addListener(
    "tap",
    (event) => {
      if (button.data["disabled"] === true) event.stopPropagation();
    },
    { capture: true },
  );
  button.addListener("tap", () => {
    if (button.data["openType"] === "contact") openChat();
  });
}

function toContactButton(button: Tag): ContactButton {
  const values: Values = button.data;
  const text = (name: string): string => toText(values[name]);
  const node: Node = button;
  return {
    sessionFrom: text("sessionFrom"),
    showMessageCard: values["showMessageCard"] === true,
    sendMessageTitle: text("sendMessageTitle"),
    sendMessagePath: text("sendMessagePath"),
    sendMessageImg: text("sendMessageImg"),
    // WeChat's event does not bubble.
    fire: (detail) => node.triggerEvent("contact", { errMsg: "enterContact:ok", ...detail }),
  };
}
