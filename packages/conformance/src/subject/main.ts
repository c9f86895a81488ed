import { queryObjects } from "node:v8";
import type { EmbeddedServer, Logger } from "@sluice/server";
import { embeddedServer, WebSockets } from "@sluice/server";
import type { Answer, Command, LoggerFault, Measures, Results, Status, SubjectConfig } from "./protocol.js";
import type { SubjectState } from "./routes.js";
import { subjectRoutes, subjectState } from "./routes.js";

// The server under test, as a process of its own: see `startSubject`. What is thrown outside of a handler ends it.

const BLOCKING_LOGGER = 50;

let logged = 0;

function loggerThat(fault: LoggerFault | undefined): Logger {
  const log = (): unknown => {
    logged++;
    if (fault === "throws") throw new Error("The disk is full");
    if (fault === "rejects") return Promise.reject(new Error("The disk is full"));
    if (fault === "blocks") block(BLOCKING_LOGGER);
    return undefined;
  };
  return { error: log, warn: log };
}

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** What an administrator or a time server does to the clock: every look at it from now on is off by so much more. */
function step(ms: number): void {
  const { now } = Date;
  const stepped = (): number => now() + ms;
  globalThis.Date = new Proxy(Date, {
    construct: (date, given: unknown[]) => Reflect.construct(date, given.length === 0 ? [stepped()] : given) as Date,
    get: (date, name) => (name === "now" ? stepped : (Reflect.get(date, name) as unknown)),
  });
}

function status({ application }: EmbeddedServer): Status {
  const { sessions, retained } = application.plugin(WebSockets);
  const handles: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) {
    if (name !== "Timeout" && name !== "Immediate") handles[name] = (handles[name] ?? 0) + 1;
  }
  return { sessions: sessions.size, retained: retained.used, handles, logged, rss: process.memoryUsage.rss() };
}

async function measure(): Promise<Measures> {
  // What was let go of in this turn is garbage in the next; two passes, for what the first one frees.
  for (let pass = 0; pass < 2; pass++) {
    await new Promise(setImmediate);
    globalThis.gc?.();
  }
  const objects = queryObjects(Object, { format: "count" });
  const { heapUsed, rss, external } = process.memoryUsage();
  return { objects, heapUsed, rss, external };
}

async function obey(
  server: EmbeddedServer,
  { ledger, broadcast }: SubjectState,
  command: Command,
): Promise<Results[keyof Results]> {
  switch (command.do) {
    case "status":
      return status(server);
    case "measure":
      return await measure();
    case "block":
      block(command.ms);
      return null;
    case "step":
      step(command.ms);
      return null;
    case "ledger": {
      const told = Object.fromEntries(ledger);
      ledger.clear();
      return told;
    }
    case "emit":
      await broadcast.emit(command.text);
      return null;
    case "stop": {
      const { gracePeriod, timeout } = command;
      await server.stop({ gracePeriod, timeout });
      return null;
    }
  }
}

const { webSockets = {}, server: config, logger } = JSON.parse(process.argv[2] ?? "{}") as SubjectConfig;
const state = subjectState();
const server = embeddedServer(
  { ...config, host: "127.0.0.1", port: 0, logger: loggerThat(logger) },
  subjectRoutes(webSockets, state),
);

function say(answer: Answer): void {
  process.send?.(answer);
}

process.on("message", ({ to, command }: { readonly to: number; readonly command: Command }) => {
  void obey(server, state, command).then(
    (result) => {
      say({ to, result });
      // Whatever keeps the process alive behind this is a leak.
      if (command.do === "stop") process.disconnect();
    },
    (error: unknown) => say({ to, failed: String(error) }),
  );
});
process.on("disconnect", () => void server.stop({ gracePeriod: 0, timeout: 0 }));

await server.start();
say({ listening: (await server.resolvedConnectors())[0].port });
