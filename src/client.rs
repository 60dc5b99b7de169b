//! The browser's side: effects, and nothing else. Under `ssr` it renders and does nothing.

#[cfg(feature = "hydrate")]
pub mod auth;
pub mod clock;
#[cfg(all(debug_assertions, feature = "hydrate"))]
mod faults;
#[cfg(feature = "hydrate")]
pub mod http;
#[cfg(feature = "hydrate")]
mod live;
pub mod rendered;
#[cfg(feature = "hydrate")]
pub mod tabs;
pub mod todos;
