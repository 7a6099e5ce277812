/**
 * `npm start`: the worker, the emulated WeChat and the sample shop's back end, until Ctrl-C, with the values of
 * `.dev.vars` where there is one.
 */
import { LOCAL_API_KEY } from "./lib/local-app.ts";
import { devVarsPath, readDevVars } from "./lib/dev-vars.ts";
import { describeStack, keyPlace, runLocal, stopOnSignal } from "./lib/local-run.ts";
import { readLocalValues } from "./lib/local-values.ts";

const path = devVarsPath(process.argv.slice(2));
const values = readLocalValues((await readDevVars(path)) ?? "");
if (!values.ok) {
  console.error(`${path} 不对 / is wrong:`);
  for (const { variable, problem, cure } of values.error) console.error(`  ✗ ${variable} ${problem}: ${cure}`);
  process.exit(1);
}
const stack = await runLocal({ values: values.value, onLog: (line) => console.log(line) });
await stack.control.verify();
const { apiKey } = values.value;
console.log(describeStack(stack, apiKey === LOCAL_API_KEY ? apiKey : keyPlace(path)));
stopOnSignal(stack);
