/** Direct calls of the emulated api.weixin.qq.com, for messages that the worker never sends. */
import { LOCAL_APP } from "../../scripts/lib/stack.ts";

/**
 * Sends a message by `custom/send`; the body is passed unchanged.
 *
 * @throws when WeChat refuses it
 */
export function sendRaw(emulatorUrl: string, body: object): Promise<void> {
  return call(emulatorUrl, "message/custom/send", JSON.stringify(body)).then(() => {});
}

/**
 * Shows or ends the typing indicator.
 *
 * @throws when WeChat refuses it
 */
export function setTyping(emulatorUrl: string, touser: string, command: "Typing" | "CancelTyping"): Promise<void> {
  return call(emulatorUrl, "message/custom/business/typing", JSON.stringify({ touser, command })).then(() => {});
}

/** Uploads a PNG. @returns its media_id */
export async function upload(emulatorUrl: string, png: Uint8Array): Promise<string> {
  const form = new FormData();
  form.set("media", new File([new Uint8Array(png)], "a.png", { type: "image/png" }));
  const { media_id: mediaId } = await call(emulatorUrl, "media/upload", form, "&type=image");
  return String(mediaId);
}

async function call(
  emulatorUrl: string,
  path: string,
  body: string | FormData,
  query = "",
): Promise<Readonly<Record<string, unknown>>> {
  const token = await getToken(emulatorUrl);
  const response = await fetch(`${emulatorUrl}/cgi-bin/${path}?access_token=${token}${query}`, {
    method: "POST",
    body,
  });
  const answer: Record<string, unknown> = await response.json();
  if ((answer["errcode"] ?? 0) !== 0) throw new Error(JSON.stringify(answer));
  return answer;
}

async function getToken(emulatorUrl: string): Promise<string> {
  const { appid, secret } = LOCAL_APP;
  const response = await fetch(`${emulatorUrl}/cgi-bin/stable_token`, {
    method: "POST",
    body: JSON.stringify({ grant_type: "client_credential", appid, secret }),
  });
  const { access_token: token }: { access_token: string } = await response.json();
  return token;
}
