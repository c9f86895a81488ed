import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();

/** Ends a child together with this process, however that ends: neither a server nor a suite is left behind. */
export function endWithUs<Child extends ChildProcess>(child: Child): Child {
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}

/** To be called once, by the program. Without it a signal would end this process alone. */
export function endChildrenOnSignals(): void {
  process.once("exit", () => {
    for (const child of running) child.kill("SIGKILL");
  });
  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => process.exit(exitCode));
  }
}
