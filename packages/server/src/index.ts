export {
  bounded,
  CancelledError,
  type ChannelConfig,
  type ChannelOverflow,
  ChannelOverflowError,
  type ChannelResult,
  ClosedReceiveChannelError,
  ClosedSendChannelError,
  CloseReason,
  type CollectOptions,
  type Collector,
  type DefaultWebSocketSession,
  type Deserialized,
  type Duration,
  deserialize,
  ExtensionConflictError,
  ExtensionNotNegotiatedError,
  type FlowOverflow,
  Frame,
  type FrameOptions,
  FrameTooBigError,
  FrameType,
  type InstalledWebSocketExtension,
  InvalidCloseReasonError,
  InvalidExtensionAnswerError,
  InvalidExtensionFrameError,
  InvalidFrameError,
  InvalidOptionError,
  type Job,
  type JobBlock,
  type JsonConverterOptions,
  jsonConverter,
  MalformedExtensionHeaderError,
  MutableSharedFlow,
  MutableStateFlow,
  PingTimeoutError,
  ProtocolViolationError,
  parseWebSocketExtensions,
  printWebSocketExtensions,
  type ReceiveChannel,
  type SendChannel,
  type SerializingSession,
  type SharedFlow,
  type SharedFlowOptions,
  SluiceError,
  type StandardSchemaV1,
  type StateFlow,
  unlimited,
  type Violation,
  type WebSocketContentConverter,
  WebSocketConverterNotFoundError,
  WebSocketDeserializeError,
  type WebSocketExtension,
  type WebSocketExtensionDefinition,
  type WebSocketExtensionFactory,
  type WebSocketExtensionHeader,
  type WebSocketExtensionParameter,
  type WebSocketExtensionSession,
  type WebSocketExtensionUnit,
  WebSocketSerializeError,
  type WebSocketSession,
  webSocketExtension,
} from "@sluice/core";
export { Application, type ApplicationEnvironment, type ApplicationModule } from "./application/application.js";
export { AttributeKey, Attributes } from "./application/attributes.js";
export { ApplicationCall, ApplicationRequest } from "./application/call.js";
export type { RequestConnectionPoint } from "./application/connection-point.js";
export { type EngineConnector, type EngineConnectors, ListenError, ServerStoppedError } from "./application/engine.js";
export { EventDefinition, type EventHandler, Events } from "./application/events.js";
export { HttpCall, type ResponseOptions } from "./application/http-call.js";
export type { HttpHeaders } from "./application/http-headers.js";
export {
  ApplicationModulesLoaded,
  ApplicationStarted,
  ApplicationStarting,
  ApplicationStopPreparing,
  ApplicationStopped,
  ApplicationStopping,
  ServerReady,
} from "./application/lifecycle.js";
export { type ApplicationPlugin, DuplicatePluginError, MissingPluginError } from "./application/plugin.js";
export type { RequestCookies } from "./application/request-cookies.js";
export type { ApplicationModules } from "./application/server.js";
export type { ApplicationConfig, CodecInUse, ReadPathInUse } from "./application-config.js";
export { type AttachableApplication, application } from "./attachable-application.js";
export type { ConnectorConfig } from "./connectors.js";
export {
  type EmbeddedServer,
  embeddedServer,
  type ServerConfig,
  type StartOptions,
  type StopOptions,
} from "./embedded-server.js";
export type { OriginPredicate, Origins } from "./handshake/origin.js";
export type { HeaderField } from "./handshake/refusal.js";
export { InvalidHeaderError } from "./handshake/response.js";
export { ResponseHeaders } from "./handshake/response-headers.js";
export {
  type AttachableServer,
  type CodecBackend,
  type CodecChoice,
  type ReadPath,
  type ReadPathChoice,
  ReadPathUnavailableError,
  type TlsOptions,
} from "./node/host.js";
export type { Logger } from "./observability/logger.js";
export { InvalidPathError, type PathParameters } from "./routing/path.js";
export type { HttpHandler, RawWebSocketHandler, Route, WebSocketHandler } from "./routing/route.js";
export type { HostPattern } from "./routing/selector.js";
export { AuthenticateTimeoutError, InvalidAuthenticateAnswerError } from "./websockets/gate.js";
export {
  type Authenticate,
  type AuthenticateAnswer,
  AuthenticateCall,
  type AuthenticateRefusal,
} from "./websockets/gate-call.js";
export type { MessageRate } from "./websockets/message-rate.js";
export type { WebSocketOptions } from "./websockets/options.js";
export { WebSockets } from "./websockets/plugin.js";
export type { RawWebSocketRouteOptions, WebSocketRouteOptions } from "./websockets/route-options.js";
export type { DefaultWebSocketServerSession, WebSocketServerSession } from "./websockets/server-session.js";
