/**
 * Writes a configuration for bare workerd: one built Worker with SQLite objects on disk and a KV kept in memory by a
 * second, small Worker. There is no proxy between the socket and the Worker; therefore figures are measured here and
 * not under a dev server (WORKERS.md, "Speed end to end"). Pure: text in, text out.
 */

/** The bindings of the Worker: the kinds that this project uses and a measurement needs. */
export interface WorkerdOptions {
  readonly port: number;
  /** The built module, a file name beside the configuration. */
  readonly module: string;
  readonly compatibilityDate: string;
  readonly vars: Readonly<Record<string, string>>;
  /** Class names by binding name. */
  readonly objects: Readonly<Record<string, string>>;
  readonly kvBindings: readonly string[];
  /** The folder of the objects' databases. */
  readonly storage: string;
}

/**
 * A replacement for KV that implements the protocol of workerd's binding: in memory and, unlike the real one,
 * consistent at once.
 */
const KV_MODULE = `
const kept = new Map();
export default {
  async fetch(request) {
    const url = new URL(request.url);
    const key = decodeURIComponent(url.pathname.slice(1));
    if (request.method === "PUT") kept.set(key, await request.arrayBuffer());
    if (request.method === "DELETE") kept.delete(key);
    if (request.method !== "GET") return new Response();
    return kept.has(key) ? new Response(kept.get(key)) : new Response(null, { status: 404 });
  },
};`;

/** Returns the configuration as Cap'n Proto text. */
export function writeWorkerdConfig(options: WorkerdOptions): string {
  const { port, module, compatibilityDate, vars, objects, kvBindings, storage } = options;
  const bindings = [
    ...Object.entries(vars).map(([name, value]) => `(name = ${quote(name)}, text = ${quote(value)})`),
    ...Object.entries(objects).map(
      ([name, className]) => `(name = ${quote(name)}, durableObjectNamespace = ${quote(className)})`,
    ),
    ...kvBindings.map((name) => `(name = ${quote(name)}, kvNamespace = "kv")`),
  ];
  const namespaces = Object.values(objects).map(
    (name) => `(className = ${quote(name)}, uniqueKey = ${quote(`bench-${name}`)}, enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "kv", worker = .kv),
    (name = "disk", disk = (path = ${quote(storage)}, writable = true)),
    (name = "out", network = (allow = ["private", "local"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const kv :Workerd.Worker = (
  modules = [(name = "kv.js", esModule = ${quote(KV_MODULE)})],
  compatibilityDate = ${quote(compatibilityDate)}
);
const main :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed ${quote(module)})],
  compatibilityDate = ${quote(compatibilityDate)},
  globalOutbound = "out",
  durableObjectNamespaces = [${namespaces.join(", ")}],
  ${namespaces.length > 0 ? 'durableObjectStorage = (localDisk = "disk"),' : ""}
  bindings = [${bindings.join(", ")}]
);
`;
}

/**
 * Quotes a text. JSON's escapes are valid in Cap'n Proto except \\u, which JSON.stringify writes only for control
 * characters.
 */
function quote(text: string): string {
  return JSON.stringify(text);
}
