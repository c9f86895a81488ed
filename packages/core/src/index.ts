export { Channel, type ChannelBounds, type ChannelOwner } from "./channel/channel.js";
export { bounded, type ChannelConfig, type ChannelOverflow, unlimited } from "./channel/overflow.js";
export type { ReceiveChannel } from "./channel/receive-channel.js";
export type { ChannelResult } from "./channel/result.js";
export type { SendChannel } from "./channel/send-channel.js";
export { CloseReason, isSendableCloseCode } from "./close-reason.js";
export { type Duration, milliseconds } from "./duration.js";
export {
  CancelledError,
  ChannelOverflowError,
  ClosedReceiveChannelError,
  ClosedSendChannelError,
  FrameTooBigError,
  InvalidCloseReasonError,
  InvalidFrameError,
  InvalidOptionError,
  PingTimeoutError,
  ProtocolViolationError,
  SluiceError,
  type Violation,
} from "./errors.js";
export {
  type InstalledWebSocketExtension,
  type WebSocketExtension,
  type WebSocketExtensionDefinition,
  type WebSocketExtensionFactory,
  type WebSocketExtensionSession,
  type WebSocketExtensionUnit,
  webSocketExtension,
} from "./extension/contract.js";
export {
  ExtensionConflictError,
  ExtensionNotNegotiatedError,
  InvalidExtensionAnswerError,
  InvalidExtensionFrameError,
} from "./extension/errors.js";
export {
  MalformedExtensionHeaderError,
  parseWebSocketExtensions,
  printWebSocketExtensions,
  type WebSocketExtensionHeader,
  type WebSocketExtensionParameter,
} from "./extension/header.js";
export {
  type ActiveExtension,
  acceptedExtensions,
  checkConflicts,
  type ExtensionAgreement,
  extensionOffers,
  negotiateExtensions,
} from "./extension/negotiation.js";
export type { CollectOptions, Collector } from "./flow/collection.js";
export type { FlowEmitter, SharedFlow, StateFlow } from "./flow/flow.js";
export { type FlowOverflow, MutableSharedFlow, type SharedFlowOptions } from "./flow/shared-flow.js";
export { MutableStateFlow, StateFlowReplayError } from "./flow/state-flow.js";
export { Frame, type FrameOptions, isFrame, type Payload } from "./frame.js";
export { FrameType } from "./frame-type.js";
export type { CloseState } from "./protocol/close-handshake.js";
export { Connection } from "./protocol/connection.js";
export type {
  ConnectionKind,
  ConnectionOptions,
  ConnectionOutput,
  ConnectionSink,
  MaskKeys,
  ReceiveStatus,
} from "./protocol/connection-options.js";
export { ConnectionProfile } from "./protocol/connection-profile.js";
export { type ConnectionLimits, RetainedBytes } from "./protocol/limits.js";
export { SharedFrames } from "./protocol/shared-frames.js";
export {
  type WebSocketContentConverter,
  WebSocketConverterNotFoundError,
  WebSocketDeserializeError,
  type WebSocketDeserializeErrorOptions,
  WebSocketSerializeError,
  type WebSocketSerializeErrorOptions,
} from "./serialization/content-converter.js";
export { type JsonConverterOptions, jsonConverter } from "./serialization/json.js";
export {
  type Deserialized,
  deserialize,
  receiveDeserialized,
  type SerializingSession,
  type StandardSchemaV1,
  sendSerialized,
  serialize,
} from "./serialization/typed.js";
export { DefaultSession } from "./session/default-session.js";
export type { Job, JobBlock } from "./session/job.js";
export type { MessageRateLimit } from "./session/message-rate.js";
export type { Platform, Timer } from "./session/platform.js";
export { RawSession } from "./session/raw-session.js";
export type { DefaultWebSocketSession, WebSocketSession } from "./session/session.js";
export type { SessionOptions, SessionOwner, SessionSettings } from "./session/session-options.js";
export { Sleeper } from "./session/sleeper.js";
export { TimerWheel } from "./session/timer-wheel.js";
export type { Transport, TransportListener, WriteBatch } from "./session/transport.js";
