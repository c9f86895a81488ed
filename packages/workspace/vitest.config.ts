import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "workspace",
    include: ["test/**/*.test.ts"],
    // These tests run compilers, linters and package managers, on machines that may be slow and busy.
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
