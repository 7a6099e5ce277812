/**
 * Loads what the worker loads by `import()`. For tests that move the clock by hand: loading takes real time, in which a
 * deadline would already be over.
 */
import "../../worker/others.ts";
import "../../worker/routes/healthz.ts";
import "../../worker/wechat/diagnostics.ts";
import "../../worker/wechat/typing.ts";
