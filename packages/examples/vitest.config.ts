import { defineProject } from "vitest/config";

export default defineProject({
  // Browsers and processes start in these tests, and many of them at once on a small machine.
  test: { name: "examples", include: ["test/**/*.test.ts"], testTimeout: 60_000 },
});
