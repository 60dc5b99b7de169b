//! What Lockstep decides, as plain functions of their inputs: the server and the browser run the same code.
//!
//! Nothing here knows leptos, axum, tokio, rusqlite, web-sys, a clock or randomness; `scripts/check-core` says so if it ever does.

pub mod account;
pub mod auth;
pub mod compared;
pub mod conflict;
pub mod engine;
pub mod event;
pub mod filter;
pub mod id;
pub mod invalid;
pub mod link;
pub mod list;
pub mod op;
pub mod order;
pub mod pending;
pub mod record;
pub mod replica;
pub mod review;
pub mod sharing;
pub mod table;
pub mod theme;
pub mod todo;
pub mod undo;
pub mod view;
pub mod wire;
