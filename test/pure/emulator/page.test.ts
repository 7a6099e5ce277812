/** How the phone page's files are served, and who may use the control interface. */
import { describe, it } from "vitest";
import { isForeign, servePage } from "../../../emulator/page.ts";

const FILES = { "/": "<!doctype html>", "/phone.js": "1", "/phone.css": "a{}" };

describe("the page's files", () => {
  it("come with their types and a policy without exceptions", ({ expect }) => {
    for (const [path, type] of [
      ["/", "text/html; charset=utf-8"],
      ["/phone.js", "text/javascript; charset=utf-8"],
      ["/phone.css", "text/css; charset=utf-8"],
    ]) {
      const response = servePage(FILES, new Request(`http://127.0.0.1:8788${path}`));
      expect(response?.headers.get("content-type")).toBe(type);
      expect(response?.headers.get("content-security-policy")).toMatch(/^default-src 'none'; (?!.*unsafe)/);
    }
  });

  it("may be framed only where the phone frames the mini program", ({ expect }) => {
    const files = { ...FILES, "/miniprogram/": "<!doctype html>" };
    const policyOf = (path: string) =>
      servePage(files, new Request(`http://127.0.0.1:8788${path}`))?.headers.get("content-security-policy");
    expect(policyOf("/")).toMatch(/frame-ancestors 'none'; frame-src 'self'$/);
    expect(policyOf("/miniprogram/")).toMatch(/frame-ancestors 'self'$/);
    expect(policyOf("/miniprogram/")).not.toContain("unsafe");
  });

  it("are read only, and nothing else is theirs", ({ expect }) => {
    for (const path of ["/cgi-bin/token", "/_emulator/state", "/constructor", "/phone.js/"]) {
      expect(servePage(FILES, new Request(`http://127.0.0.1:8788${path}`))).toBeNull();
    }
    expect(servePage(FILES, new Request("http://127.0.0.1:8788/", { method: "POST" }))).toBeNull();
  });
});

describe("the control interface", () => {
  it("is for this origin and for programs, not for pages from elsewhere", ({ expect }) => {
    const from = (origin?: string) =>
      isForeign(
        new Request("http://127.0.0.1:8788/_emulator/reset", origin === undefined ? {} : { headers: { origin } }),
      );
    expect([from(), from("https://127.0.0.1:8788"), from("https://a.example"), from("null")]).toStrictEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
