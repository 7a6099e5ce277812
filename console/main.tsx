/** The entry point of the desk's page: renders the application into `#app`. */
import { render } from "preact";
import { App } from "./app.tsx";

const root = document.querySelector("#app");
if (root === null) throw new Error("the page has no element with the id app: add it to index.html");
render(<App />, root);
