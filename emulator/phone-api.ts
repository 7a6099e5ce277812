/**
 * The read routes of the phone page, under `/_emulator/`: `feed` returns all data of the page in one request, `media`
 * returns a picture's bytes. Actions of the page use the control interface.
 */
import { sessionOf } from "./agent.ts";
import { CONTROL_PREFIX } from "./control-prefix.ts";
import { sign } from "./crypto.ts";
import type { ChatLine } from "./model.ts";
import type { Feed, PhoneChat, PhoneLine, PhoneState } from "./phone-model.ts";
import { liveGrants, viewQuota } from "./quota.ts";
import { userKey, type User, type World } from "./world.ts";

/** Serves the page's reads; returns null for any other request. */
export function servePhone(world: World, request: Request): Response | null {
  if (request.method !== "GET") return null;
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === `${CONTROL_PREFIX}feed`) return serveFeed(world, searchParams);
  if (pathname === `${CONTROL_PREFIX}media`) return serveMedia(world, searchParams.get("id") ?? "");
  return null;
}

/**
 * Returns the whole state, and the traffic records changed after the number `after` of the query, or all of them when
 * the query names another epoch; 204 when nothing has changed.
 */
function serveFeed(world: World, query: URLSearchParams): Response {
  const { traffic } = world.records;
  const state = stateOf(world, query.get("appid") ?? "", query.get("openid") ?? "");
  const version = sign([JSON.stringify(state)]);
  const isKnown = query.get("epoch") === traffic.epoch;
  const after = isKnown ? Number(query.get("after") ?? 0) : 0;
  const seq = traffic.seq();
  if (isKnown && query.get("version") === version && after === seq) return new Response(null, { status: 204 });
  const feed: Feed = { epoch: traffic.epoch, seq, version, state, traffic: traffic.after(after) };
  return Response.json(feed);
}

/** Serves a picture, also an expired one, because a phone keeps the pictures it has shown; 404 when it is unknown. */
function serveMedia(world: World, id: string): Response {
  const media = world.records.media.get(id);
  if (media === undefined) return new Response(null, { status: 404 });
  const headers = { "content-type": media.type, "x-content-type-options": "nosniff", "cache-control": "private" };
  return new Response(media.bytes, { headers });
}

/**
 * Returns the state. It does not contain the current time, so it changes only when something happens or expires.
 */
function stateOf(world: World, appid: string, openid: string): PhoneState {
  const { switches, faults, users, clockOffsetMs, desks } = world.records;
  const user = users.get(userKey(appid, openid));
  const apps = [...world.apps.values()];
  return {
    offsetMs: clockOffsetMs,
    apps,
    switches,
    faults: faults.list(),
    tokens: apps.flatMap((app) => world.tokens.list(app.appid, world.now())),
    desks: Object.fromEntries(desks),
    users: Array.from(users.values(), ({ appid, openid, lines }) => {
      const last = lines.at(-1);
      return { appid, openid, lines: lines.length, last: last === undefined ? null : phoneLine(world, last) };
    }),
    chat: user === undefined ? null : chatOf(world, user),
  };
}

function chatOf(world: World, user: User): PhoneChat {
  const now = world.now();
  const bodies = user.lines.flatMap((line) => (line.from === "service" ? [line.body] : []));
  return {
    appid: user.appid,
    openid: user.openid,
    lines: user.lines.map((line) => phoneLine(world, line)),
    duplicates: bodies.length - new Set(bodies).size,
    quota: viewQuota(user.quota, now),
    grants: liveGrants(user.quota, now),
    session: sessionOf(world, user),
    typing: now < user.typingUntil,
  };
}

function phoneLine(world: World, line: ChatLine): PhoneLine {
  if (line.from !== "user") return line;
  const push = world.records.pushes.get(line.pushId);
  const mediaId = push?.fields["MediaId"] ?? push?.fields["ThumbMediaId"];
  return {
    ...line,
    content: line.content.kind === "image" ? { kind: "image" } : line.content,
    outcome: push?.outcome ?? "pending",
    ...(typeof mediaId === "string" && { mediaId }),
  };
}
