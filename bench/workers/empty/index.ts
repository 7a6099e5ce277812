/** An empty Worker: start-up time and size without any code (docs/design/bench.md). */
export default { fetch: () => new Response("success") } satisfies ExportedHandler;
