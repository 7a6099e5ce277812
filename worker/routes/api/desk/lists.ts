/** The lists of sessions: open ones of the desk, closed ones of the archive. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { ListQuerySchema, type ClosedRow, type SessionList } from "../../../../shared/api/desk/lists.ts";
import { may, seesAll } from "../../../../shared/api/desk/rights.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import { foldName } from "../../../../shared/text/fold-name.ts";
import { archiveStub } from "../../../archive/client.ts";
import type { ArchivedSession } from "../../../archive/core/report.ts";
import type { ClosedQuery } from "../../../archive/rpc.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { deskOf } from "../../http/auth/people.ts";
import { operation, validator } from "../../http/operation.ts";
import { AS_BECOMES, refuseParameter } from "../../http/request/request-body.ts";
import { agentIdOf, requireDesk } from "./desk-caller.ts";

/** Routes about lists. */
export const lists = new Hono<HttpEnv>();

lists.get(
  "/conversations",
  operation("listSessions", "conversations.see"),
  requireDesk(),
  validator("query", ListQuerySchema, refuseParameter, AS_BECOMES),
  async (c) => {
    const { view, order, limit, after, q } = c.req.valid("query");
    const from = { limit, ...(after !== undefined && { after }) };
    if (view === "closed")
      return c.json(await listClosed(c, { ...from, ...(q !== undefined && { tail: foldName(q) }) }));
    const query = { view, order, ...from, ...(q !== undefined && { q }) };
    const { rows, next, counts, rev, epoch } = await deskOf(c).list(agentIdOf(c), query);
    return c.json({ view, rows: [...rows], next, counts, rev, epoch } satisfies SessionList);
  },
);

/** Lists the closed sessions that the caller may see. */
async function listClosed(c: Context<HttpEnv>, query: ClosedQuery): Promise<SessionList> {
  const caller = c.get("caller");
  // The archive selects, so that a page is full and the sessions of other teams do not hide the caller's own.
  const isLimited = caller.type === "agent" && !seesAll(caller.role);
  const seen = isLimited ? { ...query, visibleTo: { agent: caller.id, teams: caller.teams } } : query;
  const { sessions, next } = await archiveStub(c.env.ARCHIVE, c.get("config").locationHint).listClosed(seen);
  const rows = sessions.filter((session) => caller.type === "api" || may(caller.id, caller, "see", session));
  return { view: "closed", rows: rows.map(toClosedRow), next };
}

function toClosedRow(closed: ArchivedSession): ClosedRow {
  const { conversation, log, session, contact, reason, closedAt, assignee, team, rating } = closed;
  const { account, tail } = contact;
  return {
    conversation,
    log,
    session,
    contact: { account, tail, name: null },
    reason,
    closedAt: isoTime(closedAt),
    assignee,
    team,
    score: rating?.score ?? null,
  };
}
