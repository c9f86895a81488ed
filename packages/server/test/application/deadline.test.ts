import { describe, it } from "vitest";
import { Deadline } from "../../src/application/deadline.js";

describe("a deadline", () => {
  it("ends waiting for what never ends", async () => {
    await new Deadline(5).orUntil(new Promise(() => undefined));
  });

  it("does not hold up what is done before", async () => {
    const deadline = new Deadline(2 ** 31 - 1);
    await deadline.orUntil(Promise.resolve());
    await deadline.orUntil(undefined);
    deadline.cancel();
  });

  it("ends every wait for it", async () => {
    const deadline = new Deadline(5);
    const forever = new Promise(() => undefined);
    await Promise.all([deadline.orUntil(forever), deadline.orUntil(forever)]);
    await deadline.orUntil(forever);
  });
});
