/**
 * Stands in for strnum at build time (wrangler.toml, [alias]): fast-xml-parser reads numbers with it, and we keep
 * every value as the text it came as (`parseTagValue: false`, WORKERS.md "Parsing").
 */
export default function keepText(value: string): string {
  return value;
}
