/** An outbox whose server, storage and tabs are the test. */
import { createOutbox, type Outbox, type UploadProgress } from "../../../console/client/outbox.ts";
import type { Unsent } from "../../../console/model/unsent.ts";
import { conversationId, LOG, WANG } from "../../browser/desk/sample.ts";
import { Kept, KnownTabs } from "./kept.ts";

/** What surrounds the outbox, and what it has done. */
interface Play {
  kept: Kept;
  tabs: KnownTabs;
  /** The messages that were sent, oldest first. */
  posted: Unsent[];
  /** The messages that went back to the composer. */
  returned: Unsent[];
  /** The server's answer: the message's id, or a rejection with an `ApiProblem`. */
  answer: (unsent: Unsent, progress: UploadProgress) => Promise<string | null>;
  isLive: boolean;
  isComposerEmpty: boolean;
  outbox: Outbox;
}

function surroundings(): Omit<Play, "outbox"> {
  return {
    kept: new Kept(),
    tabs: new KnownTabs(),
    posted: [],
    returned: [],
    answer: ({ id }) => Promise.resolve(`out-${id}`),
    isLive: true,
    isComposerEmpty: true,
  };
}

/** The play of the current test. */
export const play: Play = Object.assign(surroundings(), { outbox: create(surroundings()) });

/** Begins anew, with an empty storage. */
export function begin(): void {
  Object.assign(play, surroundings());
  play.outbox = create();
}

/** Creates the outbox of a tab. */
export function create(around: Omit<Play, "outbox"> = play): Outbox {
  return createOutbox({
    agent: WANG,
    kept: around.kept,
    tabs: around.tabs,
    post(unsent, progress) {
      around.posted.push(unsent);
      return around.answer(unsent, progress);
    },
    isLive: () => around.isLive,
    onStale(unsent) {
      if (!around.isComposerEmpty) return false;
      around.returned.push(unsent);
      return true;
    },
    onAccepted: () => {},
  });
}

/** Ends the page and opens it again. */
export function reload(): void {
  play.outbox.stop();
  play.outbox = create();
}

/** Returns a text to be sent. */
export function text(id: string, words = id, conversation = conversationId(1)): Omit<Unsent, "phase" | "writtenAt"> {
  return { id, conversation, log: LOG, content: { type: "text", text: words }, hold: false, seenSeq: 5 };
}

/** Returns the names of the phases of all messages. */
export function phases(): readonly string[] {
  return play.outbox.store.get().map(({ phase }) => phase.name);
}
