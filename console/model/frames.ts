/**
 * Applies frames of the server to the state. The server decides the content of the lists: a frame that does not follow
 * the known revision, or is of another instance of the desk, makes the lists stale, and the page requests complete
 * lists (DESK_PROTOCOL rule 20). Pure.
 */
import type { ServerFrame } from "../../shared/api/socket.ts";
import { addRows } from "./log.ts";
import type { DeskState } from "./state.ts";

/** Applies one frame. @param now the page's clock, epoch ms */
export function applyFrame(state: DeskState, frame: ServerFrame, now: number): DeskState {
  switch (frame.type) {
    case "welcome":
      return { ...state, you: frame.you, offsetMs: Date.parse(frame.now) - now };
    case "views":
      return {
        ...state,
        epoch: frame.epoch,
        rev: frame.rev,
        isStale: false,
        rows: new Map(frame.rows.map((row) => [row.conversation, row])),
        counts: frame.counts,
      };
    case "delta":
      return applyDelta(state, frame);
    case "rows":
      return state.open?.conversation === frame.conversation ? { ...state, open: addRows(state.open, frame) } : state;
    case "who":
      return state.open?.conversation === frame.conversation
        ? { ...state, open: { ...state.open, viewing: frame.viewing, typing: frame.typing } }
        : state;
    case "people": {
      const you = frame.agents.find(({ id }) => id === state.you?.id) ?? state.you;
      return { ...state, people: frame.agents, you };
    }
    case "bye":
      return state;
  }
}

function applyDelta(state: DeskState, frame: Extract<ServerFrame, { type: "delta" }>): DeskState {
  if (frame.epoch !== state.epoch || frame.from !== state.rev) return { ...state, isStale: true };
  const rows = new Map(state.rows);
  for (const row of frame.upserts) rows.set(row.conversation, row);
  for (const conversation of frame.removes) rows.delete(conversation);
  // Counts refer to the lists of the page; those of a list that is no longer shown are removed with the next complete
  // lists.
  return { ...state, rev: frame.rev, rows, counts: { ...state.counts, ...frame.counts } };
}
