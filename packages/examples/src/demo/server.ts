import type { EmbeddedServer } from "@sluice/server";
import { embeddedServer, WebSockets } from "@sluice/server";
import { chat } from "../chat/chat.js";
import { page, readPage } from "../chat/page-files.js";
import { Room } from "../chat/room.js";
import { Traffic } from "../chat/traffic.js";
import { echo } from "../echo/server.js";

export interface DemoOptions {
  readonly port: number;
  readonly host?: string;
  /** Default "auto": WebAssembly where it runs. */
  readonly codec?: "auto" | "wasm" | "typescript";
}

/** The chat with its page, and the echo, in one server. */
export async function demoServer({ port, host = "0.0.0.0", codec = "auto" }: DemoOptions): Promise<EmbeddedServer> {
  const files = await readPage();
  const server = embeddedServer({ port, host, codec }, (app) => {
    app.install(WebSockets);
    page(app, files);
    chat(app, "/chat", { room: new Room(), traffic: new Traffic(), codec: () => server.codec.backend });
    echo(app, "/echo");
  });
  return server;
}
