/**
 * Gives the first agents access to the desk: adds them through the API, and returns an invite for each
 * who has no password yet. Repeated, it changes nothing for those who have one.
 */
import type { KefuClient, Person } from "../../client/index.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";

/** An agent who is added when missing. */
interface Starter {
  readonly name: string;
  readonly role: Person["role"];
}

/** The first admin; not added when there is an admin already. */
const ADMIN: Starter = { name: "管理员", role: "admin" };
/** An agent for trying the desk on a developer's machine. */
const DEMO: Starter = { name: "演示客服", role: "agent" };

/** How an agent signs in for the first time. */
export interface DeskLink {
  readonly name: string;
  /** An invite, valid once and for 24 hours; absent: the agent has a password. */
  readonly invite?: string;
}

/** The part of the API client that is used. */
type PeopleClient = Pick<KefuClient, "agents" | "addAgent" | "inviteAgent">;

/**
 * Returns invites for the first admin and, if wanted, for the demo agent.
 *
 * @returns the code of the refusal when the worker refuses, such as `desk_off`
 */
export async function findDeskLinks(
  client: PeopleClient,
  { hasDemo }: { readonly hasDemo: boolean },
): Promise<Result<readonly DeskLink[], string>> {
  const listed = await client.agents();
  if (!listed.ok) return err(listed.error.code);
  const people = listed.value.agents.filter(({ isSuspended }) => !isSuspended);
  const admins = people.filter(({ role }) => role === "admin");
  const admin = admins.find(({ hasPassword }) => hasPassword) ?? admins[0];
  const links: DeskLink[] = [];
  for (const [starter, known] of [
    [ADMIN, admin],
    ...(hasDemo ? [[DEMO, people.find(({ name }) => name === DEMO.name)] as const] : []),
  ] as const) {
    const link = await findLink(client, starter, known);
    if (!link.ok) return link;
    links.push(link.value);
  }
  return ok(links);
}

async function findLink(
  client: PeopleClient,
  starter: Starter,
  known: Person | undefined,
): Promise<Result<DeskLink, string>> {
  if (known?.hasPassword === true) return ok({ name: known.name });
  const invited = await (known === undefined ? client.addAgent(starter) : client.inviteAgent(known.id));
  if (!invited.ok) return err(invited.error.code);
  return ok({ name: invited.value.agent.name, invite: invited.value.invite.url });
}
