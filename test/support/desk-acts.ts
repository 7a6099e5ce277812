/**
 * Actions that a conversation must never perform, defined independently of the checks that prevent them (DESK_PROTOCOL
 * rules 1 and 11 to 16).
 */
import type { DeskCommand } from "../../worker/desk/core/command.ts";
import type { Act } from "./desk-conversation.ts";

/** Returns descriptions of the forbidden actions among these; empty when there are none. */
export function findForbiddenActs(conversation: string, acts: readonly Act[]): readonly string[] {
  return acts.flatMap((act) => {
    const forbidden = describeForbidden(act);
    return forbidden === undefined ? [] : [`${conversation}: ${forbidden}`];
  });
}

function describeForbidden(act: Act): string | undefined {
  const { open } = act.before;
  switch (act.type) {
    case "command":
      return describeForbiddenCommand(act, act.command);
    case "reply":
      if (open?.status === "serving" && open.assignee !== act.agent) return `${act.agent} replied to another's session`;
      return undefined;
    case "attempt": {
      const { send } = act;
      const isSameSession = open?.seq === send.session;
      if (send.kind === "agent" && !(isSameSession && open.status === "serving" && open.assignee === send.by))
        return `an attempt of ${send.by} started, who does not serve the session`;
      if (send.kind === "automatic" && !(isSameSession && open.status === "bot"))
        return "an automatic reply started after a take-over";
      return undefined;
    }
  }
}

function describeForbiddenCommand(
  { log, before: { open, version }, isSending }: Extract<Act, { type: "command" }>,
  command: DeskCommand,
): string | undefined {
  if (command.log !== log) return `${command.id} changed another log`;
  if (command.type === "snapshot") return `${command.id} changed something`;
  if (open?.seq !== command.session) return `${command.id} changed another session`;
  if ("version" in command && command.version !== version) return `${command.id} changed another version`;
  switch (command.type) {
    case "close":
      if (isSending) return `${command.id} closed while a message was under way`;
      if (command.reason === "idle" && open.waitingSince !== null) return `${command.id} closed while the user waits`;
      return command.seenSeq < open.lastUserSeq ? `${command.id} closed over a message of the user` : undefined;
    case "expire":
      return command.afterSeq === open.lastUserSeq ? undefined : `${command.id} expired after a message of the user`;
    case "say":
      return command.lastUserSeq === open.lastUserSeq ? undefined : `${command.id} was decided on another message`;
    default:
      return undefined;
  }
}
