//! Accepting connections, and ending those that fall silent: half-open ones would otherwise stay for ever and use up
//! the process's files. Not here: what a request may cost (`guard`).

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use std::{io, net::SocketAddr, pin::Pin, time::Duration};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// How long a connection may send nothing: longer than a request takes at most, so that none is cut off while it is
/// answered, and than browsers keep an idle one.
pub const SILENCE: Duration = Duration::from_secs(75);

/// A listener whose connections end when they send or take nothing for a while.
pub struct Patient {
    listener: TcpListener,
    silence: Duration,
}

impl Patient {
    /// Ends connections after so much silence.
    pub fn new(listener: TcpListener, silence: Duration) -> Self {
        Self { listener, silence }
    }
}

impl Listener for Patient {
    type Io = Pin<Box<TimeoutStream<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        // An event is small, and goes out at once: otherwise the system keeps it until the other side has acknowledged
        // the one before, a round trip or more. Where this cannot be set, things are only slower.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_read_timeout(Some(self.silence));
        stream.set_write_timeout(Some(self.silence));
        (Box::pin(stream), peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, Patient>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Patient>) -> Self {
        Self(*stream.remote_addr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, routing::get};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Sends `request` and reads until the server ends the connection.
    async fn until_closed(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn what_is_sent_does_not_wait_for_what_was_sent_before() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _person = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (stream, _) = Patient::new(listener, SILENCE).accept().await;
        assert!(stream.get_ref().nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_connection_that_falls_silent_is_ended_and_one_that_does_not_is_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/", get("here"));
        let service = app.into_make_service_with_connect_info::<Peer>();
        let patient = Patient::new(listener, Duration::from_millis(200));
        tokio::spawn(axum::serve(patient, service).into_future());

        let half = until_closed(address, "GET / HTTP/1.1\r\nHost: x").await;
        assert_eq!(half, "");
        let whole = until_closed(address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(whole.ends_with("here"), "{whole}");
    }
}
