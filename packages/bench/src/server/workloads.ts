import { KIB } from "../sizes.js";
import type { Suite, Target, Timing, Workload } from "../suite/workload.js";

/** Connections of the usual echo, and of the two rows that have many. */
const CONNECTIONS = 64;
const THOUSAND = 1_000;
const MANY = 4_096;

/** A quiet connection takes a few KiB: so many that what the server grows by at first is nothing beside them. */
const IDLE_CONNECTIONS = 9_000;

interface Echo {
  readonly size: number;
  readonly window: number;
  readonly text?: boolean;
  readonly connections?: number;
}

function echo({ size, window, text = false, connections = CONNECTIONS }: Echo): Workload["jobs"] {
  return (timing: Timing) => [{ kind: "echo", connections, window, size, text, ...timing }];
}

/** A flow's message: small, as prices and positions are. */
const FLOW_SIZE = 64;

function flow(burst: number): Workload["jobs"] {
  return (timing: Timing) => [{ kind: "flow", connections: THOUSAND, burst, size: FLOW_SIZE, ...timing }];
}

/** Against ws with bufferutil, and against uWebSockets.js: what is to be reached. */
function targets(floor: number, goal: number, goalOfUws?: number): readonly Target[] {
  const ofWs: Target = { against: "ws-bufferutil", floor, goal };
  return goalOfUws === undefined ? [ofWs] : [ofWs, { against: "uwebsockets", goal: goalOfUws }];
}

function cpu(name: string, title: string, jobs: Workload["jobs"], reach: readonly Target[]): Workload {
  return { name, title, mode: name.startsWith("flow") ? "flow" : "echo", unit: "cpu", jobs, targets: reach };
}

export const SERVER_SUITE: Suite = {
  name: "bench:server",
  title: "Whole servers, one process each, on 127.0.0.1",
  contenders: ["sluice", "ws-bufferutil", "ws", "node", "uwebsockets", "bun"],
  workloads: [
    cpu("16-w16", "16 B, 16 in flight", echo({ size: 16, window: 16 }), targets(8, 10, 1)),
    cpu("128-w16", "128 B, 16 in flight", echo({ size: 128, window: 16 }), targets(7, 10, 1)),
    cpu("text-128-w16", "text, 128 B, 16 in flight", echo({ size: 128, window: 16, text: true }), targets(6, 8, 0.9)),
    cpu("1k-w16", "1 KiB, 16 in flight", echo({ size: KIB, window: 16 }), targets(4.5, 6, 1)),
    cpu("16k-w4", "16 KiB, 4 in flight", echo({ size: 16 * KIB, window: 4 }), targets(1.5, 2, 1)),
    cpu("256k-w1", "256 KiB, 1 in flight", echo({ size: 256 * KIB, window: 1 }), targets(1.2, 2, 0.8)),
    cpu("16-w1", "16 B, 1 in flight", echo({ size: 16, window: 1 }), targets(1.2, 1.4, 0.85)),
    cpu(
      "16-w1-1000",
      "16 B, 1 in flight, 1,000 connections",
      echo({ size: 16, window: 1, connections: THOUSAND }),
      targets(1.15, 1.3, 0.8),
    ),
    cpu("flow-1", "flow to 1,000, one a turn", flow(1), targets(1.1, 1.2, 0.8)),
    cpu("flow-16", "flow to 1,000, sixteen a turn", flow(16), targets(12, 15, 0.8)),
    cpu(
      "handshake",
      "handshake, one echo, close",
      (timing) => [{ kind: "handshake", connections: 32, ...timing }],
      targets(1.3, 1.5),
    ),
    {
      name: "idle",
      title: "idle connection",
      mode: "echo",
      unit: "memory",
      jobs: (timing) => [{ kind: "idle", connections: IDLE_CONNECTIONS, ...timing }],
      targets: targets(0.9, 0.75),
    },
    {
      name: "growth",
      title: "16 B, 1 in flight, 4,096 ÷ 64",
      mode: "echo",
      unit: "growth",
      jobs: (timing) => [
        ...echo({ size: 16, window: 1 })(timing),
        ...echo({ size: 16, window: 1, connections: MANY })(timing),
      ],
      targets: [{ against: "ws-bufferutil", floor: 1.15 }],
    },
  ],
};
