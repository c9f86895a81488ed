/** Handed out where there is nothing to wait for. Whoever is given this very promise may go on at once. */
export const DONE: Promise<void> = Promise.resolve();
