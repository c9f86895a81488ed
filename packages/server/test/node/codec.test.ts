import { expect, it } from "vitest";
import { processCodec } from "../../src/node/codec.js";

it("a process has one codec for each choice", () => {
  const codec = processCodec("wasm");
  expect(processCodec("wasm") === codec).toBe(true);
  expect(codec.backend).toBe("wasm");
  expect(processCodec("typescript").backend).toBe("typescript");
  expect(processCodec("auto").selection.asked).toBe("auto");
});
