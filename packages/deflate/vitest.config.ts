import { defineProject } from "vitest/config";

export default defineProject({
  test: { name: "deflate", include: ["test/**/*.test.ts"] },
});
