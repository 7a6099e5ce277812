/**
 * The order of a push's fields. A correct worker does not depend on it, but it equals the official samples (WECHAT.md
 * §3.1).
 */
import { describe, it } from "vitest";
import type { PushContent } from "../../../emulator/push-model.ts";
import { APP, createHarness } from "./harness.ts";

describe("a push", () => {
  it.for<{ content: PushContent; names: string; businessId?: true }>([
    { content: { kind: "text", content: "x" }, names: "MsgType Content MsgId" },
    { content: { kind: "image" }, names: "MsgType PicUrl MediaId MsgId" },
    {
      content: { kind: "miniprogrampage", title: "t", pagePath: "p" },
      names: "MsgType MsgId Title AppId PagePath ThumbUrl ThumbMediaId",
    },
    {
      content: { kind: "miniprogrampage", title: "t", pagePath: "p" },
      businessId: true,
      names: "MsgType MsgId Title AppId PagePath ThumbUrl ThumbMediaId BusinessId",
    },
    { content: { kind: "text", content: "x" }, businessId: true, names: "MsgType Content MsgId BusinessId" },
    { content: { kind: "message", msgType: "voice", fields: { Format: "amr" } }, names: "MsgType Format MsgId" },
    { content: { kind: "enter", sessionFrom: "x" }, names: "MsgType Event SessionFrom" },
  ])("of kind $content.kind has its fields in the order of the official samples", async (row, { expect }) => {
    for (const format of ["xml", "json"] as const) {
      let body = "";
      const worker = async (request: Request) => {
        body = await request.text();
        return new Response("success");
      };
      const { control } = createHarness({ apps: [{ ...APP, mode: "plain", format }], worker });
      await control.push({ openid: "oUser", content: row.content, ...(row.businessId && { businessId: 7 }) });
      const found = [...body.matchAll(format === "xml" ? /<(\w+)>/g : /"(\w+)":/g)];
      const names = found.map(([, name]) => name).filter((name) => name !== "xml");
      expect(names.join(" ")).toBe(`ToUserName FromUserName CreateTime ${row.names}`);
    }
  });
});
