import { describe, it, vi } from "vitest";
import { conversation, kindsOf, pass, readTexts, remote, ring, waitForRow } from "../support/workerd.ts";
import { lines, useWorker, wechat } from "./each-test.ts";

const HOUR = 3_600_000;

const SETTINGS = {
  fallback: { type: "reply", messages: ["一", "二"].map((content) => ({ type: "text", content })) },
};

useWorker({ clock: "weeks apart", settings: SETTINGS });

const countSends = async () =>
  (await wechat.calls()).filter((call) => call.path === "/cgi-bin/message/custom/send").length;

/** Moves the clock forward, and runs the alarm of the user's conversation. */
async function ringIn(ms: number, openid: string): Promise<void> {
  pass(ms);
  await ring(openid);
}

describe("when WeChat is busy", () => {
  it("answers arrive later, once each and in order", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: -1, target: "send", times: 1 });
    await wechat.text("oBusy", "你好");
    await waitForRow("oBusy", "retry");
    expect(await readTexts(wechat, "oBusy")).toEqual([]);
    await ringIn(60_000, "oBusy");
    expect(await readTexts(wechat, "oBusy")).toEqual(["一", "二"]);
  });

  it("permanently, each message is tried four times and then fails", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: -1, target: "send" });
    await wechat.text("oNever", "你好");
    await waitForRow("oNever", "retry");
    for (let rings = 0; rings < 12; rings += 1) await ringIn(60_000, "oNever");
    expect(await countSends()).toBe(8);
    expect((await kindsOf("oNever")).filter((kind) => kind === "failed")).toHaveLength(2);
  });
});

describe("when the connection breaks", () => {
  it("after WeChat accepted the message, the retry is the only duplicate, on a row marked unconfirmed", async ({
    expect,
  }) => {
    await wechat.fault({ fault: "drop", when: "after", target: "send", times: 1 });
    await wechat.text("oAfter", "你好");
    await waitForRow("oAfter", "sent");
    await ringIn(10_000, "oAfter");
    expect(await readTexts(wechat, "oAfter")).toEqual(["一", "二", "一"]);
    expect((await kindsOf("oAfter")).filter((kind) => kind === "unconfirmed")).toHaveLength(1);
  });

  it("before WeChat accepted the message, the retry delivers it", async ({ expect }) => {
    await wechat.fault({ fault: "drop", when: "before", target: "send", times: 1 });
    await wechat.text("oBefore", "你好");
    await waitForRow("oBefore", "sent");
    await ringIn(10_000, "oBefore");
    expect((await readTexts(wechat, "oBefore")).toSorted()).toEqual(["一", "二"].toSorted());
  });
});

describe("when the token becomes invalid", () => {
  it("a hundred simultaneous senders cause one refresh, and every answer arrives", async ({ expect }) => {
    await wechat.text("oFirst", "你好");
    await waitForRow("oFirst", "sent");
    await wechat.killToken();
    const tokenCalls = async () =>
      (await wechat.calls()).filter((call) => call.path === "/cgi-bin/stable_token").length;
    const before = await tokenCalls();
    const users = Array.from({ length: 100 }, (_, index) => `oBurst${index}`);
    await Promise.all(users.map((user) => wechat.text(user, "你好")));
    await vi.waitUntil(
      async () =>
        (await Promise.all(users.map((user) => readTexts(wechat, user)))).every((texts) => texts.length === 2),
      { timeout: 20_000 },
    );
    expect((await tokenCalls()) - before).toBe(1);
  }, 30_000);

  it("and WeChat repeatedly returns the invalid one, a forced call gets a new one", async ({ expect }) => {
    await wechat.text("oSticky", "你好");
    await waitForRow("oSticky", "sent");
    pass(60_000);
    await wechat.killToken({ sticky: true });
    await wechat.text("oSticky2", "你好");
    await vi.waitUntil(async () => (await readTexts(wechat, "oSticky2")).length === 2);
    expect(await readTexts(wechat, "oSticky2")).toEqual(["一", "二"]);
  });
});

describe("when the whole app is refused", () => {
  it.for([45009, 45011, 48004])(
    "by %i, one pause holds for every user and the answers come after it",
    async (errcode, { expect }) => {
      const [first, second] = [`oPause${errcode}a`, `oPause${errcode}b`];
      await wechat.fault({ fault: "errcode", errcode, target: "send", times: 1 });
      await wechat.text(first, "你好");
      await waitForRow(first, "retry");
      const before = await countSends();
      await wechat.text(second, "你好");
      await waitForRow(second, "retry");
      expect(await countSends()).toBe(before);
      for (let rings = 0; rings < 3; rings += 1) {
        await ringIn(HOUR, first);
        await ringIn(0, second);
      }
      expect(await readTexts(wechat, first)).toEqual(["一", "二"]);
      expect(await readTexts(wechat, second)).toEqual(["一", "二"]);
    },
  );
});

describe("when WeChat's count differs from ours", () => {
  it.for([
    [45047, "closed", false],
    [45015, "closed", true],
  ] as const)("%i corrects the window and is not retried", async ([errcode, status, doubtful], { expect }) => {
    const user = `oBooks${errcode}`;
    await wechat.fault({ fault: "errcode", errcode, target: "send", times: 1 });
    await wechat.text(user, "你好");
    await waitForRow(user, "blocked");
    expect((await remote(user).view(1))?.window).toMatchObject({ status, remaining: 0, doubtful });
    await ringIn(HOUR, user);
    expect(await readTexts(wechat, user)).toEqual([]);
  });
});

describe("the log of a delivery", () => {
  it("contains outcome, duration and the beginning of the conversation's id", async ({ expect }) => {
    await wechat.text("oLogged", "你好");
    await waitForRow("oLogged", "sent");
    expect(lines()).toContainEqual({
      event: "delivery",
      requestId: expect.any(String),
      channel: "mini-program",
      account: "wx0123456789abcdef",
      conversation: conversation("oLogged").id.toString().slice(0, 12),
      via: "worker",
      kind: "text",
      outcome: "accepted",
      attempt: 1,
      ms: expect.any(Number),
    });
  });
});
