//! From a request to a connection that speaks WebSocket (RFC 6455, 4.2). Not here: who may (`ws`), what is said (`socket`).

use super::socket::PIECE_MAX;
use crate::error::{AppError, Code};
use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
        },
        request::Parts,
    },
    response::Response,
};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

/// Bytes of a frame, and of a message in several, that a client may send.
pub const FRAME_MAX: usize = 4 * 1024;
/// Bytes that each socket reserves for reading, for as long as it is open. Longer frames get more while they arrive; what
/// clients usually say has some twenty.
const READ_BUFFER: usize = 1024;
/// How long the other side may take to hang up after the goodbye.
const LINGER: Duration = Duration::from_secs(2);
/// Bytes that are read meanwhile, and thrown away.
const LINGER_BYTES: u64 = 1024 * 1024;

/// A request for an upgrade that is in order.
pub struct Upgrade {
    accept: HeaderValue,
    connection: OnUpgrade,
}

/// A connection that speaks WebSocket.
pub struct Connection(WebSocketStream<TokioIo<Upgraded>>);

impl Upgrade {
    /// The upgrade that a request asks for.
    ///
    /// # Errors
    /// 400, 405: it asks for none, or not in a way that this server knows.
    pub fn asked_by(parts: &mut Parts) -> Result<Self, AppError> {
        if parts.method != Method::GET {
            let message = "This address takes another method.";
            return Err(AppError::new(Code::MethodNotAllowed, message));
        }
        let headers = &parts.headers;
        let key = headers.get(SEC_WEBSOCKET_KEY);
        let is_asked = names(headers, CONNECTION, "upgrade")
            && names(headers, UPGRADE, "websocket")
            && names(headers, SEC_WEBSOCKET_VERSION, "13");
        let accept = key.map(|key| derive_accept_key(key.as_bytes()));
        let accept = accept.and_then(|accept| HeaderValue::from_str(&accept).ok());
        let connection = parts.extensions.remove::<OnUpgrade>();
        match (accept, connection) {
            (Some(accept), Some(connection)) if is_asked => Ok(Self { accept, connection }),
            _ => Err(AppError::malformed(
                "This address opens WebSockets (version 13), and nothing else.",
            )),
        }
    }

    /// The answer. `use_it` runs once the connection is there, unless it breaks before.
    pub fn answer<F>(self, use_it: impl FnOnce(Connection) -> F + Send + 'static) -> Response
    where
        F: Future<Output = ()> + Send,
    {
        let connection = self.connection;
        tokio::spawn(async move {
            let Ok(connection) = connection.await else {
                return;
            };
            let connection = TokioIo::new(connection);
            // The default buffer is 128 KiB for each socket.
            let config = WebSocketConfig::default()
                .read_buffer_size(READ_BUFFER)
                .write_buffer_size(PIECE_MAX)
                .max_frame_size(Some(FRAME_MAX))
                .max_message_size(Some(FRAME_MAX));
            let socket = WebSocketStream::from_raw_socket(connection, Role::Server, Some(config));
            use_it(Connection(socket.await)).await;
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept);
        response
    }
}

impl Connection {
    /// Its messages.
    pub fn socket(&mut self) -> &mut WebSocketStream<TokioIo<Upgraded>> {
        &mut self.0
    }

    /// Hangs up so that the goodbye arrives: a connection that is cut while the other side still sends loses what was
    /// sent to it last.
    pub async fn linger(mut self) {
        let stream = self.0.get_mut();
        let rest = async {
            stream.shutdown().await?;
            let mut rest = stream.take(LINGER_BYTES);
            tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
        };
        // Whoever does not hang up is cut off.
        let _ = tokio::time::timeout(LINGER, rest).await;
    }
}

/// Whether a header that lists names has this one.
fn names(headers: &HeaderMap, header: HeaderName, name: &str) -> bool {
    let texts = headers.get_all(header).into_iter();
    let mut listed = texts
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','));
    listed.any(|listed| listed.trim().eq_ignore_ascii_case(name))
}
