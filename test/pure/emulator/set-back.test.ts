/**
 * The emulator's clock set back: nothing recorded at a time that is now in the future lasts too long, or blocks later
 * events.
 */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import type { Feed } from "../../../emulator/phone-model.ts";
import { API, APP, createHarness, seal, transfer } from "./harness.ts";

const HOUR = 3_600_000;
const GRANT = { grant_type: "client_credential", appid: APP.appid, secret: APP.secret };

function createClockHarness() {
  const harness = createHarness();
  const stable = (extra = {}) => harness.api("/cgi-bin/stable_token", JSON.stringify({ ...GRANT, ...extra }));
  const plain = () => harness.api(`/cgi-bin/token?${new URLSearchParams(GRANT).toString()}`);
  const typing = async () => {
    const path = `/cgi-bin/message/custom/business/typing?access_token=${await harness.token()}`;
    return (await harness.api(path, JSON.stringify({ touser: "oUser", command: "Typing" })))["errcode"];
  };
  return { ...harness, stable, plain, typing };
}

describe("the clock set back", () => {
  it("lets a new message open a grant, whose end is 48 hours away", async ({ expect }) => {
    const { control, send, text, state } = createClockHarness();
    await control.clock({ offsetMs: 48 * HOUR });
    await control.text("oUser", "later");
    for (let sent = 0; sent < 5; sent += 1) await send(text("oUser"));
    await control.clock({ offsetMs: 0 });
    expect(await send(text("oUser"))).toBe(45047);
    await control.text("oUser", "now");
    expect((await control.chat("oUser")).quota).toStrictEqual({ remaining: 5, expiresAt: state.now + 48 * HOUR });
  });

  it("leaves no token valid for longer than its validity, after a change of the clock or a reset", async ({
    expect,
  }) => {
    for (const goBack of ["clock", "reset"] as const) {
      const { control, stable } = createClockHarness();
      await control.clock({ offsetMs: 48 * HOUR });
      const { access_token: token } = await stable();
      await (goBack === "clock" ? control.clock({ offsetMs: 0 }) : control.reset());
      expect(await stable()).toStrictEqual({ access_token: token, expires_in: 7_200 });
    }
  });

  it("leaves a token of a short validity its short validity, and a replaced one its five minutes", async ({
    expect,
  }) => {
    const { control, plain, stable, wechat } = createClockHarness();
    const works = async (token: unknown) => {
      const url = `${API}/cgi-bin/message/custom/business/typing?access_token=${String(token)}`;
      const answer = await wechat.handle(new Request(url, { method: "POST", body: "{}" }));
      return JSON.stringify(await answer.json()).includes("47001");
    };
    await control.switches({ tokenSeconds: 60 });
    await control.clock({ offsetMs: HOUR });
    await stable();
    await control.switches({ tokenSeconds: 7_200 });
    const { access_token: replaced } = await plain();
    await plain();
    await control.clock({ offsetMs: 0 });
    expect(await stable()).toMatchObject({ expires_in: 60 });
    await control.clock({ advanceMs: 5 * 60_000 - 1 });
    expect(await works(replaced)).toBe(true);
    await control.clock({ advanceMs: 1 });
    expect(await works(replaced)).toBe(false);
  });

  it("lets a token be forced again after 30 seconds", async ({ expect }) => {
    const { control, stable, state } = createClockHarness();
    await control.clock({ offsetMs: 48 * HOUR });
    await stable({ force_refresh: true });
    await control.clock({ offsetMs: 0 });
    state.now += 30_000;
    expect(await stable({ force_refresh: true })).toMatchObject({ expires_in: 7_200 });
  });

  it("ends an agent's session after 30 minutes, the typing indicator after 15 seconds and a picture after three days", async ({
    expect,
  }) => {
    const { control, worker, typing, token, wechat, state } = createClockHarness();
    worker.answer = async () => new Response(await seal(APP, transfer(APP, "oUser")));
    await control.clock({ offsetMs: 48 * HOUR });
    await control.agent({ on: true });
    await control.text("oUser", "x");
    expect(await typing()).toBe(0);
    await control.image("oOther");
    await control.clock({ offsetMs: 0 });
    expect(await control.chat("oUser")).toMatchObject({ session: "agent", typing: true });
    state.now += 15_000;
    expect(await control.chat("oUser")).toMatchObject({ session: "agent", typing: false });
    state.now += 30 * 60_000 - 15_000;
    expect((await control.chat("oUser")).session).toBe("none");
    const feed = await wechat.handle(new Request(`${API}/_emulator/feed?appid=${APP.appid}&openid=oOther`));
    const { state: shown }: Feed = await feed.json();
    const [line] = shown.chat?.lines ?? [];
    const mediaId = line?.from === "user" ? (line.mediaId ?? "") : "";
    const download = async () => {
      const query = new URLSearchParams({ access_token: await token(), media_id: mediaId }).toString();
      return (await wechat.handle(new Request(`${API}/cgi-bin/media/get?${query}`))).headers.get("content-type");
    };
    expect(await download()).toBe("image/png");
    state.now += 72 * HOUR - 30 * 60_000;
    expect(await download()).toBe("application/json");
  });

  it("keeps every rule of the table for any moves of the clock", async ({ expect }) => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("clock" as const), offsetMs: fc.integer({ min: -60 * HOUR, max: 60 * HOUR }) }),
      fc.constantFrom({ kind: "write" as const }, { kind: "enter" as const }, { kind: "stable" as const }),
      fc.constantFrom({ kind: "force" as const }, { kind: "plain" as const }, { kind: "send" as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { control, stable, plain, send, text } = createClockHarness();
        for (const action of steps) {
          if (action.kind === "clock") await control.clock({ offsetMs: action.offsetMs });
          if (action.kind === "enter") await control.enter("oUser");
          if (action.kind === "send") await send(text("oUser"));
          if (action.kind === "stable") expect((await stable())["expires_in"]).toBeLessThanOrEqual(7_200);
          if (action.kind === "plain") expect((await plain())["expires_in"]).toBe(7_200);
          if (action.kind === "force") await stable({ force_refresh: true });
          const { now } = (await control.state()).clock;
          if (action.kind === "write") {
            await control.text("oUser", "x");
            const { quota } = await control.chat("oUser");
            expect(quota).toStrictEqual({ remaining: 5, expiresAt: now + 48 * HOUR });
          }
          const { expiresAt } = (await control.chat("oUser")).quota;
          expect(expiresAt ?? 0).toBeLessThanOrEqual(now + 48 * HOUR);
        }
      }),
      { numRuns: 60 },
    );
  });
});
