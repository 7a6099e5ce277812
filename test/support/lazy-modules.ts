/**
 * Loads the modules that the worker loads by `import()`. For tests with a manual clock: loading takes real time, during
 * which a deadline could pass.
 */
import "../../worker/app-lazy.ts";
import "../../worker/routes/healthz.ts";
import "../../worker/channels/wechat/api/diagnostics.ts";
import "../../worker/channels/wechat/api/typing.ts";
import "../../worker/audit/client.ts";
import "../../worker/audit/log.ts";
import "../../worker/audit/store.ts";
import "../../worker/people/login.ts";
import "../../worker/people/password-hash.ts";
import "../../worker/people/store.ts";
import "../../worker/settings/report-changes.ts";
import "../../worker/webhooks/expiry.ts";
import "../../worker/webhooks/log-consumer.ts";
