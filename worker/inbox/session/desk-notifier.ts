/** Connects a conversation's notifier with the desk's object. */
import { configOf } from "../../config/config.ts";
import type { News } from "../../conversation/deps.ts";
import type { ConsumerHost } from "../../conversation/log-consumer.ts";
import { deskStub } from "../../desk/client.ts";
import { hasDataKey } from "../../desk/report/consumer.ts";
import { createNotifier } from "../../desk/report/notifier.ts";
import { notifyDesk } from "../../desk/report/notify-desk.ts";

/** The part of a conversation that its notifier uses. */
export interface NotifyingConversation {
  /** Returns the conversation; undefined without a log. */
  readonly host: () => ConsumerHost | undefined;
  /** Returns whether there are rows that the desk has not acknowledged. */
  readonly hasNews: () => boolean;
}

/** Creates the function that is called after each record with news for the desk. */
export function createDeskNotifier({ host, hasNews }: NotifyingConversation, env: Env): (news: News) => void {
  const notify = async (): Promise<boolean> => {
    const config = configOf(env);
    const conversation = host();
    if (conversation === undefined || !config.ok || !hasDataKey(config.value)) return false;
    const { locationHint } = config.value;
    return notifyDesk(conversation, () => deskStub(env.DESK, locationHint), false);
  };
  return createNotifier({ notify, isBehind: hasNews });
}
