import { unobtrusive } from "../rejection.js";

/** Who waits for a frame to get its place. */
export interface Sender {
  readonly accepted: () => void;
  readonly refused: (cause: unknown) => void;
}

/** A promise that harms nobody where it is rejected and nobody looks. `begin` must not settle it at once. */
export function promised(begin: (sender: Sender) => void): Promise<void> {
  const promise = new Promise<void>((accepted, reject) => {
    const refused = (cause: unknown): void => {
      unobtrusive(promise);
      reject(cause);
    };
    begin({ accepted, refused });
  });
  return promise;
}
