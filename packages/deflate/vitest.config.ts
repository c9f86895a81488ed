import { defineProject } from "vitest/config";

export default defineProject({
  // Property tests run thousands of cases, on a machine that may be busy.
  test: { name: "deflate", include: ["test/**/*.test.ts"], testTimeout: 30_000 },
});
