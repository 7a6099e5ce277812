/** The typing hint and temporary pictures (WECHAT.md §5). */
import { describe, it } from "vitest";
import { API, APP, createHarness, OTHER_APP } from "./harness.ts";

const DAY = 24 * 3_600_000;
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function createTyping() {
  const harness = createHarness();
  const { api, token } = harness;
  const typing = async (command: unknown = "Typing", touser: unknown = "oUser") => {
    const path = `/cgi-bin/message/custom/business/typing?access_token=${await token()}`;
    return (await api(path, JSON.stringify({ touser, command })))["errcode"];
  };
  return { ...harness, typing };
}

describe("typing", () => {
  it("is shown for 15 seconds and is refused during that time", async ({ expect }) => {
    const { control, typing, state } = createTyping();
    await control.text("oUser", "hi");
    expect(await typing()).toBe(0);
    expect((await control.chat("oUser")).typing).toBe(true);
    state.now += 14_999;
    expect(await typing()).toBe(45081);
    state.now += 1;
    expect((await control.chat("oUser")).typing).toBe(false);
    expect(await typing()).toBe(0);
  });

  it("ends by command or by any message", async ({ expect }) => {
    const { control, typing, send, text } = createTyping();
    await control.text("oUser", "hi");
    await typing();
    expect(await typing("CancelTyping")).toBe(0);
    expect((await control.chat("oUser")).typing).toBe(false);
    expect(await typing()).toBe(0);
    await send(text("oUser"));
    expect((await control.chat("oUser")).typing).toBe(false);
  });

  it("needs a message in either direction within 30 seconds", async ({ expect }) => {
    const { control, typing, send, text, state } = createTyping();
    await control.text("oUser", "hi");
    state.now += 30_000;
    expect(await typing()).toBe(45080);
    await send(text("oUser"));
    state.now += 29_999;
    expect(await typing()).toBe(0);
  });

  it("needs an open reply window, a known command and a user", async ({ expect }) => {
    const { control, typing } = createTyping();
    expect(await typing()).toBe(45015);
    await control.enter("oUser");
    expect(await typing()).toBe(45080);
    expect(await typing("typing")).toBe(45072);
    expect(await typing("Typing", 7)).toBe(47001);
  });

  it("does not count against the reply quota", async ({ expect }) => {
    const { control, typing } = createTyping();
    await control.text("oUser", "hi");
    await typing();
    expect((await control.chat("oUser")).quota.remaining).toBe(5);
  });
});

function createMedia() {
  const harness = createHarness({ apps: [APP, OTHER_APP] });
  const { api, token, wechat } = harness;
  const upload = async (bytes: readonly number[] | Uint8Array<ArrayBuffer>, name = "a.png", field = "media") => {
    const form = new FormData();
    form.append(field, new File([Uint8Array.from(bytes)], name));
    return api(`/cgi-bin/media/upload?type=image&access_token=${await token()}`, form);
  };
  const download = async (mediaId: unknown, app = APP) =>
    wechat.handle(new Request(`${API}/cgi-bin/media/get?access_token=${await token(app)}&media_id=${String(mediaId)}`));
  return { ...harness, upload, download };
}

describe("media/upload", () => {
  it.for([
    { type: "image/png", bytes: PNG },
    { type: "image/jpeg", bytes: [0xff, 0xd8, 0xff, 0xe0] },
    { type: "image/gif", bytes: [0x47, 0x49, 0x46, 0x38, 0x39, 0x61] },
  ])("accepts $type by its first bytes and returns it", async ({ type, bytes }, { expect }) => {
    const { upload, download, state } = createMedia();
    const answer = await upload(bytes);
    expect(answer).toStrictEqual({ type: "image", media_id: expect.any(String), created_at: state.now / 1000 });
    const media = await download(answer["media_id"]);
    expect(media.headers.get("content-type")).toBe(type);
    expect(media.headers.get("content-disposition")).toContain("attachment; filename=");
    expect([...new Uint8Array(await media.arrayBuffer())]).toStrictEqual(bytes);
  });

  const big = (bytes: number) => {
    const content = new Uint8Array(bytes);
    content.set(PNG);
    return content;
  };
  it("refuses a file that is not a picture, empty, or too big", async ({ expect }) => {
    const { upload } = createMedia();
    expect((await upload([1, 2, 3]))["errcode"]).toBe(40005);
    expect((await upload([]))["errcode"]).toBe(44001);
    expect((await upload(big(2 * 1024 * 1024)))["errcode"]).toBeUndefined();
    expect((await upload(big(2 * 1024 * 1024 + 1)))["errcode"]).toBe(40009);
    expect((await upload(big(10 * 1024 * 1024 + 1)))["errcode"]).toBe(45001);
  });

  it("requires a file in the part media, with a filename", async ({ expect }) => {
    const { upload, api, token } = createMedia();
    expect((await upload(PNG, "a.png", "file"))["errcode"]).toBe(41005);
    const path = `/cgi-bin/media/upload?type=image&access_token=${await token()}`;
    const form = new FormData();
    form.append("media", "no file");
    expect((await api(path, form))["errcode"]).toBe(41005);
    expect((await api(path, "not multipart"))["errcode"]).toBe(41005);
  });

  it("requires type=image, a POST and a token", async ({ expect }) => {
    const { api, token } = createMedia();
    expect((await api(`/cgi-bin/media/upload?type=voice&access_token=${await token()}`, "x"))["errcode"]).toBe(40004);
    expect((await api(`/cgi-bin/media/upload?type=image&access_token=${await token()}`))["errcode"]).toBe(43002);
    expect((await api("/cgi-bin/media/upload?type=image", "x"))["errcode"]).toBe(41001);
  });
});

describe("media/get", () => {
  it("deletes a picture after three days, for sending too", async ({ expect }) => {
    const { upload, download, control, send } = createMedia();
    const { media_id: mediaId } = await upload(PNG);
    await control.clock({ advanceMs: 3 * DAY - 1 });
    await control.text("oUser", "hi");
    const image = { touser: "oUser", msgtype: "image", image: { media_id: mediaId } };
    expect(await send(image)).toBe(0);
    await control.clock({ advanceMs: 1 });
    expect(await send(image)).toBe(40007);
    const expired = await download(mediaId);
    expect(expired.status).toBe(200);
    expect(await expired.json()).toMatchObject({ errcode: 40007 });
  });

  it("returns no picture to another app", async ({ expect }) => {
    const { upload, download } = createMedia();
    const { media_id: mediaId } = await upload(PNG);
    expect(await (await download(mediaId, OTHER_APP)).json()).toMatchObject({ errcode: 40007 });
    expect(await (await download("")).json()).toMatchObject({ errcode: 40007 });
  });
});
