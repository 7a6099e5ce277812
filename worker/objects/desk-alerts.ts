/** Connects the alerts of the desk with the object: configuration, storage and alarm. Loaded by `import()`. */
import type { AlertState } from "../alerts/core/plan.ts";
import { requireConfig } from "../config/config.ts";
import { createAlerter, type Alerter, type AlerterHost } from "../desk/alerts/alerter.ts";
import { viewQueue } from "../desk/alerts/queue-view.ts";
import type { LoadedDesk } from "../desk/loaded-desk.ts";
export { shareAlarm } from "../desk/alerts/shared-alarm.ts";
import { openAlerts } from "../inbox/open-alerts.ts";

/** The key of the state in the object's storage. */
const STATE_KEY = "alerts";

/** Creates the alerts of a desk that was loaded. */
export function loadAlerter(
  ctx: DurableObjectState,
  env: Env,
  { runner }: Pick<LoadedDesk, "runner">,
  setAlarm: AlerterHost["setAlarm"],
): Alerter {
  const { storage } = ctx;
  const { robots, terms, deps } = openAlerts(requireConfig(env));
  return createAlerter({
    robots: robots.ok ? robots.value : [],
    terms,
    deps,
    load: () => storage.kv.get<AlertState>(STATE_KEY),
    save(state) {
      if (state === undefined) storage.kv.delete(STATE_KEY);
      else storage.kv.put(STATE_KEY, state);
    },
    view: () => runner.read(viewQueue),
    size: () => runner.desk.tables.entries.values.size,
    setAlarm,
    waitUntil: (work) => ctx.waitUntil(work),
  });
}
