import { Application } from "../../src/index.js";
import { NodeHost } from "../../src/node/host.js";

/** An application that no engine runs. */
export function application(): Application {
  const logger = { error: () => undefined, warn: () => undefined };
  return new Application({ ...new NodeHost("auto", "auto", false).environment, logger });
}
