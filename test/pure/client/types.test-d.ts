/**
 * Wrong uses of the client that the compiler must reject. `npm run check` compiles this file; it is never run. When the
 * compiler accepts one of them, its `@ts-expect-error` is unused, which is an error.
 */
import type { Failure, KefuClient, Row } from "../../../client/index.ts";

export async function messages(kefu: KefuClient): Promise<void> {
  await kefu.send("o", { type: "text", content: "您好" }, { hold: true, idempotencyKey: "k" });
  // @ts-expect-error the field of a text is `content`
  await kefu.send("o", { type: "text", text: "您好" });
  // @ts-expect-error a field of another type is not allowed
  await kefu.send("o", { type: "text", content: "您好", mediaId: "m" });
  // @ts-expect-error mini programs cannot send voice
  await kefu.send("o", { type: "voice", mediaId: "m" });
  // @ts-expect-error a card needs its cover
  await kefu.send("o", { type: "card", title: "订单", pagePath: "pages/order" });
  // @ts-expect-error hold is a boolean
  await kefu.send("o", { type: "text", content: "您好" }, { hold: "yes" });
  // @ts-expect-error no such option
  await kefu.send("o", { type: "text", content: "您好" }, { held: true });
  // @ts-expect-error WeChat takes no WebP
  await kefu.uploadImage(new Uint8Array(1), "image/webp");
}

export async function settings(kefu: KefuClient): Promise<void> {
  await kefu.putSettings({ defaults: { fallback: { type: "silent" } } }, '"1"');
  await kefu.putSettings({ defaults: { fallback: { type: "silent" } }, overrides: { a: { greeting: null } } }, '"1"');
  // @ts-expect-error the version is not optional
  await kefu.putSettings({ defaults: { fallback: { type: "silent" } } });
  // @ts-expect-error no such action
  await kefu.putSettings({ defaults: { fallback: { type: "shout" } } }, '"1"');
  // @ts-expect-error fallback is required
  await kefu.putSettings({ defaults: { rules: [] } }, '"1"');
}

export async function results(kefu: KefuClient): Promise<string> {
  const sent = await kefu.send("o", { type: "text", content: "您好" });
  // @ts-expect-error check `ok` first
  const { id } = sent.value;
  return sent.ok ? sent.value.state : id;
}

export function facts(failure: Failure): number | string | undefined {
  switch (failure.code) {
    case "window_closed":
      return (failure.status satisfies 409) - (failure.facts.window?.remaining ?? 0);
    case "too_long":
      return failure.facts.limit - failure.facts.actual;
    case "version_mismatch":
      // @ts-expect-error a fact of another code is not available
      return failure.facts.limit;
    // @ts-expect-error no such code
    case "window_shut":
      return undefined;
    default:
      return failure.detail;
  }
}

export function rows(row: Row): string | undefined {
  if (row.kind === "in") return row.facts.contextVerdict;
  // @ts-expect-error only rows of the user have a verdict
  return row.facts.contextVerdict;
}
