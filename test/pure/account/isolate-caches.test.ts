/** The caches of an isolate belong to a credential, like the account objects that they cache. */
import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import type { ChannelAccount } from "../../../shared/message/address.ts";
import { readFaults, type SnapshotMemory } from "../../../worker/account/faults/fault-reader.ts";
import type { AccountMemory } from "../../../worker/account/memory.ts";
import { createAccessSource, reportPause } from "../../../worker/account/token/token-reader.ts";
import { readHealths, type HealthMemory } from "../../../worker/webhooks/health-reader.ts";
import { pauseCause } from "../../support/delivery.ts";
import { LIFE_MS, NOW } from "./bench.ts";

const SALES: ChannelAccount = { channel: "wecom-kf", account: "wkSales" };
const SUPPORT: ChannelAccount = { channel: "wecom-kf", account: "wkSupport" };
/** The corporation to which both belong. */
const CORPORATION = "wecom:ww1";

/** An isolate with a token for each credential; `asked` lists the calls of account objects. */
function createIsolate() {
  const asked: string[] = [];
  const memory: AccountMemory = new Map();
  const snapshots: SnapshotMemory = { snapshots: new Map(), reads: new Map() };
  const healths: HealthMemory = new Map();
  const depsOf = (credential: string, fields: ChannelAccount) => {
    const ask = async <T>(call: string, answer: T): Promise<T> => {
      asked.push(`${credential} ${call}`);
      return answer;
    };
    const access = ok({ token: `token of ${credential}`, expiresAt: NOW + LIFE_MS });
    const pause = { pausedUntil: NOW + 60_000, pauseCode: "45009", pauseReach: "send" as const, pauseVersion: 1 };
    return {
      kv: { get: async () => null },
      credential,
      fields,
      now: () => NOW,
      memory,
      account: () => ({
        access: () => ask("access", access),
        replace: () => ask("replace", access),
        pause: () => ask("pause", pause),
      }),
    };
  };
  const faultsOf = (credential: string, fields: ChannelAccount) =>
    readFaults({
      ...depsOf(credential, fields),
      memory: snapshots,
      account: () => ({
        async faults() {
          asked.push(`${credential} faults`);
          return [];
        },
      }),
      pauseVersion: () => 0,
      keepAlive: () => {},
    });
  const webhooksOf = (credential: string, fields: ChannelAccount) =>
    readHealths({
      ...depsOf(credential, fields),
      memory: healths,
      listed: undefined,
      account: () => ({
        async webhookHealths() {
          asked.push(`${credential} webhookHealths`);
          return {};
        },
        reportWebhook: async () => ({}),
        recordSkipped: async () => {},
      }),
    });
  return { asked, depsOf, faultsOf, webhooksOf };
}

describe("accounts that share a credential", () => {
  it("share its token and its pause", async ({ expect }) => {
    const { asked, depsOf } = createIsolate();
    const [sales, support] = [depsOf(CORPORATION, SALES), depsOf(CORPORATION, SUPPORT)];
    expect(await createAccessSource(sales).current("send")).toEqual(ok("token of wecom:ww1"));
    expect(await createAccessSource(support).current("send")).toEqual(ok("token of wecom:ww1"));
    await reportPause(sales, pauseCause(45009), { id: "0123456789abcdef0123-7", attempt: 1 }, 1_000);
    const paused = err({ reason: "paused", until: NOW + 60_000, code: "45009" });
    expect(await createAccessSource(support).current("send")).toEqual(paused);
    expect(asked).toEqual(["wecom:ww1 access", "wecom:ww1 pause"]);
  });

  it("share its faults and the health of its webhooks", async ({ expect }) => {
    const { asked, faultsOf, webhooksOf } = createIsolate();
    await faultsOf(CORPORATION, SALES);
    await faultsOf(CORPORATION, SUPPORT);
    await webhooksOf(CORPORATION, SALES);
    await webhooksOf(CORPORATION, SUPPORT);
    expect(asked).toEqual(["wecom:ww1 faults", "wecom:ww1 webhookHealths"]);
  });
});

describe("accounts with the same id and different credentials", () => {
  it("share nothing", async ({ expect }) => {
    const { asked, depsOf, faultsOf, webhooksOf } = createIsolate();
    for (const credential of ["wecom:ww1", "wecom:ww2"]) {
      const source = createAccessSource(depsOf(credential, SALES));
      expect(await source.current("send")).toEqual(ok(`token of ${credential}`));
      await faultsOf(credential, SALES);
      await webhooksOf(credential, SALES);
    }
    const calls = ["access", "faults", "webhookHealths"];
    expect(asked).toEqual(["wecom:ww1", "wecom:ww2"].flatMap((name) => calls.map((call) => `${name} ${call}`)));
  });
});
