import { defineProject } from "vitest/config";

export default defineProject({
  // Thousands of messages, on a machine that may be busy.
  test: { name: "conformance", include: ["test/**/*.test.ts"], testTimeout: 30_000 },
});
