// An address that does not answer a SYN: a process that listens and never accepts, with its queue filled up.

import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";

const LISTENER = `
  const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    require("node:fs").writeSync(1, String(server.address().port) + "\\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** More than a backlog of 1 holds: from then on the kernel drops what comes. */
const FILLING = 4;

export async function startBlackHole() {
  const child = spawn(process.execPath, ["-e", LISTENER], { stdio: ["ignore", "pipe", "inherit"] });
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  const [line] = await once(child.stdout, "data");
  const port = Number(String(line));
  const filling = Array.from({ length: FILLING }, () => net.connect(port, "127.0.0.1").on("error", () => {}));
  await once(/** @type {net.Socket} */ (filling[0]), "connect");
  await new Promise((resolve) => setTimeout(resolve, 100));
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      process.off("exit", endWithUs);
      filling.forEach((socket) => socket.destroy());
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
