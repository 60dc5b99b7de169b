//! Components: data in, callbacks out. They know no network and no server.

pub mod conflict;
pub mod connection;
pub mod filters;
pub mod gestures;
pub mod inspector;
pub mod later;
pub mod notices;
pub mod presence;
pub mod review;
pub mod todo_row;
pub mod whose;

#[cfg(feature = "ssr")]
pub mod appearance;
#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
pub mod left_behind;
