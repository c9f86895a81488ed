// Preloaded into a program of the README, which listens on a port that may be taken: has it listen on a free one, and say so.
import { Server } from "node:net";

const { listen } = Server.prototype;

Server.prototype.listen = function (...rest) {
  const callback = rest.findLast((argument) => typeof argument === "function");
  this.once("listening", () => console.log(`http://127.0.0.1:${this.address().port}/`));
  return listen.call(this, { host: "127.0.0.1", port: 0 }, callback);
};
