/**
 * An empty Worker: what start-up and size are before there is any code (docs/design/bench.md).
 */
export default { fetch: () => new Response("success") } satisfies ExportedHandler;
