//! The browser's side: effects, and nothing else. Under `ssr` it renders and does nothing.

pub mod clock;
pub mod rows;
pub mod todos;
