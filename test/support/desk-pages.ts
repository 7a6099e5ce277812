/** Pages of a desk in memory: two agents of different teams, and users who wait. */
import * as v from "valibot";
import { ServerFrameSchema } from "../../shared/api/desk/frames.ts";
import type { ServerFrame } from "../../shared/api/socket.ts";
import { MadeConversation } from "./desk-made.ts";
import { DeskMemory, type PageEnd } from "./desk-memory.ts";
import { PageModel } from "./desk-page.ts";

export const ANN = "a0000000000a1";
export const BEN = "a0000000000b2";
export const PAGE = "page-0123456789abcdef";
export const HOUR = 3_600_000;

/** Creates a desk with two agents of different teams. */
export function start() {
  const memory = new DeskMemory();
  for (const [id, team] of [
    [ANN, "售后"],
    [BEN, "售前"],
  ] as const)
    memory.desk.agents.add({ id, name: id, role: "agent", teams: [team], capacity: 5 });
  return memory;
}

/** Connects a page of an agent; it shows the lists queue and all. */
export function open(memory: DeskMemory, agent = ANN, model = new PageModel(`${PAGE}-${agent}`, ["queue", "all"])) {
  const end = memory.connect(agent);
  memory.say(end, model.hello());
  memory.pass(50);
  take(memory, end, model);
  return { end, model };
}

export function take(memory: DeskMemory, end: PageEnd, model: PageModel): readonly ServerFrame[] {
  const frames = memory.received(end);
  for (const frame of frames) model.apply(v.parse(ServerFrameSchema, frame));
  return frames;
}

export const typesOf = (frames: readonly ServerFrame[]) => frames.map(({ type }) => type);

/** Adds a waiting user of a team. */
export function waits(memory: DeskMemory, number: number, team: string | null = null) {
  const conversation = new MadeConversation(number);
  conversation.becomes("queued", memory.now, team);
  conversation.says("你好", memory.now);
  memory.report(conversation.id, conversation.report());
  memory.pass(50);
  return conversation;
}
