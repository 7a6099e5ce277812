/**
 * Stands in for zod at build time (wrangler.toml, [alias]): hono-openapi imports it lazily for users of zod
 * schemas; ours are valibot's.
 */
export default undefined;
