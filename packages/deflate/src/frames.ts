import { Frame } from "@sluice/core";

/** A message with another payload, and with RSV1 as said; the other reserved bits are other extensions' (RFC 7692 section 6). */
export function remade({ type, rsv2, rsv3 }: Frame.Data, payload: Uint8Array, rsv1: boolean): Frame.Data {
  const options = { rsv1, rsv2, rsv3 };
  return type === "text" ? new Frame.Text(payload, options) : new Frame.Binary(payload, options);
}

/** A message as it goes out uncompressed: an RSV1 that the sender set by hand would say otherwise. */
export function plain(frame: Frame.Data): Frame.Data {
  return frame.rsv1 ? remade(frame, frame.data, false) : frame;
}
