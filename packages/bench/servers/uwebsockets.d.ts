/* What the bench uses of uWebSockets.js, which is not installed with this repository. */
declare module "uwebsockets" {
  interface Socket {
    send(message: ArrayBuffer, binary: boolean, compress: boolean): number;
    subscribe(topic: string): boolean;
  }

  interface Behavior {
    readonly compression: number;
    /** Bytes. */
    readonly maxPayloadLength: number;
    /** Bytes; what is sent above it is dropped. */
    readonly maxBackpressure: number;
    /** Seconds; 0 turns it off. */
    readonly idleTimeout: number;
    readonly open: (socket: Socket) => void;
    readonly message: (socket: Socket, message: ArrayBuffer, binary: boolean) => void;
  }

  interface App {
    ws(pattern: string, behavior: Behavior): void;
    listen(host: string, port: number, listening: (socket: unknown) => void): void;
    publish(topic: string, message: Uint8Array, binary: boolean): boolean;
  }

  export interface Library {
    App(): App;
    readonly DISABLED: number;
    readonly SHARED_COMPRESSOR: number;
    readonly SHARED_DECOMPRESSOR: number;
    readonly DEDICATED_COMPRESSOR_256KB: number;
    readonly DEDICATED_DECOMPRESSOR_32KB: number;
  }
}
