// Starts a function in AWS Lambda's runtime interface emulator: `node lambda-host.mjs EMULATOR PROGRAM...`. One request at
// a time: the service gives an instance no second one meanwhile.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

const [emulator, ...program] = process.argv.slice(2);
const [port, api] = [await freePort(), await freePort()];
const addresses = ["--runtime-interface-emulator-address", `127.0.0.1:${port}`, "--runtime-api-address", `127.0.0.1:${api}`];
const env = { ...process.env, LAMBDA_TASK_ROOT: process.cwd() };
const child = spawn(emulator, [...addresses, ...program], { stdio: "inherit", env });
child.on("exit", () => process.exit());
process.on("SIGTERM", () => child.kill());
while (!(await listens())) {
  await setTimeout(50);
}
console.log(`port ${port}`);

async function listens() {
  const socket = connect(port, "127.0.0.1");
  const isOpen = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
