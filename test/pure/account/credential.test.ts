/** The name of an account object. */
import { describe, it } from "vitest";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import { appidOf, credentialOf } from "../../../worker/account/core/credential.ts";

describe("a credential", () => {
  it("is one for the mini program and the official account of an AppID", ({ expect }) => {
    expect(credentialOf(miniProgramAccount("wx1"))).toBe("wechat:wx1");
    expect(credentialOf({ channel: "official-account", account: "wx1" })).toBe("wechat:wx1");
    expect(appidOf("wechat:wx1")).toBe("wx1");
  });

  it("is the account itself where there is no token", ({ expect }) => {
    expect(credentialOf({ channel: "web-chat", account: "site" })).toBe("web-chat:site");
    expect(credentialOf({ channel: "phone", account: "site" })).toBe("phone:site");
  });
});
