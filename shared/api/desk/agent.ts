/** The schemas of agents and their presence as the API and the desk's socket return them. */
import * as v from "valibot";
import { isVisible } from "../../base/visible.ts";
import { both, named, TimeSchema, WordSchema } from "../schemas.ts";

/** The maximum number of characters of the reason of a presence. */
const MAX_REASON = 40;

/** The roles of agents. */
export const ROLES = ["agent", "supervisor", "admin"] as const;
/** A role. */
export type Role = (typeof ROLES)[number];
/** The presences an agent can choose. */
export const PRESENCES = ["online", "busy", "away", "offline"] as const;

/** The id of an agent. */
export const AgentIdSchema = v.pipe(
  v.string(),
  v.regex(/^a[0-9a-f]{12}$/, "must be the id of an agent"),
  v.description(both("客服的 id", "the id of an agent")),
);

/** The name of a team. */
export const TeamSchema = v.pipe(
  v.string(),
  v.regex(/^[^\s:]{1,32}$/u, "must be 1 to 32 characters without spaces and colons"),
  v.check((team) => isVisible(team) && !/\p{C}/u.test(team), "must be visible text without control characters"),
  v.description(both("技能组", "the name of a team")),
);

const PresenceSchema = v.pipe(
  v.picklist(PRESENCES),
  v.description(
    both(
      "online 在线 · busy 忙碌，不分配新会话 · away 离开，不分配新会话 · offline 下线",
      "busy: gets no new sessions; away: on a break, gets no new sessions",
    ),
  ),
);

/** The presence an agent chooses. */
export const PresenceBodySchema = v.strictObject({
  state: PresenceSchema,
  reason: v.pipe(
    v.nullable(v.pipe(v.string(), v.maxLength(MAX_REASON, `must have at most ${MAX_REASON} characters`))),
    v.description(both("原因，例如：用餐、会议", "the reason, for example: lunch, meeting")),
  ),
});
/** The presence an agent chooses. */
export type PresenceInput = v.InferOutput<typeof PresenceBodySchema>;

/** An agent. */
export const AgentSchema = named(
  "Agent",
  v.strictObject({
    id: WordSchema,
    name: v.string(),
    role: v.picklist(ROLES),
    teams: v.array(v.string()),
    capacity: v.pipe(
      v.number(),
      v.integer(),
      v.description(
        both("接待上限：自动分配的会话数", "the maximum number of sessions that are assigned automatically"),
      ),
    ),
    isSuspended: v.boolean(),
    wanted: v.pipe(
      v.strictObject({ ...PresenceBodySchema.entries, since: TimeSchema }),
      v.description(both("客服选择的状态", "the presence the agent chose")),
    ),
    actual: v.pipe(
      PresenceSchema,
      v.description(
        both("实际状态：没有打开的页面时为 offline", "the actual presence: offline when no page of the agent is open"),
      ),
    ),
    load: v.pipe(
      v.number(),
      v.integer(),
      v.description(
        both("接待中的会话数，含分配中的", "the sessions the agent serves, and those that are being assigned"),
      ),
    ),
  }),
);
/** An agent as the API returns it. */
export type AgentJson = v.InferOutput<typeof AgentSchema>;
