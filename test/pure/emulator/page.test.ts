/** How the phone page's files are served, and who may use the control interface. */
import { describe, it } from "vitest";
import { refuseForeign, servePage } from "../../../emulator/page.ts";

const FILES = { "/": "<!doctype html>", "/phone.js": "1", "/phone.css": "a{}" };

describe("the page's files", () => {
  it("are served with their types and a policy without exceptions", ({ expect }) => {
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

  it("can only be read, and no other path is a page file", ({ expect }) => {
    for (const path of ["/cgi-bin/token", "/_emulator/state", "/constructor", "/phone.js/"]) {
      expect(servePage(FILES, new Request(`http://127.0.0.1:8788${path}`))).toBeNull();
    }
    expect(servePage(FILES, new Request("http://127.0.0.1:8788/", { method: "POST" }))).toBeNull();
  });
});

describe("the control interface", () => {
  const statusOf = (url: string, headers: Record<string, string> = {}) =>
    refuseForeign(new Request(`${url}/_emulator/state`, { headers }))?.status ?? null;

  it("accepts this origin and programs, not pages of other origins", ({ expect }) => {
    const from = (origin: string) => statusOf("http://127.0.0.1:8788", { origin });
    expect(statusOf("http://127.0.0.1:8788")).toBeNull();
    expect(from("https://127.0.0.1:8788")).toBeNull();
    expect(from("https://a.example")).toBe(403);
    expect(from("null")).toBe(403);
  });

  it("is served under the names of this machine, at any port", ({ expect }) => {
    for (const host of ["localhost", "localhost:8788", "127.0.0.1:1", "[::1]:8788"]) {
      expect(statusOf(`http://${host}`, { host })).toBeNull();
    }
  });

  it("is refused under any other name, which could be bound to this machine later", async ({ expect }) => {
    for (const host of ["evil.example:8788", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.2"]) {
      expect(statusOf(`http://${host}`, { origin: `http://${host}` })).toBe(403);
      // Miniflare's own header can contain another host than the request.
      expect(statusOf("http://127.0.0.1:8788", { host })).toBe(403);
    }
    const refusal = refuseForeign(new Request("http://evil.example/_emulator/state"));
    expect(await refusal?.json()).toStrictEqual({ error: expect.stringContaining("call it at 127.0.0.1") });
  });
});
