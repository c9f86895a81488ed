import { defineProject } from "vitest/config";

export default defineProject({
  test: {
    name: "examples",
    include: ["test/**/*.test.ts"],
    // Browsers and processes start in these tests, many at once perhaps, and on a small machine.
    testTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
