// Targets whose product does not keep its word, each in its own way, at the fourth input.

let checked = 0;

const at = (number, what) => () => ({
  generate: (random) => ({ bytes: random.bytes(4) }),
  check: () => {
    checked += 1;
    if (checked === number + 1) return what();
    return undefined;
  },
});

export const TARGETS = {
  sound: at(-1, () => undefined),
  throws: at(3, () => {
    throw new Error("not my word");
  }),
  rejects: at(3, () => Promise.reject(new Error("not my word"))),
  hangs: at(3, () => {
    for (;;) checked += 0;
  }),
  neverSettles: at(3, () => new Promise(() => undefined)),
  crashes: at(3, () => process.kill(process.pid, "SIGKILL")),
  forgets: at(3, () => {
    // Nobody catches it, and the check itself goes on.
    setTimeout(() => {
      throw new Error("not my word");
    });
    return new Promise(() => undefined);
  }),
  doesNotLoad: () => {
    throw new Error("not here");
  },
};
