import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "server",
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/uncaught.ts"],
    testTimeout: 20_000,
  },
});
