/**
 * The audit log, page by page, each page verified: `GET /audit`.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { AuditPageSchema } from "../../../shared/api/audit.ts";
import { isoTime, PageQuerySchema } from "../../../shared/api/schemas.ts";
import { auditStub } from "../../audit/client.ts";
import type { HttpEnv } from "../http/app-env.ts";
import { describe, validator } from "../http/describe.ts";
import { AS_BECOMES, refuseParameter } from "../http/request-body.ts";

/** Routes about the audit log. */
export const audit = new Hono<HttpEnv>();

audit.get(
  "/audit",
  describe({
    id: "listAudit",
    tag: "operations",
    summary: { zh: "审计日志", en: "The audit log" },
    text: {
      zh: "整个部署的一份，只增不改，按 seq 升序：谁在何时保存设置、导出或删除对话。每页在返回前验证；从 after=0 逐页读完，就验证了全部。",
      en: "One for the deployment, append-only, by rising seq: who stored settings, exported or erased a conversation, and when. Each page is verified before it is returned; reading all pages from after=0 verifies the whole log.",
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
