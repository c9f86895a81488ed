import type { Engine, EngineConnector, EngineConnectors } from "./engine.js";

type Engines = readonly [Engine<EngineConnectors>, ...Engine<EngineConnectors>[]];

/** Several engines as one: a server that listens in several places. */
export class JoinedEngines implements Engine<EngineConnectors> {
  readonly #engines: Engines;

  constructor(engines: Engines) {
    this.#engines = engines;
  }

  /** In order. Where one cannot listen, those before it stop to. */
  async listen(): Promise<EngineConnectors> {
    const [first, ...rest] = this.#engines;
    try {
      const [connector, ...connectors] = await first.listen();
      const more: EngineConnector[] = connectors;
      for (const engine of rest) more.push(...(await engine.listen()));
      return [connector, ...more];
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async drain(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.drain()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.close()));
  }
}
