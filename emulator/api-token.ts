/** `/cgi-bin/token` and `/cgi-bin/stable_token` (WECHAT.md §6.1, §6.2). */
import { readJsonBody, type ApiCall, type ApiOutcome } from "./api-call.ts";
import type { ApiError } from "./errcode.ts";
import type { IssuedToken } from "./tokens.ts";
import type { World } from "./world.ts";

/** Handles `GET /cgi-bin/token?grant_type=client_credential&appid=&secret=`. */
export function getToken(world: World, call: ApiCall): ApiOutcome {
  const query = call.url.searchParams;
  const app = provenApp(world, query.get("grant_type"), query.get("appid"), query.get("secret"));
  if ("errcode" in app) return app;
  return tokenAnswer(world.tokens.plain(app.appid, world.now(), world.records.switches.tokenSeconds));
}

/** Handles `POST /cgi-bin/stable_token` with `grant_type`, `appid`, `secret`, `force_refresh?`. */
export function getStableToken(world: World, call: ApiCall): ApiOutcome {
  if (call.method !== "POST") return { errcode: 43002 };
  const body = readJsonBody(call);
  if ("errcode" in body) return body;
  const { grant_type: grantType, appid, secret, force_refresh: force } = body.json;
  if (force !== undefined && typeof force !== "boolean") return { errcode: 47001 };
  const app = provenApp(world, grantType, appid, secret);
  if ("errcode" in app) return app;
  const token = world.tokens.stable(app.appid, world.now(), world.records.switches.tokenSeconds, force ?? false);
  return "errcode" in token ? token : tokenAnswer(token);
}

function provenApp(world: World, grantType: unknown, appid: unknown, secret: unknown): { appid: string } | ApiError {
  if (grantType !== "client_credential") return { errcode: 40002 };
  if (typeof appid !== "string" || appid === "") return { errcode: 41002 };
  if (typeof secret !== "string" || secret === "") return { errcode: 41004 };
  const app = world.apps.get(appid);
  if (app === undefined) return { errcode: 40013 };
  if (app.secret !== secret) return { errcode: 40125 };
  return world.records.switches.ipWhitelist ? { errcode: 40164 } : { appid };
}

function tokenAnswer(token: IssuedToken): ApiOutcome {
  return { json: { access_token: token.value, expires_in: token.expiresInSeconds } };
}
