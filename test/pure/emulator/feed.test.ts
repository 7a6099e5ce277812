/** The feed of the phone page: the traffic as it was sent, and the records; no event is sent without a change. */
import { describe, it } from "vitest";
import type { Feed } from "../../../emulator/phone-model.ts";
import { API, APP, createHarness, START } from "./harness.ts";

type Harness = ReturnType<typeof createHarness>;

async function readFeed({ wechat }: Harness, query: Record<string, string> = {}): Promise<Feed | null> {
  const search = new URLSearchParams({ appid: APP.appid, openid: "oUser", ...query }).toString();
  const response = await wechat.handle(new Request(`${API}/_emulator/feed?${search}`));
  return response.status === 204 ? null : response.json();
}

async function mustRead(harness: Harness, query: Record<string, string> = {}): Promise<Feed> {
  const feed = await readFeed(harness, query);
  if (feed === null) throw new Error("nothing changed");
  return feed;
}

describe("the feed", () => {
  it("has a push as it was sent, encrypted and plain, and its answer", async ({ expect }) => {
    const harness = createHarness();
    await harness.control.text("oUser", "你好");
    const { traffic } = await mustRead(harness);
    expect(traffic).toHaveLength(1);
    expect(traffic[0]).toMatchObject({
      kind: "push",
      label: "text",
      openid: "oUser",
      verdict: "success",
      request: {
        method: "POST",
        headers: [["content-type", "text/xml"]],
        body: expect.stringContaining("<Encrypt><![CDATA["),
        plain: expect.stringContaining("<Content><![CDATA[你好]]></Content>"),
      },
      response: { status: 200, body: "success" },
    });
  });

  it("has an API call with bodies, errcode and the fault that applied", async ({ expect }) => {
    const harness = createHarness();
    await harness.control.fault({ fault: "errcode", errcode: -1, times: 1 });
    const body = JSON.stringify({ grant_type: "client_credential", appid: APP.appid, secret: APP.secret });
    const ask = () => harness.wechat.handle(new Request(`${API}/cgi-bin/stable_token`, { method: "POST", body }));
    await ask();
    await ask();
    const { traffic, state } = await mustRead(harness);
    expect(traffic).toMatchObject([
      { kind: "api", label: "/cgi-bin/stable_token", verdict: "errcode", errcode: -1, fault: "errcode" },
      { verdict: "ok", errcode: 0, request: { body }, response: { body: expect.stringContaining("access_token") } },
    ]);
    expect(state.tokens).toMatchObject([{ endpoint: "stable_token", works: true, expiresAt: START + 7_200_000 }]);
  });

  it("returns nothing until something changes, then only the changes", async ({ expect }) => {
    const harness = createHarness();
    await harness.control.text("oUser", "一");
    const { epoch, seq, version } = await mustRead(harness);
    const seen = { epoch, version, after: String(seq) };
    expect(await readFeed(harness, seen)).toBeNull();
    await harness.control.text("oUser", "二");
    const next = await mustRead(harness, seen);
    expect(next.traffic).toHaveLength(1);
    expect(next.state.chat?.lines).toHaveLength(2);
  });

  it("begins again after a reset", async ({ expect }) => {
    const harness = createHarness();
    await harness.control.text("oUser", "一");
    const { epoch, seq, version } = await mustRead(harness);
    await harness.control.reset();
    const next = await mustRead(harness, { epoch, version, after: String(seq) });
    expect(next.epoch).not.toBe(epoch);
    expect(next).toMatchObject({ seq: 0, traffic: [], state: { users: [], chat: null } });
  });

  it("shows both grants with what is left of each, until they end", async ({ expect }) => {
    const harness = createHarness();
    await harness.control.enter("oUser");
    await harness.control.text("oUser", "你好");
    const before = await mustRead(harness);
    expect(before.state.chat?.grants).toMatchObject([
      { kind: "message", left: 5, count: 5 },
      { kind: "enter", left: 2, count: 2, endsAt: START + 60_000 },
    ]);
    await harness.control.clock({ advanceMs: 60_000 });
    const after = await mustRead(harness);
    expect(after.state.chat?.grants.map(({ kind }) => kind)).toStrictEqual(["message"]);
  });

  it("names pictures, whose bytes are served separately", async ({ expect }) => {
    const harness = createHarness();
    await harness.control.image("oUser");
    const { state } = await mustRead(harness);
    const [line] = state.chat?.lines ?? [];
    expect(line).toMatchObject({ from: "user", content: { kind: "image" }, outcome: "acknowledged" });
    const id = line?.from === "user" ? (line.mediaId ?? "") : "";
    const picture = await harness.wechat.handle(new Request(`${API}/_emulator/media?id=${id}`));
    expect(picture.headers.get("content-type")).toBe("image/png");
    expect((await harness.wechat.handle(new Request(`${API}/_emulator/media?id=none`))).status).toBe(404);
  });

  it("keeps the newest 300 exchanges", async ({ expect }) => {
    const harness = createHarness();
    await harness.control.text("oUser", "x", { copies: 200 });
    await harness.control.text("oUser", "y", { copies: 150 });
    expect((await mustRead(harness)).traffic).toHaveLength(300);
  });
});
