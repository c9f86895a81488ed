import { Socket } from "node:net";
import { expect, it } from "vitest";
import { findObstacle, ReadPathUnavailableError, selectReadPath } from "../../src/node/read-path.js";
import { findAccess, handleAccess } from "../../src/node/tcp-handle.js";

it("sockets can be read into shared memory on this Node", () => {
  expect(findObstacle()).toBeUndefined();
  expect(selectReadPath("auto", false)).toEqual({
    path: "shared",
    reason: "Sockets can be read into shared memory here. The sockets are those of another server.",
  });
});

it("connections of our own can do without Node's sockets on this Node", () => {
  expect(handleAccess()).toBeTypeOf("object");
  expect(selectReadPath("auto", true)).toEqual({
    path: "direct",
    reason: "Connections can be driven without Node's sockets here.",
  });
});

it("of a Node that reads otherwise no handle is taken", () => {
  expect(findAccess("another")).toBe("How this Node reads from a handle is not known.");
});

it("what is asked for is taken, and told", () => {
  for (const path of ["direct", "shared", "data"] as const) {
    expect(selectReadPath(path, true)).toEqual({ path, reason: `The read path "${path}" was asked for.` });
  }
});

it.each<[string, () => string | undefined]>([
  ["where libuv holds memory for reads that have not come", () => findObstacle("win32")],
  ["where a socket shows no handle", () => findObstacle("linux", () => new Socket())],
  ["where a handle takes no memory", () => findObstacle("linux", () => withHandle({}))],
  ["where no socket can be made", () => findObstacle("linux", refuse)],
])("an obstacle is found %s", (_, find) => {
  expect(find()).toMatch(/\.$/);
});

it("the try leaves no socket behind", async () => {
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;
  for (let count = 0; count < 10; count++) findObstacle();
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(sockets()).toBe(0);
});

it("the error says what is in the way", () => {
  const error = new ReadPathUnavailableError("It rains.");
  expect(error).toMatchObject({ code: "READ_PATH_UNAVAILABLE", reason: "It rains.", name: "ReadPathUnavailableError" });
  expect(error.message).toContain("It rains.");
});

function refuse(): never {
  throw new Error("There is no such thing.");
}

/** A socket as another runtime, or a later Node, may have it. */
function withHandle(handle: object): Socket {
  const socket = new Socket();
  const close = (): void => undefined;
  Object.assign(socket, { _handle: { readStop: () => 0, readStart: () => 0, close, ...handle } });
  return socket;
}
