/** The schemas of agents, sign-ins and invites. */
import * as v from "valibot";

/** The roles of agents, from the fewest rights to the most. */
export const ROLES = ["agent", "supervisor", "admin"] as const;

/** A role. */
export const RoleSchema = v.picklist(ROLES);
/** A role. */
export type Role = v.InferOutput<typeof RoleSchema>;
