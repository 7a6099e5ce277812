/** The schemas of the audit log. */
import * as v from "valibot";
import { both, named, SeqSchema, TimeSchema, WordSchema } from "./schemas.ts";

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const seq = v.pipe(v.number(), v.integer(), v.minValue(1));

/** One entry, linked to the previous one. */
export const AuditEntrySchema = named(
  "AuditEntry",
  v.strictObject({
    seq,
    at: TimeSchema,
    actor: v.pipe(
      WordSchema,
      v.description(
        both(
          "操作者：api: 加 API 密钥 SHA-256 的前 8 位；agent: 加客服 id；system 为服务自身",
          "the actor: api: and the first 8 digits of the SHA-256 of the API key; agent: and the agent's id; system is the worker itself",
        ),
      ),
    ),
    action: v.pipe(
      WordSchema,
      v.description(
        both(
          "settings.change 保存设置 · conversation.export 导出 · conversation.erase 删除 · conversation.unmask 查看原文 · desk.rebuild 重建工作台的列表 · agent.add 添加客服 · agent.change 修改 · agent.invite 邀请 · invite.use 接受邀请 · sign-in.begin 登录 · sign-in.fail 登录失败（15 分钟内只记第一次）· sign-in.lock 多次失败后锁定 · sign-in.end 结束登录；将来会增加其他值",
          "settings.change, conversation.export, conversation.erase, conversation.unmask (a row shown in clear), desk.rebuild, agent.add, agent.change, agent.invite, invite.use, sign-in.begin, sign-in.fail (refused, only the first time in 15 minutes), sign-in.lock (locked after failures), sign-in.end; further values will be added",
        ),
      ),
    ),
    target: v.pipe(
      WordSchema,
      v.description(
        both(
          "操作对象：settings，desk，conversation: 加对话 id，或 agent: 加客服 id",
          "the target: settings, desk, or conversation: or agent: and its id",
        ),
      ),
    ),
    data: v.pipe(
      v.record(v.string(), v.unknown()),
      v.description(
        both(
          "settings.change：from、to 为版本号，keys 为改动的设置项；conversation.unmask：seq、kind 为那一行，reason 为客服写的原因（已脱敏）；desk.rebuild：cursor；agent.add、agent.change：角色、技能组等新值；登录：signIn；客服的其他操作：signIn 为所用的登录；不含姓名与对话内容",
          "for settings.change: from and to are the versions, keys the changed settings; for conversation.unmask seq and kind of the row, and reason, the agent's text, masked; for desk.rebuild cursor; for agent.add and agent.change the new values; for sign-ins signIn; for other actions of an agent signIn is the sign-in that was used; never a name or a content",
        ),
      ),
    ),
    prev: v.pipe(
      hash,
      v.description(
        both("上一条的 hash；第一条为 64 个 0", "the hash of the previous entry; 64 zeros for the first entry"),
      ),
    ),
    hash: v.pipe(
      hash,
      v.description(
        both(
          "prev、换行、{action,actor,at,data,seq,target} 的规范 JSON（键排序、无空格、at 为毫秒）的 SHA-256",
          "SHA-256 of prev, a line feed, and the canonical JSON of {action,actor,at,data,seq,target}: sorted keys, no spaces, at in epoch ms",
        ),
      ),
    ),
  }),
);

/** A page of entries; `broken` names the first entry that fails verification. */
export const AuditPageSchema = named(
  "AuditPage",
  v.strictObject({
    entries: v.array(AuditEntrySchema),
    next: v.pipe(
      SeqSchema,
      v.description(both("下一次请求的 after", "the next request's after; unchanged when there is nothing new")),
    ),
    head: v.pipe(
      v.nullable(v.strictObject({ seq, hash })),
      v.description(
        both(
          "最新一条；请另外保存，否则无法发现末尾被截断",
          "the newest entry; store it elsewhere, otherwise a truncated log cannot be detected",
        ),
      ),
    ),
    broken: v.pipe(
      v.nullable(v.strictObject({ seq, reason: v.picklist(["missing", "link", "content"]) })),
      v.description(
        both(
          "本页中第一条与写入时不一致的记录，含与上一页的衔接；null 表示全部一致",
          "the first entry of this page that was changed, or whose link to the previous entry is broken; null when all are intact",
        ),
      ),
    ),
  }),
);
