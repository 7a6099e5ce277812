/** The route `GET /audit`: the audit log, page by page, each page verified. */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { AuditPageSchema } from "../../../../shared/api/audit.ts";
import { isoTime, PageQuerySchema } from "../../../../shared/api/schemas.ts";
import { auditStub } from "../../../audit/client.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation, validator } from "../../http/operation.ts";
import { AS_BECOMES, refuseParameter } from "../../http/request/request-body.ts";

/** Routes about the audit log. */
export const audit = new Hono<HttpEnv>();

audit.get(
  "/audit",
  operation("listAudit", "audit.read"),
  validator("query", PageQuerySchema, refuseParameter, AS_BECOMES),
  async (c) => {
    const { after, limit } = c.req.valid("query");
    const { entries, head, broken } = await auditStub(c.env.AUDIT, c.get("config").locationHint).page(after, limit);
    const answer = {
      entries: entries.map((entry) => ({ ...entry, at: isoTime(entry.at), data: { ...entry.data } })),
      next: entries.at(-1)?.seq ?? after,
      head,
      broken,
    };
    return c.json(answer satisfies v.InferOutput<typeof AuditPageSchema>);
  },
);
