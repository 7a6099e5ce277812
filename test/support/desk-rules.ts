/** The initial situations of the tests of the rules between desk and conversation, and the values that they check. */
import type { DeskCommand } from "../../worker/desk/core/command.ts";
import type { Entry } from "../../worker/desk/core/entry.ts";
import type { Reservation } from "../../worker/desk/core/state.ts";
import { AGENT, createDeskWorld, type DeskWorld, type Message } from "./desk-world.ts";

/** Chooses the messages of a type. */
export const isType =
  (type: Message["type"]) =>
  (message: Message): boolean =>
    message.type === type;

/** Returns the desk's record of a conversation; undefined when it has none. */
export const entry = (world: DeskWorld, id: string): Entry | undefined => world.desk().tables.entries.values.get(id);

/** Returns the reservations of the desk. */
export const reservations = (world: DeskWorld): readonly Reservation[] => [
  ...world.desk().tables.reservations.values.values(),
];

/** Returns the calls that the desk sent to a conversation so far, including lost ones. */
export const asked = (world: DeskWorld, conversation: string): readonly DeskCommand[] =>
  world.effects.flatMap((effect) =>
    effect.type === "ask" && effect.conversation === conversation ? [effect.command] : [],
  );

/** Returns the agent who serves the open session, or the session's status when none does; undefined without one. */
export const assignee = (world: DeskWorld, id: string): string | undefined => {
  const { open } = world.the(id).session();
  return open?.status === "serving" ? open.assignee : open?.status;
};

/** An agent who is assigned no session automatically. */
export const BUSY = { ...AGENT, wanted: { ...AGENT.wanted, state: "busy" } } as const;

/** Starts with agent `a` online, who was assigned the session of a waiting user. */
export function startServing(options: Parameters<typeof createDeskWorld>[0] = {}): DeskWorld {
  const world = createDeskWorld({ agents: { a: AGENT }, ...options });
  world.online("a");
  world.happens("x", (conversation) => conversation.writes());
  world.deliverAll();
  return world;
}

/** Starts with a user who waits while no agent is online. */
export function startWaiting(options: Parameters<typeof createDeskWorld>[0] = {}): DeskWorld {
  const world = createDeskWorld(options);
  world.happens("x", (conversation) => conversation.writes());
  world.deliverAll();
  return world;
}
