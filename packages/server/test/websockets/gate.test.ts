import type { Platform } from "@sluice/core";
import { describe, expect, it } from "vitest";
import { ApplicationRequest } from "../../src/application/call.js";
import type { HandshakeRefusal } from "../../src/handshake/refusal.js";
import type { Authenticate } from "../../src/index.js";
import { AuthenticateCall } from "../../src/index.js";
import { nodePlatform } from "../../src/node/platform.js";
import { Gate } from "../../src/websockets/gate.js";
import { SessionRegistry } from "../../src/websockets/session-registry.js";
import { application } from "../support/application.js";
import { signal } from "../support/until.js";

/** A gate, and all that there is to see of it from outside. */
class Harness {
  readonly sessions = new SessionRegistry();
  readonly logged: unknown[] = [];
  /** What it decided; `undefined` where it let the handshake pass. */
  readonly decisions: (HandshakeRefusal | undefined)[] = [];
  readonly call: AuthenticateCall;
  readonly gate: Gate;
  timer: (() => void) | undefined;

  constructor(authenticate: Authenticate) {
    const data = { method: "GET", uri: "/", httpVersion: "1.1", rawHeaders: [] };
    const request = new ApplicationRequest({ ...data, remoteAddress: undefined, remotePort: undefined });
    this.call = new AuthenticateCall(application(), request, {});
    const platform: Platform = {
      ...nodePlatform,
      setTimer: (_, callback) => {
        this.timer = callback;
        const cancel = (): void => {
          this.timer = undefined;
        };
        return { cancel };
      },
    };
    const note = (error: unknown): void => void this.logged.push(error);
    this.gate = new Gate({
      authenticate,
      call: this.call,
      timeout: 1_000,
      platform,
      log: { error: note, warn: note },
      sessions: this.sessions,
      where: "webSocket(/)",
    });
    this.gate.ask((refusal) => this.decisions.push(refusal));
  }

  get statuses(): (number | undefined)[] {
    return this.decisions.map((refusal) => refusal?.status);
  }

  /** Checks that the gate left nothing. */
  expectNothingLeft(): void {
    expect(this.timer).toBeUndefined();
    expect(this.sessions.size).toBe(0);
  }
}

const turn = (): Promise<void> => new Promise(setImmediate);

describe("a gate", () => {
  it.each<[string, Authenticate, number | undefined, number]>([
    ["lets pass", () => undefined, undefined, 0],
    ["refuses", async () => false, 403, 0],
    ["fails", () => Promise.reject(new Error("no")), 500, 1],
    ["makes a mistake", (() => null) as unknown as Authenticate, 500, 1],
  ])("that %s decides once, and leaves nothing", async (_, authenticate, status, logged) => {
    const harness = new Harness(authenticate);
    expect(harness.sessions.size).toBe(1);
    expect(harness.timer).toBeDefined();
    await turn();
    expect(harness.statuses).toEqual([status]);
    expect(harness.logged).toHaveLength(logged);
    expect(harness.call.signal.aborted).toBe(false);
    harness.expectNothingLeft();
    harness.gate.abandon();
    await harness.sessions.closeAll();
    expect(harness.statuses).toEqual([status]);
    expect(harness.call.signal.aborted).toBe(false);
  });

  it.each<[string, (harness: Harness) => unknown, (number | undefined)[], string]>([
    ["is abandoned", (harness) => harness.gate.abandon(), [], "CANCELLED"],
    ["takes too long", (harness) => harness.timer?.(), [503], "AUTHENTICATE_TIMEOUT"],
    ["meets a stop", (harness) => harness.sessions.closeAll(), [503], "CANCELLED"],
  ])("that %s leaves nothing, and what is decided behind that changes nothing", async (_, end, statuses, code) => {
    for (const late of ["answers", "throws", "never"]) {
      const released = signal();
      const harness = new Harness(async () => {
        await released.promise;
        if (late === "throws") throw new Error("late");
        if (late === "never") await new Promise(() => undefined);
        return false;
      });
      await turn();
      expect(harness.decisions).toEqual([]);
      end(harness);
      harness.expectNothingLeft();
      expect(harness.statuses).toEqual(statuses);
      // The signal that is asked for only now tells the same as one that was there.
      expect(harness.call.signal.reason).toMatchObject({ code });
      expect(() => harness.call.response.headers.append("X-Late", "1")).toThrow("X-Late");
      const logged = harness.logged.length;
      released.resolve();
      await turn();
      expect(harness.statuses).toEqual(statuses);
      expect(harness.logged).toHaveLength(logged);
    }
  });
});
