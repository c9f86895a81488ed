/* bufferutil 4.1.0 comes without types. */
declare module "bufferutil" {
  const bufferutil: {
    /** Unmasks in place. */
    unmask(buffer: Uint8Array, mask: Uint8Array): void;
  };
  export default bufferutil;
}
