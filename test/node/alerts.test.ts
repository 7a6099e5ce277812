/** Alerts to each vendor's robot. The robots are real servers on this machine and check signatures with Node's HMAC. */
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startStack, type Stack } from "../../scripts/lib/stack.ts";
import { TEST_PORTS, freeTestPort } from "../support/ports.ts";
import { createRobots, ROBOTS } from "../support/robots.ts";

const robots = createRobots();
const HANDLERS = Object.values(robots.hosts);
let stack: Stack;

const receiver = createServer((request, response) => {
  void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const path = request.url ?? "";
    // One server for all vendors: their paths differ.
    const handle = HANDLERS[ROBOTS.findIndex(({ url }) => new URL(url).pathname.slice(0, 6) === path.slice(0, 6))];
    if (handle === undefined || request.method !== "POST") return void response.writeHead(404).end();
    const answer = await handle(
      new Request(`http://robots.test${path}`, { method: "POST", body: Buffer.concat(chunks).toString("utf8") }),
    );
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    return void response.end(await answer.text());
  })();
});

beforeAll(async () => {
  const port = await freeTestPort();
  await new Promise<void>((resolve) => receiver.listen(port, "127.0.0.1", resolve));
  const list = ROBOTS.map((robot) => {
    const { pathname, search } = new URL(robot.url);
    return { ...robot, vendor: robot.name, url: `http://127.0.0.1:${port}${pathname}${search}` };
  });
  stack = await startStack({
    portsFrom: TEST_PORTS,
    vars: { ALERT_ROBOTS: JSON.stringify(list), WEBHOOK_ALLOW_PRIVATE: "1" },
  });
});
afterAll(async () => {
  await stack.stop();
  receiver.closeAllConnections();
  receiver.close();
});

describe("a real robot", () => {
  it.for(ROBOTS.map(({ name }) => name))("of %s accepts the signed test message", async (name, { expect }) => {
    robots.reset();
    const response = await stack.api("POST", "/api/v1/alerts/test", { robot: name });
    expect([response.status, await response.json()]).toEqual([200, { robot: name, vendor: name, accepted: true }]);
    expect(robots.messages).toMatchObject([{ vendor: name, isAccepted: true }]);
  });
});
