import { open } from "../peer.js";

// Peers as a process of their own, to be killed or stopped: `node crowd.js <port> <path> <count>`. They open sessions, tell
// when all of them are open, read on, and answer nothing.

const [, , port, path, count] = process.argv;
const peers = await Promise.all(Array.from({ length: Number(count) }, () => open({ port: Number(port) }, path)));
for (const { socket } of peers) socket.removeAllListeners("data").resume();
process.send?.("open");
