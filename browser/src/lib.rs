//! What the browser loads: `lockstep`, with what it gives to JavaScript. See `Cargo.toml` beside this.

pub use lockstep::hydrate;
