//! Stands in for the crate of this name, of which `server_fn` needs a few functions to compile: for server functions that
//! stream, and Lockstep has none. The whole crate exports JavaScript classes, which nothing can take out of the WebAssembly
//! again: 5.5 kB of every first visit (brotli), without a use.
//!
//! Who wants a server function that streams removes this folder and its line in `Cargo.toml`.

use futures_util::stream::{self, Stream};
use wasm_bindgen::JsValue;

/// No stream.
pub struct ReadableStream;

impl ReadableStream {
    /// Of an answer.
    pub fn from_raw(_: web_sys::ReadableStream) -> Self {
        Self
    }

    /// Of a request.
    pub fn from_stream<S>(_: S) -> Self
    where
        S: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        Self
    }

    /// Says that it cannot.
    pub fn into_stream(self) -> impl Stream<Item = Result<JsValue, JsValue>> + 'static {
        stream::once(async { Err(JsValue::from_str(LACKS)) })
    }

    /// # Panics
    /// Always.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        unimplemented!("{LACKS}")
    }
}

const LACKS: &str = "server functions that stream need the real wasm-streams: see .cargo/wasm-streams";
