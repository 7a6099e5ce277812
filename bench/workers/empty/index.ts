/**
 * An empty Worker: what start-up and size are before there is any code (DESIGN.md §7).
 */
export default { fetch: () => new Response("success") } satisfies ExportedHandler;
