/**
 * The data of the REST API as types, all of them derived from the schemas the routes use. This folder imports only
 * types from `worker/` and `shared/`: none of their code is in the built client.
 */
import type * as v from "valibot";
import type { AlertsSchema, AlertTestedSchema } from "../shared/api/alerts.ts";
import type { AuditEntrySchema, AuditPageSchema } from "../shared/api/audit.ts";
import type {
  ClosePreviewSchema,
  CommandedSchema,
  NoteBodySchema,
  NotedSchema,
  RebuiltSchema,
  SessionBodySchema,
  TransferBodySchema,
} from "../shared/api/desk/commands.ts";
import type { ClosedRowSchema, ListSchema } from "../shared/api/desk/lists.ts";
import type { DeskRowSchema, LIST_ORDERS, OPEN_VIEWS } from "../shared/api/desk/row.ts";
import type { DiagnosticsSchema } from "../shared/api/diagnostics.ts";
import type { AccountEventSchema, AccountEventsSchema, ForwardingSchema } from "../shared/api/events.ts";
import type { ExportLineSchema } from "../shared/api/export.ts";
import type { FaultSchema, HealthSchema, ResumedSchema } from "../shared/api/health.ts";
import type {
  AgentChangeSchema,
  AgentInputSchema,
  InvitedSchema,
  PeopleSchema,
  PersonSchema,
} from "../shared/api/people.ts";
import type { FactsOf, ProblemCode, PROBLEMS } from "../shared/api/problem-table.ts";
import type { ConversationSchema, PageSchema, RowSchema } from "../shared/api/rows.ts";
import type {
  AcceptedSchema,
  MessageSchema,
  QuarantineSchema,
  SendOptionsSchema,
  UploadedSchema,
  WindowSchema,
} from "../shared/api/schemas.ts";
import type {
  AccountSettingsSchema,
  DocumentInputSchema,
  SettingsDocumentSchema,
} from "../shared/api/settings/document-input.ts";
import type { ReplayedSchema, ReplayStartedSchema, WebhooksSchema } from "../shared/api/webhooks.ts";
import type { Err, Ok } from "../shared/base/result.ts";
import type { Outbound } from "../shared/message/outbound.ts";

export type { Outbound, ProblemCode };

/** The reply window. */
export type ReplyWindow = v.InferOutput<typeof WindowSchema>;
/** A message: its id and its status. */
export type Message = v.InferOutput<typeof MessageSchema>;
/** An accepted message, with the window after it. */
export type Accepted = v.InferOutput<typeof AcceptedSchema>;
/** A conversation: window, context, newest rows. */
export type Conversation = v.InferOutput<typeof ConversationSchema>;
/** A row of a conversation's log. A newer worker may add kinds, so a `switch` over `kind` needs a default case. */
export type Row = v.InferOutput<typeof RowSchema>;
/** A line of an export: a row, or an event or quarantined push that names the user. */
export type ExportLine = v.InferOutput<typeof ExportLineSchema>;
/** A page of the log. */
export type Page = v.InferOutput<typeof PageSchema>;
/** An uploaded picture. */
export type Uploaded = v.InferOutput<typeof UploadedSchema>;
/** The quarantine: pushes that could not be parsed, and days with rejected stale pushes. */
export type Quarantine = v.InferOutput<typeof QuarantineSchema>;
/** The state of each webhook in the settings. */
export type Webhooks = v.InferOutput<typeof WebhooksSchema>;
/** An event that belongs to no conversation. */
export type AccountEvent = v.InferOutput<typeof AccountEventSchema>;
/** An agent, and whether the agent can sign in. */
export type Person = v.InferOutput<typeof PersonSchema>;
/** All agents. */
export type People = v.InferOutput<typeof PeopleSchema>;
/** A new agent. */
export type AgentInput = v.InferInput<typeof AgentInputSchema>;
/** A change of an agent. */
export type AgentChange = v.InferInput<typeof AgentChangeSchema>;
/** An agent and the link with which the agent sets a password. */
export type Invited = v.InferOutput<typeof InvitedSchema>;
/** A page of events. */
export type AccountEvents = v.InferOutput<typeof AccountEventsSchema>;
/** The state of forwarding to your own push server. */
export type Forwarding = v.InferOutput<typeof ForwardingSchema>;
/** The row after which the redelivery of a conversation starts. */
export type Replayed = v.InferOutput<typeof ReplayedSchema>;
/** A started replay: the number of conversations, and how many are still recorded. */
export type ReplayStarted = v.InferOutput<typeof ReplayStartedSchema>;
/** An entry of the audit log. A newer worker may add actions. */
export type AuditEntry = v.InferOutput<typeof AuditEntrySchema>;
/** A page of the audit log, verified. */
export type AuditPage = v.InferOutput<typeof AuditPageSchema>;
/** The robots that alerts are sent to, and when. */
export type Alerts = v.InferOutput<typeof AlertsSchema>;
/** An accepted test message. */
export type AlertTested = v.InferOutput<typeof AlertTestedSchema>;
/** WeChat's own tests of the setup. */
export type Diagnostics = v.InferOutput<typeof DiagnosticsSchema>;
/** A fault of an app: why nothing is sent, until when, and how to fix it. */
export type Fault = v.InferOutput<typeof FaultSchema>;
/** The state of the worker, with the faults of every app. */
export type Health = v.InferOutput<typeof HealthSchema>;
/** The result of lifting a pause. */
export type Resumed = v.InferOutput<typeof ResumedSchema>;
/** The settings of the deployment as they are stored, with the defaults of each key filled in. */
export type SettingsDocument = v.InferOutput<typeof SettingsDocumentSchema>;
/** The settings as they are written: keys with a default may be omitted. */
export type SettingsInput = Frozen<v.InferInput<typeof DocumentInputSchema>>;
/** The settings in force for one account, and the source of each key. */
export type AccountSettings = v.InferOutput<typeof AccountSettingsSchema>;

/** The same type, deeply read-only, so that a constant can be passed. */
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** An open session of the desk, in a list. */
export type DeskRow = v.InferOutput<typeof DeskRowSchema>;
/** A session that has ended, in a list. */
export type ClosedRow = v.InferOutput<typeof ClosedRowSchema>;
/** A list of open sessions. `mine`, `parked` and `team` are those of an agent: empty for an API key. */
export type OpenView = (typeof OPEN_VIEWS)[number];
/** A page of open sessions. */
export type OpenSessionList = Exclude<v.InferOutput<typeof ListSchema>, { readonly view: "closed" }>;
/** A page of sessions that have ended. */
export type ClosedSessionList = Extract<v.InferOutput<typeof ListSchema>, { readonly view: "closed" }>;
/** The answer to a command: the session after it, and whether its agent now serves more than the capacity. */
export type Commanded = v.InferOutput<typeof CommandedSchema>;
/** What closing a session sends to the user, as one message; null: that part is not sent. */
export type ClosePreview = v.InferOutput<typeof ClosePreviewSchema>;
/** The agent, or the team, that a session is transferred to. */
export type TransferTarget = v.InferInput<typeof TransferBodySchema>["to"];
/** A note: its text, the log it is for, and the agents it mentions. */
export type NoteInput = v.InferInput<typeof NoteBodySchema>;
/** A note that was written. */
export type Noted = v.InferOutput<typeof NotedSchema>;
/** A page of a rebuild of the desk. */
export type Rebuilt = v.InferOutput<typeof RebuiltSchema>;

/** The session that a command is for: a row of a list, or its parts. */
export interface NamedSession extends Pick<DeskRow, "conversation" | "log" | "version"> {
  readonly session: Pick<DeskRow["session"], "seq">;
}

/** Which part of a list is read. */
export interface ListOptions {
  /** Default `waiting`. */
  readonly order?: (typeof LIST_ORDERS)[number];
  /** Only users whose name or end of the id contains this. */
  readonly q?: string;
  /** `next` of the page before. */
  readonly after?: string;
  /** 1 to 200, default 50. */
  readonly limit?: number;
}

/** The options of a command. */
export interface CommandOptions {
  /**
   * A repeated id has no further effect within 24 hours. Pass your own id when you may have to repeat the call; the
   * default is a new UUID, which covers the client's own retries.
   */
  readonly id?: v.InferInput<typeof SessionBodySchema>["id"];
}

/** The options of a transfer. */
export interface TransferOptions extends CommandOptions {
  /** A note for the next agent. */
  readonly note?: string;
}

/** The options of a note. */
export type NoteOptions = Pick<SendOptions, "idempotencyKey">;

/** Settings with the version they were read as. */
export interface VersionedSettings {
  readonly settings: SettingsDocument;
  /** Identifies the version; passed to `putSettings`. */
  readonly etag: string;
}

/** A picture as it was sent by a user. */
export interface Picture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

/** The picture types WeChat accepts. */
export type PictureType = "image/png" | "image/jpeg" | "image/gif";

/** The options of `send` in addition to the message. */
export type SendOptions = v.InferInput<typeof SendOptionsSchema> & {
  /**
   * A repeated key does not send again: valid per user for 24 hours. 1 to 128 visible ASCII characters. Pass your own
   * key when you may have to repeat the call; the default is a new UUID, which covers the client's own retries.
   */
  readonly idempotencyKey?: string;
  /**
   * The `log` of the conversation that was read: once that log is erased, the call returns `gone` and sends nothing,
   * even if the user has written again since.
   */
  readonly log?: string;
};

/** A refusal by the worker: a stable code, with the status and the `facts` of the problem table. */
export type Problem = {
  readonly [C in ProblemCode]: {
    readonly code: C;
    readonly status: (typeof PROBLEMS)[C]["status"];
    /** A short description of the problem, in Chinese and English. */
    readonly title: string;
    /** What the caller can do, in Chinese and English. */
    readonly detail: string;
    readonly facts: FactsOf<C>;
  };
}[ProblemCode];

/**
 * Errors of the client itself:
 * - `unreachable`: no response after all tries; it is unknown whether the worker executed the call.
 * - `aborted`: the caller's signal aborted the call.
 * - `unexpected_answer`: the response is not one of an edge-kefu version that this client supports, e.g. a proxy's
 * error page.
 * - `invalid_argument`: the call was not made; `facts.field` names the argument.
 */
export type ClientProblem = {
  readonly [C in keyof ClientFacts]: {
    readonly code: C;
    /** The HTTP status of the response; 0 when there was none. */
    readonly status: number;
    readonly title: string;
    readonly detail: string;
    readonly facts: ClientFacts[C];
  };
}[keyof ClientFacts];

interface ClientFacts {
  readonly unreachable: { readonly attempts: number };
  readonly aborted: Readonly<Record<string, never>>;
  readonly unexpected_answer: Readonly<Record<string, never>>;
  readonly invalid_argument: { readonly field: string };
}

/** Every error that a method can return. */
export type Failure = Problem | ClientProblem;

/** A value, or an error. The methods never throw and never reject. */
export type Result<T> = Ok<T> | Err<Failure>;
