/**
 * Loaded before a script (`node --import`): occupies a port after a script has chosen it and before the script binds
 * it. A script chooses a port by listening on it briefly; as soon as its N-th such server has closed
 * (`TAKE_PORT_AFTER`, or `every`), this module listens on the same port and keeps it.
 */
import { createServer, Server } from "node:net";

const wanted = process.env["TAKE_PORT_AFTER"] ?? "";
// oxlint-disable-next-line typescript/unbound-method -- it is called with the server it is asked of
const close = Server.prototype.close;
let closed = 0;

Server.prototype.close = function closeAndTake(this: Server, callback?: (error?: Error) => void): Server {
  const address = this.address();
  if (address === null || typeof address === "string") return close.call(this, callback);
  closed += 1;
  if (wanted !== "every" && closed !== Number(wanted)) return close.call(this, callback);
  return close.call(this, (error) => {
    const other = createServer().listen(address.port, "127.0.0.1", () => {
      console.log(`port ${address.port} is taken`);
      callback?.(error);
    });
    other.unref();
  });
};
