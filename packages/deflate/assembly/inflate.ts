/** To come. */
export function inflate(context: usize, size: u32, room: u32): i32 {
  return 0;
}
export function inflateMore(context: usize, room: u32): i32 {
  return 0;
}
