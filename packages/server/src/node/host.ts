import type { ServerOptions as TlsOptions } from "node:https";
import type { Backend, BackendChoice, Codec } from "@sluice/codec-wasm";
import type { Application, ApplicationEnvironment } from "../application/application.js";
import { settleAcceptedSockets } from "./accepted-sockets.js";
import { ARRAY_MEMORY } from "./array-memory.js";
import { AttachedEngine } from "./attached-engine.js";
import type { SocketShare } from "./batched-transport.js";
import { processCodec } from "./codec.js";
import type { NodeEngineOptions } from "./engine.js";
import { NodeEngine, sha1 } from "./engine.js";
import { nodePlatform } from "./platform.js";
import type { ReadPathChoice, ReadPathSelection } from "./read-path.js";
import { selectReadPath } from "./read-path.js";
import { ReadTurn } from "./read-turn.js";
import { BatchPool } from "./write-batch.js";
import { WriteTurn } from "./write-turn.js";

export type { ReadPath, ReadPathChoice } from "./read-path.js";
export { ReadPathUnavailableError } from "./read-path.js";
export type { AttachableServer } from "./upgrade-listener.js";
export type { TlsOptions };

/** Which codec to run: see `ServerConfig.codec`. */
export type CodecChoice = BackendChoice;

/** The codec that runs. */
export type CodecBackend = Backend;

/** What Node offers an application: a codec, a platform, an engine. Everything the engine's connections share is made here. */
export class NodeHost {
  readonly readPath: ReadPathSelection;
  readonly #codec: Codec;

  /**
   * @param own whether it is for servers of our own, and not for those of others.
   * @throws CodecUnavailableError (`CODEC_UNAVAILABLE`)
   * @throws ReadPathUnavailableError (`READ_PATH_UNAVAILABLE`)
   */
  constructor(codec: CodecChoice, readPath: ReadPathChoice, own: boolean) {
    this.#codec = processCodec(codec);
    this.readPath = selectReadPath(readPath, own);
    settleAcceptedSockets();
  }

  get codec(): { readonly backend: CodecBackend; readonly reason: string } {
    return { backend: this.#codec.backend, reason: this.#codec.selection.reason };
  }

  get environment(): Omit<ApplicationEnvironment, "logger"> {
    return { codec: this.#codec, platform: nodePlatform, sha1 };
  }

  engine(application: Application, options: NodeEngineOptions): NodeEngine {
    return new NodeEngine(application, this.#share(), options);
  }

  attachedEngine(application: Application): AttachedEngine {
    return new AttachedEngine(application, this.#share());
  }

  #share(): SocketShare {
    const codec = this.#codec;
    const writes = new WriteTurn();
    const reads = new ReadTurn(codec, writes);
    return { codec, readPath: this.readPath.path, arrays: ARRAY_MEMORY, pool: new BatchPool(), reads, writes };
  }
}
