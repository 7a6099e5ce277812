/**
 * The messages between the phone and the mini program in its frame. The phone acts as WeChat's client: it draws the
 * bars, shows the chat, and reports to the program when the user comes back.
 */
import * as v from "valibot";

const TabSchema = v.object({ text: v.string() });

const BarsSchema = v.object({
  kind: v.literal("bars"),
  title: v.string(),
  canGoBack: v.boolean(),
  colors: v.record(v.string(), v.string()),
  /** Null on pages without a tab bar. */
  tabs: v.nullable(v.object({ items: v.array(TabSchema), selected: v.number() })),
});

const ContactSchema = v.object({
  kind: v.literal("contact"),
  sessionFrom: v.string(),
  /** The card offered to the user (`show-message-card`). */
  offer: v.nullable(v.object({ title: v.string(), path: v.string(), image: v.string() })),
});

const ServiceChatSchema = v.object({
  kind: v.literal("serviceChat"),
  call: v.number(),
  corpId: v.string(),
  url: v.string(),
});

const ModalSchema = v.object({
  kind: v.literal("modal"),
  call: v.number(),
  title: v.string(),
  content: v.string(),
  confirmText: v.string(),
  /** Empty when there is only one button. */
  cancelText: v.string(),
});

const ToPhoneSchema = v.variant("kind", [
  v.object({ kind: v.literal("ready"), pages: v.array(v.string()) }),
  BarsSchema,
  ContactSchema,
  ServiceChatSchema,
  ModalSchema,
  v.object({ kind: v.literal("toast"), text: v.string() }),
]);

const ToProgramSchema = v.variant("kind", [
  /** The user opened a page from a link or card, not by returning to the program. */
  v.object({ kind: v.literal("launch"), path: v.string() }),
  v.object({ kind: v.literal("back") }),
  v.object({ kind: v.literal("tab"), index: v.number() }),
  v.object({ kind: v.literal("hidden") }),
  v.object({ kind: v.literal("appearance"), appearance: v.picklist(["light", "dark"]) }),
  /** The user returned from the chat; with the card that was tapped there, if any. */
  v.object({ kind: v.literal("shown"), card: v.nullable(v.string()) }),
  v.object({ kind: v.literal("modalEnd"), call: v.number(), confirm: v.boolean() }),
  v.object({
    kind: v.literal("serviceChatEnd"),
    call: v.number(),
    outcome: v.picklist(["opened", "notBound", "cancelled"]),
  }),
]);

/** A message from the mini program to the phone. */
export type ToPhone = v.InferOutput<typeof ToPhoneSchema>;

/** A message from the phone to the mini program. */
export type ToProgram = v.InferOutput<typeof ToProgramSchema>;

/** The bars around a page. */
export type Bars = v.InferOutput<typeof BarsSchema>;

/** The contact button was tapped. */
export type Contact = v.InferOutput<typeof ContactSchema>;

/** `wx.openCustomerServiceChat` was called. */
export type ServiceChat = v.InferOutput<typeof ServiceChatSchema>;

/** `wx.showModal` was called. */
export type Modal = v.InferOutput<typeof ModalSchema>;

/** The possible outcomes of `wx.openCustomerServiceChat`; old clients lack the function. */
export type ServiceChatOutcome = Extract<ToProgram, { kind: "serviceChatEnd" }>["outcome"];

/** Parses a message from the program. @returns null for an unknown message */
export function readToPhone(data: unknown): ToPhone | null {
  const parsed = v.safeParse(ToPhoneSchema, data);
  return parsed.success ? parsed.output : null;
}

/** Parses a message from the phone. @returns null for an unknown message */
export function readToProgram(data: unknown): ToProgram | null {
  const parsed = v.safeParse(ToProgramSchema, data);
  return parsed.success ? parsed.output : null;
}
