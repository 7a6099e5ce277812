/** The schemas of agents, invites and sign-ins, as the routes about people take and return them. */
import * as v from "valibot";
import { isVisible } from "../base/visible.ts";
import { AgentIdSchema, AgentSchema, ROLES, TeamSchema } from "./desk/agent.ts";
import { both, named, TimeSchema, WordSchema } from "./schemas.ts";

const MAX_NAME = 32;
const MAX_TEAMS = 20;
const MAX_CAPACITY = 100;
/** The capacity of a new agent when the request names none, sessions. */
const CAPACITY = 10;
/**
 * The maximum length of a name, password or invite in a request, UTF-16 units. Passwords have stricter rules, which are
 * checked later.
 */
const MAX_SECRET_TEXT = 1_000;

const RoleSchema = v.pipe(
  v.picklist(ROLES),
  v.description(
    both("agent 客服 · supervisor 主管 · admin 管理员", "what the person may do: see docs/reference/rest-api.md"),
  ),
);

const NameSchema = v.pipe(
  v.string(),
  v.check((name) => name.trim() === name && isVisible(name), "must be visible text without leading or trailing spaces"),
  v.check((name) => Array.from(name).length <= MAX_NAME, `must have at most ${MAX_NAME} characters`),
  v.check((name) => !/\p{C}/u.test(name), "must not contain control characters"),
  v.description(
    both(
      "登录名，也是同事看到的名字；不区分大小写和全角半角，不得重复",
      "the name to sign in with, which colleagues see; unique, width and case do not matter",
    ),
  ),
);

const TeamsSchema = v.pipe(
  v.array(TeamSchema),
  v.maxLength(MAX_TEAMS, `must have at most ${MAX_TEAMS} entries`),
  v.check((teams) => new Set(teams).size === teams.length, "must not contain an entry twice"),
);

const CapacitySchema = v.pipe(
  v.number(),
  v.integer("must be a whole number"),
  v.minValue(0, "must be at least 0"),
  v.maxValue(MAX_CAPACITY, `must be at most ${MAX_CAPACITY}`),
);

const PasswordSchema = v.pipe(
  v.string(),
  v.maxLength(MAX_SECRET_TEXT, "is too long"),
  v.description(both("至少 10 个字符", "at least ten characters")),
);

/** A new agent. */
export const AgentInputSchema = named(
  "AgentInput",
  v.strictObject({
    name: NameSchema,
    role: RoleSchema,
    teams: v.optional(TeamsSchema, []),
    capacity: v.optional(CapacitySchema, CAPACITY),
  }),
);

/** A change of an agent. */
export const AgentChangeSchema = named(
  "AgentChange",
  v.strictObject({
    name: v.exactOptional(NameSchema),
    role: v.exactOptional(RoleSchema),
    teams: v.exactOptional(TeamsSchema),
    capacity: v.exactOptional(CapacitySchema),
    isSuspended: v.exactOptional(
      v.pipe(
        v.boolean(),
        v.description(
          both(
            "停用：所有登录立即结束，不能再登录；记录保留",
            "suspended: all sign-ins end at once and none is possible; what the agent did stays",
          ),
        ),
      ),
    ),
  }),
);

/** An agent, and whether the agent can sign in. */
export const PersonSchema = named(
  "Person",
  v.strictObject({
    ...AgentSchema.entries,
    hasPassword: v.pipe(
      v.boolean(),
      v.description(both("是否已接受邀请并设置密码", "whether an invite was accepted and a password set")),
    ),
    inviteExpiresAt: v.pipe(
      v.nullable(TimeSchema),
      v.description(both("未使用的邀请何时失效", "when an open invite ends; null when there is none")),
    ),
  }),
);
/** An agent, and whether the agent can sign in, as the API returns them. */
export type PersonJson = v.InferOutput<typeof PersonSchema>;

/** All agents. */
export const PeopleSchema = named("People", v.strictObject({ agents: v.array(PersonSchema) }));

/** An invite. */
export const InviteSchema = v.strictObject({
  url: v.pipe(
    v.string(),
    v.description(
      both(
        "邀请链接，只返回这一次；# 之后的部分不会发送到服务器",
        "the link, returned only once; what follows # is not sent to a server",
      ),
    ),
  ),
  expiresAt: TimeSchema,
});

/** An agent and an invite. */
export const InvitedSchema = named("Invited", v.strictObject({ agent: PersonSchema, invite: InviteSchema }));

/** The body of a sign-in. */
export const SignInBodySchema = named(
  "SignIn",
  v.strictObject({
    name: v.pipe(v.string(), v.maxLength(MAX_SECRET_TEXT, "is too long")),
    password: v.pipe(v.string(), v.maxLength(MAX_SECRET_TEXT, "is too long")),
  }),
);

const InviteTokenSchema = v.pipe(
  v.string(),
  v.maxLength(MAX_SECRET_TEXT, "is too long"),
  v.description(both("邀请链接中 #invite= 之后的部分", "what follows #invite= in the link")),
);

/** The body that accepts an invite. */
export const InviteBodySchema = named(
  "AcceptInvite",
  v.strictObject({ invite: InviteTokenSchema, password: PasswordSchema }),
);

/** The body that reads an invite. */
export const InviteReadBodySchema = named("ReadInvite", v.strictObject({ invite: InviteTokenSchema }));

/** Whom an invite is for. */
export const ReadInviteSchema = named(
  "InviteOf",
  v.strictObject({
    name: v.pipe(v.string(), v.description(both("登录名", "the name to sign in with"))),
    expiresAt: TimeSchema,
  }),
);
/** Whom an invite is for. */
export type ReadInviteJson = v.InferOutput<typeof ReadInviteSchema>;

/** The signed-in agent. */
export const MeSchema = named(
  "Me",
  v.strictObject({
    id: WordSchema,
    name: v.string(),
    role: RoleSchema,
    teams: v.array(v.string()),
    signIn: v.pipe(WordSchema, v.description(both("这次登录的 id", "the id of this sign-in"))),
    actions: v.pipe(
      v.array(WordSchema),
      v.description(both("允许的操作；页面据此显示按钮", "what the agent may do; a page shows its buttons by this")),
    ),
  }),
);
/** The signed-in agent as the API returns it. */
export type MeJson = v.InferOutput<typeof MeSchema>;

/** The open sign-ins of the caller. */
export const SignInsSchema = named(
  "SignIns",
  v.strictObject({
    signIns: v.array(
      v.strictObject({
        id: WordSchema,
        createdAt: TimeSchema,
        lastSeenAt: v.pipe(TimeSchema, v.description(both("误差不超过一分钟", "at most a minute too early"))),
        browser: v.pipe(
          v.string(),
          v.description(both("浏览器与系统，可能为空", "browser and system, such as Chrome, Windows; may be empty")),
        ),
        isCurrent: v.boolean(),
      }),
    ),
  }),
);

/** The path parameter that names an agent. */
export const AgentParamSchema = v.object({ id: AgentIdSchema });

/** The path parameter that names a sign-in. */
export const SignInParamSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{12}$/, "must be the id of a sign-in")),
});
