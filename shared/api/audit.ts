/**
 * The shapes of the audit log.
 */
import * as v from "valibot";
import { both, named, SeqSchema, TimeSchema, WordSchema } from "./schemas.ts";

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const seq = v.pipe(v.number(), v.integer(), v.minValue(1));

/** One entry, linked to the one before it. */
export const AuditEntrySchema = named(
  "AuditEntry",
  v.strictObject({
    seq,
    at: TimeSchema,
    actor: v.pipe(
      WordSchema,
      v.description(
        both(
          "谁：api: 加 API 密钥的 SHA-256 的前 8 位，system 为服务自身",
          "who: api: and the first 8 digits of the SHA-256 of the API key; system is the worker itself",
        ),
      ),
    ),
    action: v.pipe(
      WordSchema,
      v.description(
        both(
          "settings.change 保存设置 · conversation.export 导出 · conversation.erase 删除；以后会增加",
          "settings.change, conversation.export, conversation.erase; more will come",
        ),
      ),
    ),
    target: v.pipe(
      WordSchema,
      v.description(
        both("对什么：settings，或 conversation: 加对话 id", "on what: settings, or conversation: and its id"),
      ),
    ),
    data: v.pipe(
      v.record(v.string(), v.unknown()),
      v.description(
        both(
          "settings.change：from、to 版本号，keys 改动的项；没有任何内容",
          "of settings.change: the versions from and to, and keys, what changed; never a text",
        ),
      ),
    ),
    prev: v.pipe(
      hash,
      v.description(both("上一条的 hash；第一条为 64 个 0", "hash of the entry before; 64 zeros first")),
    ),
    hash: v.pipe(
      hash,
      v.description(
        both(
          "prev、换行、{action,actor,at,data,seq,target} 的规范 JSON（键排序、无空格、at 为毫秒）的 SHA-256",
          "SHA-256 of prev, a line feed, and {action,actor,at,data,seq,target} as JSON with sorted keys, without spaces, at in epoch ms",
        ),
      ),
    ),
  }),
);

/** A page of entries, verified. */
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
          "最新的一条；另外保存它，才能发现末尾被截去",
          "the newest entry of all; keep it elsewhere: only so is it seen when the end is cut off",
        ),
      ),
    ),
    broken: v.pipe(
      v.nullable(v.strictObject({ seq, reason: v.picklist(["missing", "link", "content"]) })),
      v.description(
        both(
          "本页（含与上一条的衔接）中第一条与写入时不符的；null 表示全部相符",
          "the first entry of this page, or its link to the one before, that is not as it was written; null: all are",
        ),
      ),
    ),
  }),
);
