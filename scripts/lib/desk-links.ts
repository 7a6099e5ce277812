/**
 * Gives the first admin access to the desk: adds an admin through the API if there is none, and returns an invite. Once
 * an admin has a password, a call changes nothing.
 */
import type { KefuClient } from "../../client/index.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";

/** The first admin; not added when there is an admin already. */
const ADMIN = { name: "管理员", role: "admin" } as const;

/** How an admin signs in for the first time. */
export interface DeskLink {
  readonly name: string;
  /** An invite, valid once and for 24 hours; absent: the admin has a password. */
  readonly invite?: string;
}

/** The part of the API client that is used. */
type PeopleClient = Pick<KefuClient, "agents" | "addAgent" | "inviteAgent">;

/**
 * Returns the name of the first admin, with a new invite while no admin has a password.
 *
 * @returns the error code when the worker refuses, such as `desk_off`
 */
export async function findAdminLink(client: PeopleClient): Promise<Result<DeskLink, string>> {
  const listed = await client.agents();
  if (!listed.ok) return err(listed.error.code);
  const admins = listed.value.agents.filter(({ role, isSuspended }) => role === "admin" && !isSuspended);
  const admin = admins.find(({ hasPassword }) => hasPassword) ?? admins[0];
  if (admin?.hasPassword === true) return ok({ name: admin.name });
  const invited = await (admin === undefined ? client.addAgent(ADMIN) : client.inviteAgent(admin.id));
  if (!invited.ok) return err(invited.error.code);
  return ok({ name: invited.value.agent.name, invite: invited.value.invite.url });
}
