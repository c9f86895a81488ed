/*
 * A session ends while sends and receives wait, and not everybody waits for their promises: `session.send("bye")` without
 * `await` is ordinary code. A rejection that nobody looks at would end the whole process, so each one is looked at here.
 * Whoever awaits the promise gets the error all the same.
 */

function ignore(): void {}

/** From now on the promise's rejection harms nobody where nobody looks. */
export function unobtrusive(promise: Promise<unknown>): void {
  promise.catch(ignore);
}

/** A rejected promise that harms nobody where nobody looks. */
export function rejected(cause: unknown): Promise<never> {
  const promise = Promise.reject(cause);
  unobtrusive(promise);
  return promise;
}
