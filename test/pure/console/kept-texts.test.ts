/** The texts that a browser keeps: when they are removed. */
import { describe, it } from "vitest";
import {
  draftPrefix,
  forgetAgent,
  forgetOld,
  keep,
  listKept,
  MAX_KEPT_MS,
  readKept,
  unsentPrefix,
  type KeptTexts,
} from "../../../console/client/kept-texts.ts";
import { LI, WANG } from "../../browser/desk/sample.ts";
import { Kept } from "./kept.ts";

const NOW = Date.parse("2026-11-30T08:00:00.000Z");
const KEYS = [WANG, LI].flatMap((agent) => [`${draftPrefix(agent)}c1`, `${unsentPrefix(agent)}t1`]);

describe("the texts of a browser", () => {
  it("are removed when they were not changed for 30 days, the texts of every agent; other values stay", ({
    expect,
  }) => {
    const kept = new Kept();
    kept.setItem("edge-kefu.theme", "dark");
    for (const [index, key] of KEYS.entries()) keep(kept, key, "您好", NOW - MAX_KEPT_MS - (index % 2));
    kept.setItem(`${draftPrefix(WANG)}broken`, "{");
    forgetOld(kept, NOW);
    expect([...kept.texts.keys()]).toStrictEqual(["edge-kefu.theme", KEYS[0], KEYS[2]]);
    expect(readKept(kept, KEYS[0] ?? "")).toBe("您好");
  });

  it("are removed at once when their agent signs out", ({ expect }) => {
    const kept = new Kept();
    for (const key of KEYS) keep(kept, key, "您好", NOW);
    forgetAgent(kept, WANG);
    expect([...kept.texts.keys()]).toStrictEqual(KEYS.slice(2));
  });

  it("are none when the browser has no storage", ({ expect }) => {
    const fail = (): never => {
      throw new Error("denied");
    };
    const kept: KeptTexts = {
      get length(): number {
        return fail();
      },
      key: fail,
      getItem: fail,
      setItem: fail,
      removeItem: fail,
    };
    keep(kept, "a", "b", NOW);
    expect([readKept(kept, "a"), listKept(kept, "")]).toStrictEqual([undefined, []]);
    forgetAgent(kept, WANG);
    forgetOld(kept, NOW);
  });
});
