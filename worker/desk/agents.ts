/** The agents: reading, adding, changing, and the presence they choose. */
import { err, ok, type Result } from "../../shared/base/result.ts";
import { foldName } from "../../shared/text/fold-name.ts";
import type { LoginSummary } from "../people/rpc.ts";
import { loadOf } from "./core/admission.ts";
import type { Agent } from "./core/agent.ts";
import { actualPresence, choosePresence, saveAgent } from "./core/presence.ts";
import type { Draft } from "./core/state.ts";
import type { AgentChange, AgentInput, AgentProblem, AgentView, DeskRpc } from "./rpc.ts";
import type { DeskRunner } from "./runner.ts";

/** The methods about agents; synchronous. */
export interface DeskAgents {
  readonly list: () => readonly AgentView[];
  readonly find: (id: string) => AgentView | null;
  readonly findByName: (name: string) => AgentView | null;
  readonly add: (input: AgentInput) => Result<AgentView, AgentProblem>;
  readonly change: (id: string, change: AgentChange) => Result<AgentView, AgentProblem>;
  readonly recordLogin: (id: string, login: LoginSummary) => void;
  readonly choosePresence: (
    agent: string,
    wanted: Parameters<DeskRpc["choosePresence"]>[1],
  ) => Result<AgentView, AgentProblem>;
}

/** Creates the methods about agents. */
export function createDeskAgents({ run, read }: DeskRunner): DeskAgents {
  const found = (id: string): AgentView | null => read((draft) => view(draft, id));
  /** Returns the agent after a decision that stored it. */
  const changed = (outcome: Result<string, AgentProblem>): Result<AgentView, AgentProblem> => {
    if (!outcome.ok) return outcome;
    const agent = found(outcome.value);
    return agent === null ? err({ reason: "no_agent" }) : ok(agent);
  };
  return {
    list: () =>
      read((draft) => {
        const agents: AgentView[] = [];
        draft.agents.forEach((agent, id) => agents.push(toView(draft, id, agent)));
        return agents.sort((one, other) => (foldName(one.name) < foldName(other.name) ? -1 : 1));
      }),
    find: found,
    findByName: (name) =>
      read((draft) => {
        const id = findByName(draft, name);
        return id === undefined ? null : view(draft, id);
      }),
    add: (input) => changed(run((draft) => add(draft, input)).value),
    change: (id, change) => changed(run((draft) => changeAgent(draft, id, change)).value),
    recordLogin(id, login) {
      run((draft) => {
        const agent = draft.agents.get(id);
        if (agent !== undefined) saveAgent(draft, id, { ...agent, login });
      });
    },
    choosePresence(agent, wanted) {
      run((draft) => choosePresence(draft, agent, wanted));
      return changed(ok(agent));
    },
  };
}

function add(draft: Draft, { id, ...input }: AgentInput): Result<string, AgentProblem> {
  if (draft.agents.get(id) !== undefined) return ok(id);
  if (findByName(draft, input.name) !== undefined) return err({ reason: "name_taken" });
  const wanted = { state: "away", reason: null, since: draft.context.now } as const;
  saveAgent(draft, id, { ...input, isSuspended: false, wanted });
  return ok(id);
}

function changeAgent(draft: Draft, id: string, change: AgentChange): Result<string, AgentProblem> {
  const before = draft.agents.get(id);
  if (before === undefined) return err({ reason: "no_agent" });
  const after = { ...before, ...change };
  const namesake = findByName(draft, after.name);
  if (namesake !== undefined && namesake !== id) return err({ reason: "name_taken" });
  if (managesAgents(before) && !managesAgents(after) && isLastAdmin(draft, id)) return err({ reason: "last_admin" });
  saveAgent(draft, id, after);
  return ok(id);
}

function managesAgents({ role, isSuspended }: Agent): boolean {
  return role === "admin" && !isSuspended;
}

function isLastAdmin(draft: Draft, id: string): boolean {
  let others = 0;
  draft.agents.forEach((agent, other) => {
    if (other !== id && managesAgents(agent)) others += 1;
  });
  return others === 0;
}

function findByName(draft: Draft, name: string): string | undefined {
  const wanted = foldName(name);
  let found: string | undefined;
  draft.agents.forEach((agent, id) => {
    if (foldName(agent.name) === wanted) found = id;
  });
  return found;
}

function view(draft: Draft, id: string): AgentView | null {
  const agent = draft.agents.get(id);
  return agent === undefined ? null : toView(draft, id, agent);
}

function toView(draft: Draft, id: string, agent: Agent): AgentView {
  return { ...agent, id, actual: actualPresence(draft, id), load: loadOf(draft, id) };
}
