import { expect, it } from "vitest";
import { RefusedOrigins } from "../../src/websockets/refused-origins.js";

it("refused origins are told once each, with both values, and not without end", () => {
  const told: unknown[] = [];
  const origins = new RefusedOrigins({ error: () => undefined, warn: (...what) => void told.push(what) });
  for (let round = 0; round < 3; round++) origins.tell("https://evil.example", "chat.example", "not from there");
  expect(told).toEqual([[{ origin: "https://evil.example", host: "chat.example" }, "not from there"]]);
  for (let index = 0; index < 1000; index++) origins.tell(`https://${index}.example`, "chat.example", `${index}`);
  expect(told).toHaveLength(100);
});
