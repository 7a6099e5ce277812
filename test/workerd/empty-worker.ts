/**
 * Makes the running workerd as good as a newly started one, so that test files can share it: ends what is under way,
 * deletes what is stored, unloads the modules. `before-each-file.ts` calls it.
 */
import { evictAllDurableObjects, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { findBucket } from "../../worker/archive/pictures/find-bucket.ts";

/** How long work that the last test left is awaited, milliseconds. Work that hangs is aborted. */
const DRAIN_MS = 2_000;
/** The property of `globalThis` that holds what is kept from file to file: modules are loaded again for each. */
const KEPT = "keptBetweenTestFiles";

type Namespace = DurableObjectNamespace;
type Stub = DurableObjectStub;

interface Kept {
  /** The namespace and the id of each object of which a stub was made since the last reset. */
  readonly called: Map<string, { readonly namespace: Namespace; readonly id: DurableObjectId }>;
  /** Requests to the worker, and their work after the response, that have not ended. */
  readonly requests: Set<Promise<unknown>>;
}

/** Returns whether this workerd has run a test file. */
export function isUsed(): boolean {
  return Object.hasOwn(globalThis, KEPT);
}

/** Begins to note the objects that are called. Once for each workerd. */
export function noteObjects(): void {
  const kept: Kept = { called: new Map(), requests: new Set() };
  Object.assign(globalThis, { [KEPT]: kept });
  const prototype: Namespace = Object.getPrototypeOf(env.CONVERSATION);
  for (const name of ["get", "getByName"] as const) {
    const makeStub: (...named: never[]) => Stub = Reflect.get(prototype, name);
    Object.assign(prototype, {
      [name](this: Namespace, ...named: readonly unknown[]): Stub {
        const stub: Stub = Reflect.apply(makeStub, this, named);
        kept.called.set(stub.id.toString(), { namespace: this, id: stub.id });
        return stub;
      },
    });
  }
}

/** Begins to note the requests to a worker. Once for each time that its module is loaded. */
export function noteRequests(worker: Required<Pick<ExportedHandler<Env>, "fetch">>): void {
  const { requests } = readKept();
  const note = <T>(work: Promise<T>): Promise<T> => {
    const over: Promise<unknown> = Promise.allSettled([work]).then(() => requests.delete(over));
    requests.add(over);
    return work;
  };
  const { fetch } = worker;
  Object.assign(worker, {
    fetch(...[request, bindings, context]: Parameters<typeof fetch>): Promise<Response> {
      const waitUntil = context.waitUntil.bind(context);
      context.waitUntil = (work) => waitUntil(note(work));
      return note(Promise.resolve(fetch(request, bindings, context)));
    },
  });
}

/** Deletes everything that objects, KV, the bucket and the rate limiters have stored, and all alarms. */
export async function emptyStorage(): Promise<void> {
  const { called, requests } = readKept();
  await Promise.race([Promise.all(requests), pause(DRAIN_MS)]);
  requests.clear();
  // Rejects for an object that is still called after 30 s; `reset` has aborted it by then.
  const evicted = evictAllDurableObjects({ webSockets: "close" }).catch(() => {});
  await Promise.race([evicted, pause(DRAIN_MS)]);
  // `reset` empties only the objects that are in memory, so every object that may have stored something is called.
  // Whether its constructor throws does not matter: it is in memory then.
  await Promise.allSettled(
    [...called.values()].map(({ namespace, id }) => runInDurableObject(namespace.get(id), () => {})),
  );
  await Promise.all([
    env.KV.list(),
    findBucket(env)?.list({ prefix: "" }),
    env.API_RATE.limit({ key: "wake" }),
    env.SIGN_IN_RATE.limit({ key: "wake" }),
  ]);
  await reset();
  called.clear();
}

/** The parts of vitest's state that are used. */
interface Module extends Record<"promise" | "exports", unknown> {
  evaluated: boolean;
  readonly importers: Set<string>;
}
interface VitestWorker {
  readonly evaluatedModules: { readonly idToModuleMap: ReadonlyMap<string, Module> };
}
interface ModuleRunner {
  readonly evaluatedModules: { getModuleByUrl(url: string): Module | undefined };
  cachedModule(url: string, importer?: string): Promise<Module>;
}

/** Returns whether the files of this run share a workerd. */
export function isShared(): boolean {
  const { config }: { readonly config: { readonly isolate: boolean } } = Reflect.get(globalThis, "__vitest_worker__");
  return !config.isolate;
}

/**
 * Unloads the modules of this repository: each is evaluated again when it is imported, with a state of its own.
 * `vi.resetModules` would unload the dependencies as well.
 */
export function unloadModules(): void {
  const { evaluatedModules }: VitestWorker = Reflect.get(globalThis, "__vitest_worker__");
  for (const [path, module] of evaluatedModules.idToModuleMap) {
    if (path.includes("/node_modules/")) continue;
    Object.assign(module, { promise: undefined, exports: undefined, evaluated: false });
    module.importers.clear();
  }
}

/**
 * Lets `import()` of a loaded module end without a call of another object, once for each workerd. Vitest asks the
 * object that runs the tests, and a second object that imports the same module then continues in the context of the
 * first.
 */
export function importWithoutCalls(): void {
  const { moduleRunner }: { readonly moduleRunner: ModuleRunner } = Reflect.get(globalThis, "__vitest_mocker__");
  const { evaluatedModules } = moduleRunner;
  const find = moduleRunner.cachedModule.bind(moduleRunner);
  moduleRunner.cachedModule = (url, importer) => {
    const loaded = evaluatedModules.getModuleByUrl(url);
    return loaded?.evaluated === true ? Promise.resolve(loaded) : find(url, importer);
  };
}

function readKept(): Kept {
  return Reflect.get(globalThis, KEPT);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
