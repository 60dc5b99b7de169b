//! The server functions: each asks who is there, calls the service, answers. Not here: rules, statuses, what the
//! JSON says (`core::wire`).

pub mod accounts;
pub mod compare;
pub mod json;
pub mod lists;
pub mod settings;
pub mod sharing;
pub mod sync;
