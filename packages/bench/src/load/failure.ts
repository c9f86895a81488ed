/** A server did not do what the load expects of it, or cannot be reached. */
export class LoadFailure extends Error {
  override readonly name: string = "LoadFailure";
}
