/** A Worker's reaction when the account object answers that only one message is refused. */
import { describe, it } from "vitest";
import { ok } from "../../../shared/base/result.ts";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import type { TokenObject } from "../../../worker/account/token/published-access.ts";
import { createAccessSource, reportPause } from "../../../worker/account/token/token-reader.ts";
import type { RefusedAttempt } from "../../../worker/channels/access.ts";
import { pauseCause } from "../../support/delivery.ts";
import { APPID, CREDENTIAL, LIFE_MS, NOW } from "./bench.ts";

const ACCESS = { token: "token-1", expiresAt: NOW + LIFE_MS };
const REFUSED: RefusedAttempt = { id: "0123456789abcdef0123-7", attempt: 2 };

/** An account object that judges every refusal to concern one message only, and the calls it received. */
function createBench() {
  const asked: unknown[] = [];
  const account: TokenObject = {
    access: async () => {
      asked.push("access");
      return ok(ACCESS);
    },
    replace: async (badToken, refused) => {
      asked.push(["replace", badToken, refused]);
      return ok(ACCESS);
    },
    pause: async (cause, refused) => {
      asked.push(["pause", cause.code, refused]);
      return { pausedUntil: NOW - 1, pauseCode: cause.code, pauseReach: cause.reach, aloneMs: 7 };
    },
  };
  const kv = { get: () => Promise.resolve(null) };
  const deps = {
    account: () => account,
    kv,
    credential: CREDENTIAL,
    fields: miniProgramAccount(APPID),
    now: () => NOW,
    memory: new Map(),
  };
  return { source: createAccessSource(deps), deps, asked };
}

describe("a message that is the only refused one", () => {
  it("pauses nothing in this isolate", async ({ expect }) => {
    const { source, deps, asked } = createBench();
    expect(await reportPause(deps, pauseCause(48001), REFUSED, 3_000)).toEqual({ aloneMs: 7 });
    expect(asked).toEqual([["pause", "48001", REFUSED]]);
    expect(await source.current("send")).toEqual(ok("token-1"));
  });

  it("leaves the token in use for the others, without another call of the object", async ({ expect }) => {
    const { source, asked } = createBench();
    await source.current("send");
    expect(await source.replace("token-1", "send", REFUSED)).toEqual(ok("token-1"));
    expect(await source.current("send")).toEqual(ok("token-1"));
    expect(asked).toEqual(["access", ["replace", "token-1", REFUSED]]);
  });
});
