/** Converts between the desk's commands and answers and those of a conversation's object. */
import { SYSTEM, type Author } from "../../shared/message/author.ts";
import type { CommandAction } from "../conversation/core/session/apply.ts";
import type { EndTexts } from "../conversation/core/session/service-text.ts";
import type { CommandAnswer, CommandInput, Snapshot as SessionSnapshot } from "../conversation/session/rpc.ts";
import { API_ACTOR } from "./core/agent.ts";
import type { Answer, DeskCommand, SaidText } from "./core/command.ts";
import type { Snapshot } from "./core/entry.ts";

/** The texts that a command to a conversation needs in addition to its own fields. */
export interface AskTexts {
  /** Returns a text of the account's settings. */
  readonly said: (name: SaidText) => string;
  /** Returns the texts for the end of a session. */
  readonly end: () => EndTexts;
  /** Opens the note of a transfer; undefined: there is none, or it cannot be opened. */
  readonly openNote: (command: string, sealed: string | null) => string | undefined;
}

/** Builds the input of the conversation's method for a command. */
export function toCommandInput(
  command: Exclude<DeskCommand, { readonly type: "snapshot" }>,
  texts: AskTexts,
): Omit<CommandInput, "desk"> {
  const { id, log } = command;
  return { id, log, by: authorOf(command), action: toAction(command, texts) };
}

/** Converts the answer of a conversation to the form that the desk's core uses. */
export function toAnswer(answer: CommandAnswer): Answer {
  if (answer.ok) return { type: "ok", snapshot: toSnapshot(answer.snapshot) };
  const { refusal, snapshot } = answer;
  return snapshot === undefined ? { type: "gone" } : { type: "refused", refusal, snapshot: toSnapshot(snapshot) };
}

/** Converts the state of a conversation's sessions to the form that the desk's core uses. */
export function toSnapshot({ log, to, session, windowUntil }: SessionSnapshot): Snapshot {
  return { log, to, session, windowUntil };
}

function authorOf(command: Exclude<DeskCommand, { readonly type: "snapshot" }>): Author {
  if (command.type === "take") return { type: "agent", id: command.agent };
  const by = "by" in command ? command.by : null;
  if (by === null) return SYSTEM;
  return by === API_ACTOR ? { type: "api" } : { type: "agent", id: by };
}

function toAction(
  command: Exclude<DeskCommand, { readonly type: "snapshot" }>,
  { said, end, openNote }: AskTexts,
): CommandAction {
  if (command.type === "say") {
    const { text: purpose, session, lastUserSeq } = command;
    return {
      type: "service_text",
      purpose,
      message: { type: "text", content: said(purpose) },
      session,
      lastUserSeq,
    };
  }
  const { session, version } = command;
  const named = { session, version };
  switch (command.type) {
    case "take":
    case "assign":
      return { ...named, type: command.type, agent: command.agent };
    case "transfer_to_agent":
      return {
        ...named,
        type: command.type,
        target: command.agent,
        ...noteOf(openNote(command.id, command.sealedNote)),
      };
    case "transfer_to_team": {
      const { type, team, isOffline } = command;
      return { ...named, type, team, isOffline, ...noteOf(openNote(command.id, command.sealedNote)) };
    }
    case "return":
      return { ...named, type: command.type, reason: command.reason, isOffline: command.isOffline };
    case "park":
      return { ...named, type: command.type, until: command.until };
    case "unpark":
      return { ...named, type: command.type };
    case "close": {
      const { type, reason, seenSeq, lastMessageAt } = command;
      return { ...named, type, reason, seenSeq, ...(lastMessageAt !== undefined && { lastMessageAt }), ...end() };
    }
    case "expire":
      return { ...named, type: command.type, reason: command.reason, afterSeq: command.afterSeq };
  }
}

function noteOf(text: string | undefined): { readonly text?: string } {
  return text === undefined ? {} : { text };
}
