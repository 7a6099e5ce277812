import { describe, it } from "vitest";
import { message, reply, says, submit, tells } from "../support/direct.ts";
import { alarmOf, conversation, kindsOf, pass, remote } from "../support/workerd.ts";
import { useObjects, wechat } from "./each-test.ts";

const MINUTE = 60_000;

useObjects();

describe("a conversation object after its clock was set back", () => {
  it("abandons the attempt under way with the user's next message, and wakes in time for the second attempt", async ({
    expect,
  }) => {
    await says(wechat, "oBack", [reply("一")]);
    pass(-30 * MINUTE);
    const { lease } = await tells("oBack", [reply("二")]);
    expect(lease).toMatchObject({ message: { content: "二" } });
    expect(await kindsOf("oBack")).toEqual(["in", "out", "unconfirmed", "in", "out"]);
    expect((await alarmOf(conversation("oBack"))) ?? Number.POSITIVE_INFINITY).toBeLessThan(Date.now() + MINUTE);
  });

  it("wakes at once for a message of the API after such an attempt", async ({ expect }) => {
    await says(wechat, "oBackApi", [reply("一")]);
    pass(-30 * MINUTE);
    expect(await submit("oBackApi", "k:1")).toMatchObject({ ok: true });
    expect((await alarmOf(conversation("oBackApi"))) ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(Date.now());
  });

  it("writes nothing when a lease is requested again", async ({ expect }) => {
    const first = message();
    const { lease } = await tells("oBackClaim", [reply("一")], first, "c1");
    pass(6_000);
    await tells("oBackClaim", [], message(), "c2");
    pass(-10_000);
    const again = await tells("oBackClaim", [reply("一")], first, "c1");
    expect(again.lease).toEqual(lease);
    expect(await kindsOf("oBackClaim")).toEqual(["in", "out", "in"]);
  });

  it("shows no window that is longer than it can be", async ({ expect }) => {
    await says(wechat, "oBackView", []);
    pass(-30 * MINUTE);
    const view = await remote("oBackView").view(1);
    expect((view?.window.expiresAt ?? 0) - Date.now()).toBeLessThanOrEqual(48 * 60 * MINUTE);
  });
});
