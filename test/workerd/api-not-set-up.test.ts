/** The REST API of a worker whose configuration is incomplete. */
import { describe, it } from "vitest";
import { call } from "./api-client.ts";

const MISSING = { WECHAT_APPS: "" };

describe("the REST API of a worker that is not set up", () => {
  it.for([
    ["GET", "/api/v1/settings"],
    ["POST", "/api/v1/conversations/oUser1/messages"],
    ["GET", "/api/v1/no-such-route"],
    ["GET", "/api"],
  ])("answers with a problem document: %s %s", async ([method = "", path = ""], { expect }) => {
    const response = await call(method, path, { key: null, vars: MISSING });
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({
      type: "/api/docs#not_set_up",
      status: 503,
      code: "not_set_up",
      detail: expect.stringContaining("/healthz"),
    });
  });

  it("leaves the answer to WeChat and to everything else a line of text", async ({ expect }) => {
    for (const path of ["/wechat/message", "/apisomething", "/"]) {
      const response = await call("GET", path, { key: null, vars: MISSING });
      expect(response.status).toBe(503);
      expect(await response.text()).toBe("edge-kefu is not set up yet: see /healthz");
    }
  });
});
