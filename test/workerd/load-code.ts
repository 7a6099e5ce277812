/**
 * Loads, before a test begins, the modules that objects load by `import()` while they run. In the built worker such an
 * import is a function call. In a test it is a request to Vite; when two objects wait for the same module, the second
 * continues in the context of the first and fails: "Cannot perform I/O on behalf of a different Durable Object".
 */
import "../../worker/archive/pictures/keep-pictures.ts";
import "../../worker/archive/report-sessions.ts";
import "../../worker/channels/mini-program/texts.ts";
import "../../worker/channels/mini-program/tools.ts";
import "../../worker/channels/wechat/errcode.ts";
import "../../worker/conversation/core/shown/masked-row.ts";
import "../../worker/desk/report/notify-desk.ts";
import "../../worker/desk/report/rebuild.ts";
import "../../worker/inbox/receive/forward-event.ts";
import "../../worker/inbox/session/confirm-erasure.ts";
import "../../worker/inbox/session/loaded-code.ts";
import "../../worker/settings/documents.ts";
import "../../worker/webhooks/expiry.ts";
import "../../worker/webhooks/log-consumer.ts";
import "../../worker/webhooks/run.ts";
