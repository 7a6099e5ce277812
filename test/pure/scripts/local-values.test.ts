import { describe, it } from "vitest";
import { LOCAL_API_KEY, LOCAL_APP, LOCAL_DATA_KEY } from "../../../scripts/lib/local-app.ts";
import { ownValues, readLocalValues } from "../../../scripts/lib/local-values.ts";
import { readConfig } from "../../../worker/config/config.ts";

describe("the values of the local stack", () => {
  it("are the defaults without a file", ({ expect }) => {
    const { apps, apiKey } = ownValues();
    expect(apps).toEqual([{ ...LOCAL_APP, mode: "secure", format: "xml" }]);
    expect(apiKey).toBe(LOCAL_API_KEY);
  });

  it("use the values of .dev.vars, for the worker and for the emulator", ({ expect }) => {
    const values = readLocalValues(
      'WECHAT_TOKEN="fromFile"\nRETENTION_DAYS=7\nAPI_KEYS="first-key-0123456789,second"\n',
    );
    expect(values).toMatchObject({ ok: false });
    const right = readLocalValues('WECHAT_TOKEN="fromFile"\nRETENTION_DAYS=7\nAPI_KEYS="first-key-0123456789"\n');
    expect(right).toMatchObject({
      value: {
        vars: { WECHAT_TOKEN: "fromFile", RETENTION_DAYS: "7", WECHAT_APPID: LOCAL_APP.appid },
        apps: [{ token: "fromFile", secret: LOCAL_APP.secret }],
        apiKey: "first-key-0123456789",
      },
    });
  });

  it("contain the same key for sealed data at each start; with a key in the file it still reads what was sealed before", ({
    expect,
  }) => {
    const keyOf = (file: string) => {
      const values = readLocalValues(file);
      return values.ok && readConfig(values.value.vars);
    };
    const [first, again] = [keyOf(""), keyOf("RETENTION_DAYS=7")];
    expect(first).toMatchObject({ value: { dataKeys: [LOCAL_DATA_KEY] } });
    expect(again).toMatchObject({ value: { dataKeys: [LOCAL_DATA_KEY] } });
    const own = Buffer.alloc(32, 1).toString("base64");
    expect(keyOf(`DATA_KEY="${own}"`)).toMatchObject({ value: { dataKeys: [own, LOCAL_DATA_KEY] } });
    const former = Buffer.alloc(32, 2).toString("base64");
    expect(keyOf(`DATA_KEY="${own}"\nDATA_KEY_PREVIOUS="${former}"`)).toMatchObject({
      value: { dataKeys: [own, former] },
    });
    expect(keyOf(`DATA_KEY="${LOCAL_DATA_KEY}"`)).toMatchObject({ value: { dataKeys: [LOCAL_DATA_KEY] } });
  });

  it("contain every app of WECHAT_APPS", ({ expect }) => {
    const appOf = (appid: string) => ({ ...LOCAL_APP, appid, mode: "plain" });
    const apps = [appOf("wx0000000000000001"), appOf("wx0000000000000002")];
    const values = readLocalValues(`WECHAT_APPS='${JSON.stringify(apps)}'\n`);
    expect(values).toMatchObject({ value: { apps: [{ appid: "wx0000000000000001", mode: "plain" }, {}] } });
  });

  it("never contain the address of the real WeChat", ({ expect }) => {
    const values = readLocalValues("WECHAT_API_BASE=https://api.weixin.qq.com\nWECHAT_TOKEN_BASE=https://relay.test\n");
    expect(values.ok && Object.keys(values.value.vars)).not.toContain("WECHAT_API_BASE");
    expect(values.ok && Object.keys(values.value.vars)).not.toContain("WECHAT_TOKEN_BASE");
  });

  it("are refused with every problem, and without a value", ({ expect }) => {
    const values = readLocalValues("WECHAT_APPID=wxNotOne\nWECHAT_ENCODING_AES_KEY=tooShort\nAPI_KEYS=brief\n");
    expect(values).toMatchObject({ ok: false });
    const variables = values.ok ? [] : values.error.map(({ variable }) => variable);
    expect(variables).toEqual(expect.arrayContaining(["WECHAT_APPID", "API_KEYS"]));
    expect(JSON.stringify(values)).not.toMatch(/wxNotOne|tooShort|brief/);
  });
});
