/** The delivery state of an outbound message, computed from the rows that refer to it. Pure. */
import type { RowJson } from "../../shared/api/rows.ts";

/** The states of a part that require no action by the agent. */
export interface CalmDelivery {
  readonly state: "queued" | "sending" | "sent";
}

/** The state of one part of a message. */
export type Delivery =
  | CalmDelivery
  | { readonly state: "unconfirmed" }
  | { readonly state: "retrying"; readonly at: number }
  | { readonly state: "held"; readonly until: number }
  | { readonly state: "failed" | "blocked"; readonly reason: string; readonly code: string | null };

type OutRow = Extract<RowJson, { kind: "out" }>;

/** The rows that refer to messages, by the seq of the message. */
export type Outcomes = ReadonlyMap<number, readonly RowJson[]>;

/** Groups the rows that refer to messages. */
export function groupOutcomes(rows: readonly RowJson[]): Outcomes {
  const groups = new Map<number, RowJson[]>();
  for (const row of rows) {
    if (row.kind === "out" || row.kind === "in" || row.ref === null) continue;
    const group = groups.get(row.ref);
    if (group === undefined) groups.set(row.ref, [row]);
    else group.push(row);
  }
  return groups;
}

/** Returns the state of a part. A row about the whole message refers to its first part. */
export function deliveryOf(out: OutRow, outcomes: Outcomes): Delivery {
  const own = outcomes.get(out.seq) ?? [];
  const ofMessage = out.ref === null ? [] : (outcomes.get(out.ref) ?? []).filter(isAboutAll);
  const ordered = [...own, ...ofMessage].sort((one, other) => one.seq - other.seq);
  if (ordered.some(({ kind }) => kind === "sent")) return { state: "sent" };
  return ordered.reduce(step, { state: "queued" });
}

function isAboutAll(row: RowJson): boolean {
  return row.kind === "held" || (row.kind === "blocked" && row.facts.attempt === undefined);
}

function step(before: Delivery, row: RowJson): Delivery {
  switch (row.kind) {
    case "attempt":
      return { state: "sending" };
    case "held":
      return { state: "held", until: Date.parse(row.facts.until) };
    case "retry":
      return { state: "retrying", at: Date.parse(row.facts.retryAt) };
    case "unconfirmed":
      return { state: "unconfirmed" };
    case "failed":
    case "blocked":
      return { state: row.kind, reason: row.facts.reason, code: row.facts.code ?? null };
    case "in":
    case "out":
    case "sent":
    case "late":
    case "session":
    case "note":
    case "rating":
      return before;
  }
}
