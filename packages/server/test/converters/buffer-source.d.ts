// The types of @msgpack/msgpack name this one of the DOM's, which Node's types do not have.
type BufferSource = ArrayBufferView | ArrayBuffer;
