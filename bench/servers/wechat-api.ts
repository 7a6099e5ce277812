/**
 * Simulates the part of api.weixin.qq.com that sends messages: answers after `DELAY_MS` (default 80) with a token, or
 * `ok` for every message. It counts messages and stores none. Every request to another path is counted as a webhook
 * event. `GET /count` returns both numbers at once.
 */
import { createServer, type ServerResponse } from "node:http";

const DELAY_MS = Number(process.env["DELAY_MS"] ?? "80");

const count = { messages: 0, events: 0 };

createServer((request, response) => {
  const path = request.url?.split("?")[0];
  request.resume();
  request.on("end", () => {
    if (path === "/count") return sendJson(response, count);
    setTimeout(() => sendJson(response, answerTo(path)), DELAY_MS);
  });
}).listen(Number(process.env["PORT"]), "127.0.0.1");

function answerTo(path: string | undefined): object {
  switch (path) {
    case "/cgi-bin/token":
    case "/cgi-bin/stable_token":
      return { access_token: "bench", expires_in: 7_200 };
    case "/cgi-bin/message/custom/send":
      count.messages += 1;
      return { errcode: 0, errmsg: "ok" };
    default:
      count.events += 1;
      return {};
  }
}

function sendJson(response: ServerResponse, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}
