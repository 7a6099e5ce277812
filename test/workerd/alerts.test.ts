/** The robots of alerts by the REST API: each vendor end to end, with a receiver that verifies as the vendor does. */
import { describe, it } from "vitest";
import { createRobots, DINGTALK, FEISHU, ROBOTS, SLACK, WECOM } from "../support/robots.ts";
import { bodyOf, call, health } from "./api-client.ts";
import { lines, useWorker, wechat } from "./each-test.ts";

const robots = createRobots();

useWorker({ hosts: robots.hosts });

const VARS = { ALERT_ROBOTS: JSON.stringify(ROBOTS), DESK_URL: "https://kefu.example.com/desk" };
const test = (robot: unknown, vars: Readonly<Record<string, unknown>> = VARS) =>
  call("POST", "/api/v1/alerts/test", { json: { robot }, vars });
const SECRETS = /must-not-leak|SECabcdef|hooks\.slack\.com\/|access_token=/;

describe("POST /alerts/test", () => {
  it.for(ROBOTS)("sends a message that $name accepts", async ({ name }, { expect }) => {
    robots.reset();
    const response = await test(name);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({ robot: name, vendor: name, accepted: true });
    expect(robots.messages).toHaveLength(1);
    const [message] = robots.messages;
    expect(message).toMatchObject({ vendor: name, isAccepted: true });
    expect(message?.text).toContain(name === "slack" ? "Support desk" : "客服");
    expect(message?.text).toContain("https://kefu.example.com/desk");
    expect(JSON.stringify(lines())).not.toMatch(SECRETS);
    expect(lines()).toContainEqual(expect.objectContaining({ event: "alert", robot: name, outcome: "accepted" }));
  });

  it.for([
    ["wecom", { ...WECOM, url: `${WECOM.url}-other` }, "wrong_key", "93000"],
    ["dingtalk", { ...DINGTALK, secret: "SECother" }, "wrong_signature", "310000"],
    ["feishu", { ...FEISHU, secret: "SECother" }, "wrong_signature", "19021"],
    ["slack", { ...SLACK, url: `${SLACK.url}other` }, "wrong_key", "404"],
  ] as const)(
    "reports why %s did not accept it, in the worker's own words",
    async ([name, robot, reason, vendorCode], { expect }) => {
      robots.reset();
      const response = await test(name, { ...VARS, ALERT_ROBOTS: JSON.stringify([robot]) });
      expect(response.status).toBe(502);
      const problem = await bodyOf(response);
      expect(problem).toMatchObject({ code: "robot_failed", reason, vendorCode });
      expect(problem["meaning"]).toMatch(/\p{Script=Han}.* \/ [a-z]/u);
      expect(JSON.stringify([problem, lines()])).not.toMatch(SECRETS);
    },
  );

  it("reports when the robot cannot be reached", async ({ expect }) => {
    robots.answerWith(() => Promise.reject(new TypeError("cut")));
    const response = await test("wecom");
    expect(response.status).toBe(502);
    expect(await bodyOf(response)).toMatchObject({ code: "robot_failed", reason: "unreachable" });
  });

  it("refuses an unknown robot, a list that cannot be read, and a wrong body", async ({ expect }) => {
    robots.reset();
    expect(await bodyOf(await test("nobody"))).toMatchObject({ code: "robot_not_found", status: 404 });
    expect(await bodyOf(await test("duty", { ALERT_ROBOTS: "" }))).toMatchObject({ code: "robot_not_found" });
    const wrong = { ALERT_ROBOTS: '[{"name":"duty","url":"https://shop.example.com/must-not-leak"}]' };
    const invalid = await bodyOf(await test("duty", wrong));
    expect(invalid).toMatchObject({ code: "robots_invalid", status: 409, problems: [{ path: "0.url" }] });
    expect(JSON.stringify(invalid)).not.toMatch(SECRETS);
    expect(await bodyOf(await test("a b"))).toMatchObject({ code: "invalid_field", field: "robot" });
    expect(await bodyOf(await test(undefined))).toMatchObject({ code: "invalid_field", field: "robot" });
    expect(robots.messages).toEqual([]);
  });

  it("needs a key", async ({ expect }) => {
    expect((await call("POST", "/api/v1/alerts/test", { json: { robot: "wecom" }, key: null })).status).toBe(401);
    expect((await call("GET", "/api/v1/alerts", { key: null })).status).toBe(401);
  });
});

describe("GET /alerts", () => {
  it("shows the robots and never their URLs and secrets", async ({ expect }) => {
    const shown = await bodyOf(await call("GET", "/api/v1/alerts", { vars: VARS }));
    expect(shown).toEqual({
      robots: [
        { name: "wecom", vendor: "wecom", language: "zh", signed: false },
        { name: "dingtalk", vendor: "dingtalk", language: "zh", signed: true },
        { name: "feishu", vendor: "feishu", language: "zh", signed: true },
        { name: "slack", vendor: "slack", language: "en", signed: false },
      ],
      problems: [],
      waitMinutes: 5,
      repeatMinutes: 0,
      deskUrl: "https://kefu.example.com/desk",
    });
    expect(await bodyOf(await call("GET", "/api/v1/alerts"))).toMatchObject({ robots: [], deskUrl: null });
  });

  it("lists the problems of a wrong list, which stops alerts and nothing else", async ({ expect }) => {
    const vars = { ALERT_ROBOTS: "[{}]" };
    expect(await bodyOf(await call("GET", "/api/v1/alerts", { vars }))).toMatchObject({
      robots: [],
      problems: [{ path: "0.name" }, { path: "0.url" }],
    });
    const { status, warnings } = await health({ vars });
    expect(status).toBe("ok");
    expect(warnings).toContainEqual(
      expect.objectContaining({ variable: "ALERT_ROBOTS", warning: "0.name is missing" }),
    );
    expect((await wechat.text("oStored", "你好")).attempts[0]?.verdict).toBe("success");
  });
});

describe("/healthz", () => {
  it("warns when alerts have no link to the desk", async ({ expect }) => {
    const { warnings } = await health({ vars: { ...VARS, DESK_URL: "" } });
    expect(warnings).toEqual([expect.objectContaining({ variable: "DESK_URL" })]);
    expect((await health({ vars: VARS }))["warnings"]).toEqual([]);
  });
});
