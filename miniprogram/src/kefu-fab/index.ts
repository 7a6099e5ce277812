/**
 * `<kefu-fab>`: a floating entry to customer service. It can be dragged, snaps to the nearer side inside the safe area,
 * and its position is stored. It shows a badge, and opens a menu, or the chat directly when there is only one entry.
 */
import { textsFor } from "../entry/texts.ts";
import type { CardOptions } from "../helpers/card.ts";
import { isReportedDead, readLanguage, supports } from "../helpers/client.ts";
import { keepPlace, recallPlace } from "./memory.ts";
import { badgeText, planMenu, type FabItem, type FabMenu } from "./menu.ts";
import { clampPoint, panelStyleOf, roomOf, toPlace, toPoint, type Place, type Point, type Room } from "./place.ts";
import { readFinger, readWindow } from "./window.ts";

/** Width and height in px; must equal the values in index.wxss. */
const SIZE = 52;
const MARGIN = 16;
/** The distance between the entry and its menu, px. */
const GAP = 12;
/** A touch that moves less than this counts as a tap, px. */
const DRAG_PX = 6;

interface Drag {
  readonly finger: Point;
  readonly origin: Point;
  readonly moved: boolean;
}

const NO_ROOM: Room = { left: MARGIN, right: MARGIN, top: MARGIN, bottom: MARGIN };
const START: Place = { side: "right", at: 1 };
const NO_MENU: FabMenu = { contact: false, chat: false, items: [], direct: "", fallback: "" };

export default Component({
  // Data fields that begin with _ are not rendered.
  options: { pureDataPattern: /^_/ },
  externalClasses: ["custom-class", "face-class", "badge-class", "panel-class"],
  properties: {
    context: { type: Object, value: null as object | null },
    signed: { type: String, value: "" },
    sessionLabel: { type: String, value: "" },
    sessionFrom: { type: String, value: "" },
    businessId: { type: String, value: "" },
    card: { type: Object, value: null as CardOptions | null },
    autoNavigate: { type: Boolean, value: false },
    corpId: { type: String, value: "" },
    url: { type: String, value: "" },
    contact: { type: Boolean, value: true },
    contactText: { type: String, value: "" },
    chatText: { type: String, value: "" },
    items: { type: Array, value: [] as readonly FabItem[] },
    badge: { type: String, optionalTypes: [Number], value: "" },
    phone: { type: String, value: "" },
    helpText: { type: String, value: "" },
    lang: { type: String, value: "auto" },
    silent: { type: Boolean, value: false },
    draggable: { type: Boolean, value: true },
    side: { type: String, value: "right" },
    at: { type: Number, value: 0.8 },
    storageKey: { type: String, value: "edge-kefu:fab" },
    ariaLabel: { type: String, value: "" },
  },
  data: {
    x: 0,
    y: 0,
    open: false,
    snapping: false,
    panelStyle: "",
    badgeShown: "",
    label: "",
    menu: NO_MENU,
    // Null, typed like the property `context`: the typings of `wx` type an Object property that may be null in this
    // way.
    noContext: null as never,
    words: textsFor("auto", ""),
    _room: NO_ROOM,
    _place: START,
    _drag: null as Drag | null,
  },
  observers: {
    "contact, corpId, url, items"() {
      this.planMenu();
    },
    "badge, lang, ariaLabel"() {
      this.say();
    },
  },
  lifetimes: {
    attached() {
      this.say();
      this.planMenu();
      const { storageKey, side, at } = this.data;
      this.moveTo(recallPlace(storageKey) ?? { side: side === "left" ? "left" : "right", at });
    },
  },
  pageLifetimes: {
    /** Recomputes the position after the phone was turned or the window was resized. */
    resize() {
      this.moveTo(this.data._place);
    },
  },
  methods: {
    say() {
      const words = textsFor(this.data.lang, readLanguage());
      const badgeShown = badgeText(this.data.badge);
      const named = this.data.ariaLabel === "" ? words.menu : this.data.ariaLabel;
      this.setData({ words, badgeShown, label: badgeShown === "" ? named : `${named} (${badgeShown})` });
    },
    planMenu() {
      const { contact, corpId, url, items } = this.data;
      const menu = planMenu({
        contact,
        chat: corpId !== "" && url !== "",
        contactOpen: supports("contact"),
        contactDoubted: isReportedDead("contact"),
        chatOpen: supports("chat"),
        items,
      });
      this.setData({ menu });
    },
    /** Moves the entry to a stored position in the current window. */
    moveTo(place: Place) {
      const info = readWindow();
      const room = roomOf(info, SIZE, MARGIN);
      const panelStyle = panelStyleOf(place, room, info, { size: SIZE, gap: GAP });
      this.setData({ ...toPoint(place, room), panelStyle, _room: room, _place: place });
    },
    onTouchStart(event: unknown) {
      const finger = readFinger(event);
      if (!this.data.draggable || finger === undefined) return;
      const { x, y } = this.data;
      this.setData({ _drag: { finger, origin: { x, y }, moved: false }, snapping: false });
    },
    onTouchMove(event: unknown) {
      const { _drag: drag, _room: room } = this.data;
      const finger = readFinger(event);
      if (drag === null || finger === undefined) return;
      const [dx, dy] = [finger.x - drag.finger.x, finger.y - drag.finger.y];
      if (!drag.moved && Math.hypot(dx, dy) < DRAG_PX) return;
      const point = clampPoint({ x: drag.origin.x + dx, y: drag.origin.y + dy }, room);
      this.setData({ ...point, open: false, _drag: { ...drag, moved: true } });
    },
    /** Snaps to the side and stores the position; a drag cancelled by the system is handled in the same way. */
    onTouchEnd() {
      const { _drag: drag, _room: room, x, y, storageKey } = this.data;
      this.setData({ _drag: null });
      if (drag === null || !drag.moved) return;
      const place = toPlace({ x, y }, room);
      this.setData({ snapping: true });
      this.moveTo(place);
      this.triggerEvent("place", place);
      void keepPlace(storageKey, place);
    },
    toggle() {
      this.show(!this.data.open);
    },
    close() {
      this.show(false);
    },
    show(open: boolean) {
      if (open === this.data.open) return;
      this.setData({ open });
      this.triggerEvent("toggle", { open });
    },
    select(event: { readonly currentTarget: { readonly dataset: { readonly id?: unknown } } }) {
      this.close();
      this.triggerEvent("select", { id: event.currentTarget.dataset.id });
    },
    /** Re-emits an event of one of the package's buttons as an event of this component. */
    pass(event: { readonly type: string; readonly detail: unknown }) {
      this.triggerEvent(event.type, event.detail);
    },
    /** Empty handler: prevents the page below an open menu from scrolling. */
    ignore() {},
  },
});
