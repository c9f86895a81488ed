import { defineProject } from "vitest/config";

export default defineProject({
  test: { name: "codec-wasm", include: ["test/**/*.test.ts"] },
});
