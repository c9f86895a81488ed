/** Numbers from 0 to below a bound, in an order that repeats: the same work for everybody, in every run. */
export function createRandom(): (bound: number) => number {
  let state = 7;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
