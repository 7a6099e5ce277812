/** The small pure parts of the phone page: curl commands, masks, formatted bodies, the unreachable push URL. */
import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { describe, it } from "vitest";
import { toCurl } from "../../../emulator/phone/curl.ts";
import { maskSecrets } from "../../../emulator/phone/mask.ts";
import { prettyBody } from "../../../emulator/phone/pretty.ts";
import { isUnreachable, reachable, unreachable } from "../../../emulator/phone/unreachable.ts";
import { fieldOf, readBody } from "../../../emulator/phone/wire-message.ts";

describe("an exchange as curl", () => {
  it("has method, address, headers of ours and the body", ({ expect }) => {
    const request = {
      method: "POST",
      url: "http://h/p?a=1&b=2",
      headers: [
        ["content-type", "text/xml"],
        ["host", "h"],
        ["cf-connecting-ip", "::1"],
      ] as const,
      body: "<xml/>",
    };
    expect(toCurl(request)).toBe(
      "curl -i -X POST 'http://h/p?a=1&b=2' \\\n  -H 'content-type: text/xml' \\\n  --data-raw '<xml/>'",
    );
  });

  it("is correctly quoted for a shell, for any body", ({ expect }) => {
    const body = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(body, (text) => {
        const command = toCurl({ method: "POST", url: "http://h/", headers: [], body: text });
        const printed = execFileSync("sh", [
          "-c",
          `printf '%s\\n' ${command.replace("curl -i ", "").replaceAll("\\\n", "")}`,
        ]);
        expect(printed.toString()).toBe(`-X\nPOST\nhttp://h/\n--data-raw\n${text}\n`);
      }),
      { numRuns: 30 },
    );
  });
});

describe("secrets on the screen", () => {
  it("are masked in addresses and bodies", ({ expect }) => {
    expect(maskSecrets("GET /x?access_token=abcdefgh&to=1")).toBe("GET /x?access_token=abcd••••••••&to=1");
    expect(maskSecrets(`{"secret": "0123456789","appid":"wx1"}`)).toBe(`{"secret": "0123••••••••","appid":"wx1"}`);
  });
});

describe("a formatted body", () => {
  it("breaks XML between its elements and does not change CDATA", ({ expect }) => {
    expect(prettyBody("<xml><A><![CDATA[a>\n<b]]></A><N>1</N></xml>")).toBe(
      "<xml>\n  <A><![CDATA[a>\n<b]]></A>\n  <N>1</N>\n</xml>",
    );
  });

  it("breaks JSON between members and keeps every digit of a MsgId", ({ expect }) => {
    expect(prettyBody(`{"MsgId":9007199254740993,"a":"{,\\":"}`)).toBe(
      `{\n  "MsgId": 9007199254740993,\n  "a": "{,\\":"\n}`,
    );
  });

  it("does not change any other body", ({ expect }) => {
    expect(prettyBody("success")).toBe("success");
  });
});

describe("a body of custom/send", () => {
  it("returns the part named like its type, and text fields only", ({ expect }) => {
    const part = readBody(`{"msgtype":"image","image":{"media_id":"m1","n":1}}`, "image");
    expect(fieldOf(part, "media_id")).toBe("m1");
    expect(fieldOf(part, "n")).toBe("");
    expect(readBody("[]", "text")).toStrictEqual({});
  });
});

describe("the unreachable push URL", () => {
  it("contains the real one", ({ expect }) => {
    const real = "http://127.0.0.1:8787/wechat/message?a=1&b=2";
    expect(isUnreachable(real)).toBe(false);
    expect(isUnreachable(unreachable(real))).toBe(true);
    expect(reachable(unreachable(real))).toBe(real);
    expect(reachable(real)).toBe(real);
  });
});
