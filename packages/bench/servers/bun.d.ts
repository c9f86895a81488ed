/* What the bench uses of Bun, which has it as a global. */
interface BunSocket {
  send(message: string | Uint8Array, compress: boolean): number;
  subscribe(topic: string): void;
}

interface BunServer {
  upgrade(request: Request): boolean;
  publish(topic: string, message: Uint8Array): number;
}

interface BunServeOptions {
  readonly hostname: string;
  readonly port: number;
  readonly fetch: (request: Request, server: BunServer) => Response | undefined;
  readonly websocket: {
    readonly perMessageDeflate:
      | false
      | { readonly compress: "dedicated" | "shared"; readonly decompress: "dedicated" | "shared" };
    /** Seconds; 0 turns it off. */
    readonly idleTimeout: number;
    readonly open: (socket: BunSocket) => void;
    readonly message: (socket: BunSocket, message: string | Uint8Array) => void;
  };
}

declare var Bun: { readonly version: string; serve(options: BunServeOptions): BunServer };
