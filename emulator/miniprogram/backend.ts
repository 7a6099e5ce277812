/**
 * The DOM under glass-easel (WeChat's component framework): which element represents a tag, styles without inline
 * attributes (forbidden by the content security policy), and browser events converted to WeChat's. Taps are detected by
 * glass-easel.
 */
import * as glassEasel from "glass-easel";

/** The position of a touch, in pixels of the frame. */
interface Touch {
  readonly identifier: number;
  readonly pageX: number;
  readonly pageY: number;
  readonly clientX: number;
  readonly clientY: number;
}

/** The context in which components run. */
export interface Backend {
  readonly context: glassEasel.CurrentWindowBackendContext;
  /** Returns whether the running code was called by a tap: some functions of WeChat work only in that case. */
  readonly isInTap: () => boolean;
}

const MOUSE_FINGER = 0;

/**
 * Creates the context.
 *
 * @param standIns the built-in tags that exist
 * @param components the tags of the program's own components
 */
export function createBackend(standIns: ReadonlySet<string>, components: ReadonlySet<string>): Backend {
  const context = new glassEasel.CurrentWindowBackendContext();
  const nodes = new WeakMap<EventTarget, glassEasel.Element>();
  let inTap = false;

  const associate = context.associateValue.bind(context);
  context.associateValue = (element, value) => {
    if (element instanceof EventTarget) nodes.set(element, value);
    associate(element, value);
  };
  nameElements(context, (tag) => nameElement(tag, standIns, components));

  const dispatch = (target: glassEasel.Element, type: string, detail: unknown, options: glassEasel.EventOptions) => {
    const event = new glassEasel.Event(type, detail, options);
    if (type === "tap") {
      inTap = true;
      // Everything that runs before the next task, promise callbacks included, counts as part of the tap.
      setTimeout(() => (inTap = false), 0);
    }
    event.dispatch(target);
    return event;
  };
  context.onEvent((target, type, detail, options) => dispatch(target, type, detail, options).getEventBubbleStatus());
  const setListenerStats = context.setListenerStats.bind(context);
  context.setListenerStats = (element, type, capture, mutLevel) => {
    if (!type.startsWith("touch")) setListenerStats(element, type, capture, mutLevel);
  };
  const fire: Fire = (start, type, extraFields) => {
    const target = nodeAt(start, nodes);
    if (target === null) return false;
    const options = { bubbles: true, composed: true, capturePhase: true, extraFields };
    return dispatch(target, type, {}, options).defaultPrevented();
  };
  listenToTouches(fire);
  listenToMouse(fire);
  listenToKeys((element) => {
    const target = nodeAt(element, nodes);
    if (target !== null) dispatch(target, "tap", {}, { bubbles: true, composed: true, capturePhase: true });
  });
  return { context, isInTap: () => inTap };
}

/**
 * Returns the element name for a tag. @throws for a tag without a stand-in, so that a missing part of the page is
 * noticed
 */
function nameElement(tag: string, standIns: ReadonlySet<string>, components: ReadonlySet<string>): string {
  if (standIns.has(tag)) return `wx-${tag}`;
  if (tag === "wx-page" || components.has(tag)) return tag;
  throw new Error(`<${tag}> is neither a component of this program nor a tag that the phone simulates`);
}

/**
 * Replaces the creation of elements; a template's style is set by script, because the content security policy allows no
 * style attribute.
 */
function nameElements(context: glassEasel.CurrentWindowBackendContext, nameOf: (tag: string) => string): void {
  const real = context.document;
  context.document = {
    createTextNode: (content) => real.createTextNode(content),
    createDocumentFragment: () => real.createDocumentFragment(),
    createElement(tag) {
      const element = real.createElement(nameOf(tag));
      const setAttribute = element.setAttribute.bind(element);
      element.setAttribute = (name, value) => {
        if (name === "style" && element instanceof HTMLElement) element.style.cssText = String(value);
        else setAttribute(name, value);
      };
      return element;
    },
  };
}

/** Returns the glass-easel element of a DOM element or of its nearest ancestor that has one; null without one. */
function nodeAt(start: EventTarget | null, nodes: WeakMap<EventTarget, glassEasel.Element>): glassEasel.Element | null {
  let element = start instanceof Element ? start : null;
  while (element !== null && !nodes.has(element)) element = element.parentElement;
  return element === null ? null : (nodes.get(element) ?? null);
}

type Fire = (target: EventTarget | null, type: string, fields: ReturnType<typeof touchFields>) => boolean;

/**
 * Adds our own touch listeners instead of glass-easel's. Those are passive, so they cannot stop a drag that the program
 * handles from scrolling the page.
 */
function listenToTouches(fire: Fire): void {
  for (const type of ["touchstart", "touchmove", "touchend", "touchcancel"] as const) {
    const onTouch = (event: TouchEvent): void => {
      if (fire(event.target, type, touchFields(event)) && event.cancelable) event.preventDefault();
    };
    document.addEventListener(type, onTouch, { capture: true, passive: false });
  }
}

function touchFields(event: TouchEvent): { touches: readonly Touch[]; changedTouches: readonly Touch[] } {
  return { touches: Array.from(event.touches, toTouch), changedTouches: Array.from(event.changedTouches, toTouch) };
}

function toTouch({ identifier, pageX, pageY, clientX, clientY }: Touch): Touch {
  return { identifier, pageX, pageY, clientX, clientY };
}

/** Converts mouse events to touches, as WeChat's simulator does. */
function listenToMouse(fire: Fire): void {
  let start: EventTarget | null = null;
  const onPointer = (type: "touchstart" | "touchmove" | "touchend", event: PointerEvent): void => {
    if (event.pointerType !== "mouse" || (type === "touchstart" && event.button !== 0)) return;
    if (type === "touchstart") start = event.target;
    if (start === null) return;
    const touch = toTouch({ ...pointOf(event), identifier: MOUSE_FINGER });
    fire(start, type, { touches: type === "touchend" ? [] : [touch], changedTouches: [touch] });
    if (type === "touchend") start = null;
  };
  document.addEventListener("pointerdown", (event) => onPointer("touchstart", event), { capture: true });
  document.addEventListener("pointermove", (event) => onPointer("touchmove", event), { capture: true });
  document.addEventListener("pointerup", (event) => onPointer("touchend", event), { capture: true });
  // The browser's own dragging of pictures would end the mouse events in the middle of a drag.
  document.addEventListener("dragstart", (event) => event.preventDefault());
}

function pointOf({ pageX, pageY, clientX, clientY }: PointerEvent): Omit<Touch, "identifier"> {
  return { pageX, pageY, clientX, clientY };
}

/** Makes Enter and space tap a focused element with the role `button`. */
function listenToKeys(tap: (element: Element) => void): void {
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (!(target instanceof Element) || target.getAttribute("role") !== "button") return;
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    // A held key taps once.
    if (!event.repeat) tap(target);
  });
}
