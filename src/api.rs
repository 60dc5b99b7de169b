//! The server functions: each asks who is there, calls the service, answers. Not here: rules, JSON, statuses.

pub mod accounts;
pub mod lists;
pub mod settings;
pub mod sync;
