/** Webhooks: no event is lost in silence, and one user's trouble stays that user's. */
import type { MutantTable } from "./mutant.ts";

const READS = "workerd/account-reads.test.ts";
const CURSOR = "pure/domain/webhook-cursor.test.ts";
const SKIPPED = "workerd/webhook-skipped.test.ts";
const TROUBLE = "workerd/webhook-trouble.test.ts";
const UNREADABLE = "workerd/settings-unreadable.test.ts";
const EXPIRED = "workerd/webhook-expired.test.ts";
const VERSIONS = "workerd/webhook-versions.test.ts";

/** Mutants of what happens to events that are not accepted. */
export const WEBHOOK_LOSSES: MutantTable = {
  rule: "an event is on record before it is skipped, can be replayed, and is no other user's trouble",
  spec: "docs/design/0013-webhooks.md",
  mutants: [
    {
      name: "never-given-up",
      breaks: "one event nobody takes holds up all that come after it for ever",
      file: "worker/domain/webhook-cursor.ts",
      find: "return cursor.since !== 0 && now - Math.max(cursor.since, seq) >= GIVE_UP_MS;",
      replace: "return cursor.since < 0;",
      killedBy: [CURSOR, "what a run came to is hopeless after three days of failures"],
    },
    {
      name: "paused-endpoint-never-given-up",
      breaks: "conversations look for a dead endpoint for as long as rows are kept, and pay for each look",
      file: "worker/objects/webhook-run.ts",
      find: "filter(({ seq }) => isHopeless(cursor, seq, run.deps.now()));",
      replace: "filter(({ seq }) => isHopeless(cursor, seq, 0));",
      killedBy: [TROUBLE, "events of one user that are not accepted are on record when they are given up in a pause"],
    },
    {
      name: "older-settings-drop-a-cursor",
      breaks: "a worker that still has the settings before drops a new endpoint's cursor, and its events are lost",
      file: "worker/domain/webhook-cursor.ts",
      find: "(version !== undefined && version < settingsVersion)) return known;",
      replace: "(version !== undefined && version < -1)) return known;",
      killedBy: [VERSIONS, "in the two minutes after a PUT, a worker that still has the settings before does not drop"],
    },
    {
      name: "older-alarm-drops-a-cursor",
      breaks: "an alarm that still has the settings before drops a new endpoint's cursor",
      file: "worker/domain/webhook-cursor.ts",
      find: "const isOld = version < settingsVersion;",
      replace: "const isOld = version < -1;",
      killedBy: [
        VERSIONS,
        "in the two minutes after a PUT, a worker that still has the settings before does not drop the events of a new webhook by an alarm",
      ],
    },
    {
      name: "replay-without-its-settings",
      breaks: "a push with the settings before undoes a replay to a new endpoint",
      file: "worker/domain/webhook-cursor.ts",
      find: "settingsVersion: Math.max(settingsVersion, replay.settingsVersion),",
      replace: "settingsVersion: Math.max(settingsVersion, 0),",
      killedBy: [
        VERSIONS,
        "in the two minutes after a PUT, a worker that still has the settings before does not undo a replay",
      ],
    },
    {
      name: "unreadable-settings-are-the-defaults",
      breaks: "after a rollback the default settings act, and every webhook's backlog is dropped",
      promise: 1,
      file: "worker/objects/account-settings.ts",
      find: "updatedAt, unreadable: true };",
      replace: "updatedAt };",
      killedBy: [UNREADABLE, "settings that cannot be read let no rule act, and leave the webhooks' backlog as it is"],
    },
    {
      name: "unreadable-settings-replaced-in-kv",
      breaks: "settings another version can read are replaced by the defaults in KV",
      file: "worker/objects/account-settings.ts",
      find: "row === undefined ? DEFAULT_SETTINGS_VERSION : toPublished(row)",
      replace: "row === undefined ? DEFAULT_SETTINGS_VERSION : current()",
      killedBy: [UNREADABLE, "settings that cannot be read are not replaced by the defaults in KV"],
    },
    {
      name: "skipped-in-silence",
      breaks: "an event that an endpoint refuses is passed over without a record",
      file: "worker/objects/webhook-skipped.ts",
      find: "if (await noteSkipped(health, webhook, skipped)) return progress;",
      replace: "if (skipped.count > 0) return progress;",
      killedBy: [SKIPPED, "an endpoint that refuses every event is failing, not ok"],
    },
    {
      name: "expired-in-silence",
      breaks: "retention deletes events that a webhook did not get without a record",
      file: "worker/objects/conversation.ts",
      find: "if (connection !== undefined) await expireEvents(",
      replace: "if (connection === null) await expireEvents(",
      killedBy: [EXPIRED, "events that retention deletes before they are delivered are on record"],
    },
    {
      name: "expired-without-a-record",
      breaks: "retention deletes events although their record could not be stored",
      file: "worker/objects/webhook-expiry.ts",
      find: "if (moved.to !== last) throw new ExpiryError();",
      replace: "",
      killedBy: [EXPIRED, "events that retention deletes before they are delivered stay until they are on record"],
    },
    {
      name: "missing-app-looked-for-without-end",
      breaks: "a conversation whose app is gone wakes twice a second, for as long as rows are kept",
      file: "worker/objects/missing-app.ts",
      find: "return now >= last + APP_WAIT_MS;",
      replace: "return now >= last + APP_WAIT_MS && APP_WAIT_MS < 0;",
      killedBy: [EXPIRED, "a conversation of an app that was left out of the configuration"],
    },
    {
      name: "replay-not-reported",
      breaks: "an endpoint stays failing although everything it did not get was replayed",
      file: "worker/objects/webhook-run.ts",
      find: "return cursor.isReplay === true || cursor.tries > 0",
      replace: "return cursor.tries > 0",
      killedBy: [SKIPPED, "POST /webhooks/:id/replay makes the endpoint ok with the first event that is accepted"],
    },
    {
      name: "accepted-after-refused-not-reported",
      breaks: "an endpoint that accepted the newest event is failing for one before it",
      file: "worker/objects/webhook-run.ts",
      find: "if (isOkAgain && settled === made)",
      replace: "if (!isOkAgain && settled !== made)",
      killedBy: [SKIPPED, "an endpoint that refuses every event is ok again with an event it accepts in the same"],
    },
    {
      name: "health-remembered-past-a-refusal",
      breaks: "an endpoint that accepts events again stays failing, since its refusal was not remembered",
      file: "worker/objects/webhook-health.ts",
      find: "    deps.memory.delete(deps.appid);\n",
      replace: "",
      killedBy: [SKIPPED, "an endpoint that refuses every event is ok again with an event it accepts in the same"],
    },
    {
      name: "skipped-without-a-record",
      breaks: "an event is passed over although its record could not be stored",
      file: "worker/objects/webhook-skipped.ts",
      find: "return { from: progress.from, to: after, stopped };",
      replace: "return { ...progress, stopped };",
      killedBy: [SKIPPED, "a skipped event is sent again while it cannot be put on record"],
    },
    {
      name: "replayed-entry-dropped",
      breaks: "an event that was skipped during its replay leaves the record",
      file: "worker/objects/account-skipped.ts",
      find: "and conversation = ? and count = ?",
      replace: "and conversation = ? and count <> -?",
      killedBy: ["workerd/account-skipped.test.ts", "the record of skipped events loses an entry that was replayed"],
    },
    {
      name: "skipped-event-of-an-erased-user",
      breaks: "a report under way during an erase leaves the user's conversation on record",
      promise: 5,
      file: "worker/objects/conversation-webhooks.ts",
      find: "return forgetConversation(account, owner.appid, id);",
      replace: "return;",
      killedBy: [SKIPPED, "a skipped event is forgotten with a user who is erased while it is noted"],
    },
    {
      name: "erase-leaves-skipped-events",
      breaks: "an erased user's conversation stays in the records of the webhooks",
      promise: 5,
      file: "worker/objects/account.ts",
      find: "    this.#webhooks.forget(conversation.toString());\n",
      replace: "",
      killedBy: [SKIPPED, "a skipped event is forgotten with a user who is erased, as is that the user's events fail"],
    },
    {
      name: "one-user-pauses-all",
      breaks: "an endpoint that fails on one user's event is paused for all users",
      file: "worker/objects/account-webhooks.ts",
      find: ".length >= PAUSE_CONVERSATIONS;",
      replace: ".length >= 0;",
      killedBy: [
        TROUBLE,
        "an endpoint that fails on one user's events only is not paused for the other users after 503",
      ],
    },
    {
      name: "three-days-one-after-another",
      breaks: "of several events that are not accepted each takes three days after the one before",
      file: "worker/domain/webhook-cursor.ts",
      find: "return since === undefined ? newCursor(to) :",
      replace: "return since !== 0 ? newCursor(to) :",
      killedBy: [TROUBLE, "events of one user that are not accepted each get three days from when they were written"],
    },
    {
      name: "skipped-table-scanned",
      breaks: "each write of the account reads all conversations whose events were skipped",
      file: "worker/objects/account-skipped.ts",
      find: "for (const query of [CREATE, CREATE_INDEX]) sql.exec(query);",
      replace: "sql.exec(CREATE);",
      killedBy: [READS, "an account with ten thousand conversations that skipped events reads none of them"],
    },
  ],
};
