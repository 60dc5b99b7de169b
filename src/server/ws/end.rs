//! How sockets end, and the closing codes of the sync contract. Not here: when (`socket`, `hub`).

use crate::server::hub::Close;
use tokio_tungstenite::tungstenite::{
    Error,
    error::{CapacityError, ProtocolError},
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The sign-in ended.
    SessionEnded,
    /// The person may no longer see the list.
    AccessLost,
    /// The list was deleted.
    ListDeleted,
    /// Nothing was heard for too long.
    Silent,
    /// Too much was heard.
    Flooding,
    /// It does not take what it is sent.
    TooSlow,
    /// The server stops, or lost its place: come again.
    Restarting,
    /// A frame, or a message in several, was too large.
    TooLarge,
    /// Bytes, where only text is spoken.
    Binary,
    /// Text that is no message.
    Garbage,
    /// Text that is not UTF-8.
    NotText,
    /// Against the WebSocket protocol itself.
    Protocol,
    /// The other side left, or the connection broke. There is nobody to tell.
    Gone,
}

impl End {
    /// The closing code, unless there is nobody to tell.
    pub fn code(self) -> Option<u16> {
        Some(match self {
            Self::SessionEnded => 4401,
            Self::AccessLost => 4403,
            Self::Silent => 4408,
            Self::ListDeleted => 4410,
            Self::Flooding => 4429,
            Self::TooSlow => 4499,
            Self::Restarting => 1012,
            Self::TooLarge => 1009,
            Self::Binary => 1003,
            Self::Garbage => 1008,
            Self::NotText => 1007,
            Self::Protocol => 1002,
            Self::Gone => return None,
        })
    }

    /// What is sent.
    pub fn frame(self) -> Option<CloseFrame> {
        let code = CloseCode::from(self.code()?);
        let reason = "".into();
        Some(CloseFrame { code, reason })
    }
}

impl From<Close> for End {
    fn from(close: Close) -> Self {
        match close {
            Close::SessionEnded => Self::SessionEnded,
            Close::AccessLost => Self::AccessLost,
            Close::ListDeleted => Self::ListDeleted,
            Close::TooSlow => Self::TooSlow,
            Close::Restarting => Self::Restarting,
        }
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(CapacityError::MessageTooLong { .. }) => Self::TooLarge,
            Error::Utf8(_) => Self::NotText,
            Error::Protocol(
                ProtocolError::ResetWithoutClosingHandshake
                | ProtocolError::SendAfterClosing
                | ProtocolError::ReceivedAfterClosing,
            ) => Self::Gone,
            Error::Protocol(_) => Self::Protocol,
            _ => Self::Gone,
        }
    }
}
