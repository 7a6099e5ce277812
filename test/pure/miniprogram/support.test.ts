/** The package's rules about client versions, tested without a client (WECHAT.md §9.1, §9.3). */
import { describe, it } from "vitest";
import { findObstacles, planEntry, type Way } from "../../../miniprogram/src/entry/entry-plan.ts";
import { helpFor, textsFor } from "../../../miniprogram/src/entry/texts.ts";
import {
  findLimit,
  isDoubted,
  limitKey,
  type Client,
  type Doubt,
  type Limit,
} from "../../../miniprogram/src/helpers/support.ts";

const on = (platform: string): Client => {
  return { sdkVersion: "3.8.0", platform, inPlugin: false, inWeCom: false, canIUse: () => true };
};
const changes = (added: readonly string[], lifted: readonly (Limit | Doubt)[] = []) => {
  return { added: new Set(added), lifted: new Set(lifted) };
};

describe("a limit an app adds", () => {
  it("applies only to its platform, in any case of letters", ({ expect }) => {
    const added = changes([limitKey("contact", "Mac")]);
    expect(findLimit("contact", on("mac"), added)).toBe("platform");
    expect(findLimit("contact.card", on("MAC"), added)).toBe("platform");
    expect(findLimit("chat", on("mac"), added)).toBeUndefined();
    expect(findLimit("contact", on("ios"), added)).toBeUndefined();
  });

  it("takes precedence over the package's own limits, and can be lifted", ({ expect }) => {
    const key = limitKey("contact", "ohos");
    expect(findLimit("contact", on("ohos"), changes([key]))).toBe("platform");
    expect(findLimit("contact", on("ohos"), changes([key], ["platform"]))).toBe("harmonyos");
  });
});

describe("an entry method that is reported not to work", () => {
  it("is the contact button on Mac and Windows, until the app lifts the limit", ({ expect }) => {
    for (const platform of ["mac", "windows"]) {
      expect(isDoubted("contact", on(platform), changes([]))).toBe(true);
      expect(isDoubted("chat", on(platform), changes([]))).toBe(false);
      expect(isDoubted("contact", on(platform), changes([], ["reported_dead"]))).toBe(false);
    }
    expect(isDoubted("contact", on("android"), changes([]))).toBe(false);
  });

  it("is used only when no other method is available", ({ expect }) => {
    const doubted: ReadonlySet<Way> = new Set(["contact"]);
    const open = findObstacles(() => undefined, true);
    expect(planEntry(["contact", "chat"], { obstacles: open, doubted }).mode).toBe("chat");
    expect(planEntry(["contact"], { obstacles: open, doubted }).mode).toBe("contact");
    const noAddress = findObstacles(() => undefined, false);
    expect(planEntry(["contact", "chat"], { obstacles: noAddress, doubted }).mode).toBe("contact");
  });
});

it.for(["zh", "en"])("a user sees a neutral text when the app's setup is the cause: %s", (lang, { expect }) => {
  const texts = textsFor(lang, "");
  for (const reason of ["not_bound", "no_address"]) expect(helpFor(reason, texts)).toBe(texts.unavailable);
  for (const reason of ["harmonyos", "base_library", "not_supported", "wecom", "platform", undefined]) {
    expect(helpFor(reason, texts)).toBe(texts.help);
  }
});
