/**
 * Parses each successful answer; undefined when it does not have the expected shape.
 */
import { hasShape, type Shape } from "./shape.ts";
import { readJson } from "./transport.ts";
import type {
  Accepted,
  AccountSettings,
  AccountEvents,
  Alerts,
  AlertTested,
  AuditPage,
  ClosedSessionList,
  ClosePreview,
  Commanded,
  Conversation,
  Diagnostics,
  Forwarding,
  Health,
  Invited,
  Message,
  Noted,
  OpenSessionList,
  Page,
  People,
  Person,
  Picture,
  Quarantine,
  Rebuilt,
  Replayed,
  ReplayStarted,
  Resumed,
  SettingsDocument,
  Uploaded,
  VersionedSettings,
  Webhooks,
} from "./types.ts";

const message: Shape<Message> = { id: "string", state: "string" };
const accepted: Shape<Accepted> = { ...message, window: "object" };
const conversation: Shape<Conversation> = {
  id: "string",
  log: "string",
  channel: "string",
  account: "string",
  user: "string",
  window: "object",
  context: "object",
  heldCount: "number",
  waiting: "array",
  mutedUntil: "nullable",
  rows: "array",
  next: "number",
};
const page: Shape<Page> = { log: "string", rows: "array", next: "number" };
const uploaded: Shape<Uploaded> = { mediaId: "string", expiresAt: "string" };
const events: Shape<AccountEvents> = { events: "array", next: "number" };
const forwarding: Shape<Forwarding> = { state: "string", kinds: "array", target: "nullable", failures: "number" };
const quarantine: Shape<Quarantine> = { entries: "array" };
const settings: Shape<SettingsDocument> = { version: "number", defaults: "object", overrides: "object" };
const accountSettings: Shape<AccountSettings> = {
  version: "number",
  account: "string",
  settings: "object",
  from: "object",
};
const alerts: Shape<Alerts> = {
  robots: "array",
  problems: "array",
  waitMinutes: "number",
  repeatMinutes: "number",
  deskUrl: "nullable",
};
const alertTested: Shape<AlertTested> = { robot: "string", vendor: "string", accepted: "boolean" };
const audit: Shape<AuditPage> = { entries: "array", next: "number", head: "nullable", broken: "nullable" };
const openSessions: Shape<OpenSessionList> = {
  view: "string",
  rows: "array",
  next: "nullable",
  counts: "object",
  rev: "number",
  epoch: "string",
};
const closedSessions: Shape<ClosedSessionList> = { view: "string", rows: "array", next: "nullable" };
const commanded: Shape<Commanded> = { row: "nullable", isOverCapacity: "boolean" };
const closePreview: Shape<ClosePreview> = { closing: "nullable", rating: "nullable" };
const noted: Shape<Noted> = { log: "string", to: "number" };
const rebuilt: Shape<Rebuilt> = { next: "nullable", asked: "number", failed: "number" };
const webhooks: Shape<Webhooks> = { webhooks: "array" };
const replayed: Shape<Replayed> = { after: "number" };
const replayStarted: Shape<ReplayStarted> = { conversations: "number", remaining: "number" };
const health: Shape<Health> = {
  status: "string",
  apps: "number",
  modes: "array",
  api: "string",
  dataKey: "string",
  warnings: "array",
};
const person: Shape<Person> = {
  id: "string",
  name: "string",
  role: "string",
  teams: "array",
  capacity: "number",
  isSuspended: "boolean",
  wanted: "object",
  actual: "string",
  load: "number",
  hasPassword: "boolean",
  inviteExpiresAt: "nullable",
};
const people: Shape<People> = { agents: "array" };
const invited: Shape<Invited> = { agent: "object", invite: "object" };
const resumed: Shape<Resumed> = { resumed: "boolean", trial: "object", faults: "array" };
const diagnostics: Shape<Diagnostics> = { token: "object", sendQuota: "object", callback: "array" };

/** Readers of JSON answers. */
export const read = {
  message: as(message),
  accepted: as(accepted),
  conversation: as(conversation),
  page: as(page),
  uploaded: as(uploaded),
  events: as(events),
  forwarding: as(forwarding),
  quarantine: as(quarantine),
  accountSettings: as(accountSettings),
  alerts: as(alerts),
  alertTested: as(alertTested),
  audit: as(audit),
  openSessions: as(openSessions),
  closedSessions: as(closedSessions),
  commanded: as(commanded),
  closePreview: as(closePreview),
  noted: as(noted),
  rebuilt: as(rebuilt),
  webhooks: as(webhooks),
  replayed: as(replayed),
  replayStarted: as(replayStarted),
  health: as(health),
  person: as(person),
  people: as(people),
  invited: as(invited),
  resumed: as(resumed),
  diagnostics: as(diagnostics),
};

/** Reads settings and the version in the ETag; undefined when either is missing. */
export async function readSettings(response: Response): Promise<VersionedSettings | undefined> {
  const body = await readJson(response);
  // A proxy that compresses the response makes its ETag weak (RFC 9110 §8.8.1). The version is the same, but If-Match
  // accepts only the strong form.
  const etag = response.headers.get("etag")?.replace(/^W\//, "");
  return etag !== undefined && hasShape(body, settings) ? { settings: body, etag } : undefined;
}

/**
 * Reads a picture and its content type: `image/…`, or `application/octet-stream` when the worker does not know the
 * format; undefined for any other content type.
 */
export async function readPicture(response: Response): Promise<Picture | undefined> {
  const contentType = response.headers.get("content-type") ?? "";
  if (!contentType.startsWith("image/") && contentType !== "application/octet-stream") return undefined;
  return { bytes: new Uint8Array(await response.arrayBuffer()), contentType };
}

/** Returns `done` for a 204, which is success without a body; undefined for any other status. */
export async function readNothing({ status }: Response): Promise<"done" | undefined> {
  return status === 204 ? "done" : undefined;
}

/** Returns the response itself, to be read as a stream, when its content type is NDJSON; otherwise undefined. */
export async function readStream(response: Response): Promise<Response | undefined> {
  const isLines = response.headers.get("content-type")?.startsWith("application/x-ndjson") === true;
  return isLines ? response : undefined;
}

function as<T>(shape: Shape<T>) {
  return async (response: Response): Promise<T | undefined> => {
    const body = await readJson(response);
    return hasShape(body, shape) ? body : undefined;
  };
}
