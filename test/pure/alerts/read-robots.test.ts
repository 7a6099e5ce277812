import { describe, it } from "vitest";
import { readRobots } from "../../../worker/alerts/read-robots.ts";

const KEY = "693a91f6-7xxx-4bc4-97a0-must-not-leak";
const WECOM = `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}`;
const DINGTALK = `https://oapi.dingtalk.com/robot/send?access_token=${KEY}`;
const FEISHU = `https://open.feishu.cn/open-apis/bot/v2/hook/${KEY}`;
const LARK = `https://open.larksuite.com/open-apis/bot/v2/hook/${KEY}`;
const SLACK = `https://hooks.slack.com/services/T0/B0/${KEY}`;

const read = (robots: unknown, allowPrivate = false) => readRobots(JSON.stringify(robots), allowPrivate);
const problemsOf = (robots: unknown, allowPrivate = false) => {
  const result = read(robots, allowPrivate);
  return result.ok ? [] : result.error.map(({ path, problem }) => `${path} ${problem}`);
};

describe("ALERT_ROBOTS", () => {
  it("is a list of robots whose vendor is recognised by the host", ({ expect }) => {
    const list = [
      { name: "duty", url: WECOM },
      { name: "ops", url: ` ${DINGTALK}\n`, secret: "SECabc", language: "en" },
      { name: "feishu", url: FEISHU, secret: "s" },
      { name: "lark", url: LARK },
      { name: "slack", url: SLACK, vendor: "slack" },
    ];
    expect(read(list)).toEqual({
      ok: true,
      value: [
        { name: "duty", vendor: "wecom", url: WECOM, language: "zh" },
        { name: "ops", vendor: "dingtalk", url: DINGTALK, secret: "SECabc", language: "en" },
        { name: "feishu", vendor: "feishu", url: FEISHU, secret: "s", language: "zh" },
        { name: "lark", vendor: "feishu", url: LARK, language: "zh" },
        { name: "slack", vendor: "slack", url: SLACK, language: "zh" },
      ],
    });
  });

  it("is empty when it is not set", ({ expect }) => {
    expect(readRobots("", false)).toEqual({ ok: true, value: [] });
  });

  it.for([
    ["{", [" is not a JSON list"]],
    ["{}", [" is not a JSON list"]],
    ['"x"', [" is not a JSON list"]],
    ["[1]", ["0 is not valid"]],
    ['[{"url":"x"}]', ["0.name is missing"]],
  ] as const)("that is %s has a problem", ([text, problems], { expect }) => {
    const result = readRobots(text, false);
    expect(result.ok ? [] : result.error.map(({ path, problem }) => `${path} ${problem}`)).toEqual(problems);
  });

  it.for([
    ["a name with a space", [{ name: "a b", url: WECOM }], ["0.name is not valid"]],
    [
      "two of one name",
      [
        { name: "a", url: WECOM },
        { name: "a", url: SLACK },
      ],
      ["1.name is used twice"],
    ],
    ["six", Array.from({ length: 6 }, (_, n) => ({ name: `r${n}`, url: WECOM })), [" has more than 5 robots"]],
    ["http", [{ name: "a", url: WECOM.replace("https", "http") }], ["0.url is not https"]],
    [
      "a private address",
      [{ name: "a", url: "https://10.0.0.1/x" }],
      ["0.url is an IP address instead of a host name"],
    ],
    [
      "another host",
      [{ name: "a", url: "https://shop.example.com/hook" }],
      ["0.url is not on a host of WeCom, 钉钉, 飞书 or Slack"],
    ],
    [
      "another host with a vendor",
      [{ name: "a", url: "https://shop.example.com/hook", vendor: "slack" }],
      ["0.url is not on a host of WeCom, 钉钉, 飞书 or Slack"],
    ],
    [
      "a host that only ends alike",
      [{ name: "a", url: "https://evil-hooks.slack.com/services/a/b/c" }],
      ["0.url is not on a host of WeCom, 钉钉, 飞书 or Slack"],
    ],
    [
      "another page of the vendor",
      [{ name: "a", url: "https://qyapi.weixin.qq.com/cgi-bin/gettoken" }],
      ["0.url is not the URL of a group robot"],
    ],
    [
      "no key",
      [{ name: "a", url: "https://oapi.dingtalk.com/robot/send?access_token=" }],
      ["0.url is not the URL of a group robot"],
    ],
    ["the wrong vendor", [{ name: "a", url: WECOM, vendor: "slack" }], ["0.vendor is not the vendor of the url"]],
    ["an unknown vendor", [{ name: "a", url: WECOM, vendor: "x" }], ["0.vendor is not valid"]],
    [
      "a secret that nobody checks",
      [{ name: "a", url: WECOM, secret: "s" }],
      ["0.secret is set although robots of this vendor verify no signature"],
    ],
    ["a secret with a space", [{ name: "a", url: FEISHU, secret: "a b" }], ["0.secret is not valid"]],
    ["an unknown field", [{ name: "a", url: WECOM, keyword: "x" }], ["0 has an unknown field"]],
    [
      "several faults",
      [
        { name: "a", url: "x" },
        { name: "b", url: SLACK, language: "fr" },
      ],
      ["1.language is not valid"],
    ],
  ] as const)("with %s has problems, each with a fix and no value", ([, robots, problems], { expect }) => {
    expect(problemsOf(robots)).toEqual(problems);
    const result = read(robots);
    expect(JSON.stringify(result.ok || result.error)).not.toMatch(/must-not-leak|shop\.example|10\.0\.0/);
    expect(result.ok || result.error.every(({ cure }) => cure.length > 5)).toBe(true);
  });

  it("may name any address with its vendor when private addresses are allowed", ({ expect }) => {
    const url = "http://127.0.0.1:9000/open-apis/bot/v2/hook/x";
    expect(read([{ name: "a", url, vendor: "feishu" }], true)).toMatchObject({ ok: true, value: [{ url }] });
    expect(problemsOf([{ name: "a", url }], true)).toEqual(["0.url is not on a host of WeCom, 钉钉, 飞书 or Slack"]);
  });
});
