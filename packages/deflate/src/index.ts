export { type DeclinedOffer, type DeflateOffer, PERMESSAGE_DEFLATE, readOffer, type WindowBits } from "./parameters.js";
