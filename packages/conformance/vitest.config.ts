import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "conformance",
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/uncaught.ts"],
    // Thousands of messages, on a machine that may be busy.
    testTimeout: 30_000,
  },
});
