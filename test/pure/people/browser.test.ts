/** The name of a browser in the list of sign-ins. */
import { describe, it } from "vitest";
import { nameBrowser } from "../../../worker/people/core/browser.ts";

describe("the name of a browser", () => {
  it.for([
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36",
      "Chrome, Windows",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36 Edg/153.0.0.0",
      "Edge, Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
      "Safari, iOS",
    ],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox, macOS"],
    [
      "Mozilla/5.0 (Linux; Android 16; V2301A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36 MicroMessenger/8.0.60",
      "WeChat, Android",
    ],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120 Safari/537.36 wxwork/4.1.36 MicroMessenger/7.0.1",
      "WeCom, Windows",
    ],
    ["curl/8.5.0", ""],
    ["", ""],
  ] as const)("of %j is %j", ([agent, name], { expect }) => {
    expect(nameBrowser(agent)).toBe(name);
  });
});
