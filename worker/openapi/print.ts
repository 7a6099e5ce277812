/**
 * Prints the OpenAPI document and its page as one line of JSON, for `scripts/build-docs.ts`. A separate program,
 * because it is compiled with the worker's types and the scripts with Node's.
 */
import { createDocument } from "./document.ts";
import { renderDocs } from "./page.ts";

const document = await createDocument();
const page = await renderDocs(document);
console.log(JSON.stringify({ document, page: page.toString() }));
