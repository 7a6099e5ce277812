/** The route `GET /audit`: the audit log, page by page, each page verified. */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { AuditPageSchema } from "../../../../shared/api/audit.ts";
import { isoTime, PageQuerySchema } from "../../../../shared/api/schemas.ts";
import { auditStub } from "../../../audit/client.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { describe, validator } from "../../http/describe.ts";
import { AS_BECOMES, refuseParameter } from "../../http/request/request-body.ts";

/** Routes about the audit log. */
export const audit = new Hono<HttpEnv>();

audit.get(
  "/audit",
  describe({
    id: "listAudit",
    tag: "operations",
    access: "audit.read",
    summary: { zh: "审计日志", en: "The audit log" },
    text: {
      zh: "整个部署一份，只增不改，按 seq 升序：记录谁在何时保存了设置、导出或删除了对话。每页在返回前都会校验；从 after=0 起逐页读完，即校验了全部记录。",
      en: "One log for the deployment, append-only, in ascending order of seq: who stored settings, exported or erased a conversation, and when. Each page is verified before it is returned; reading all pages from after=0 verifies the whole log.",
    },
    answers: {
      200: {
        text: { zh: "一页", en: "A page" },
        content: { type: "application/json", schema: AuditPageSchema },
      },
    },
    problems: ["invalid_field"],
  }),
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
