//! What programs and forms get from `/api`.

mod accounts;
pub(super) mod bad_input;
mod compare;
mod cookies;
mod errors;
mod forms;
mod limits;
mod lists;
mod ops;
mod outcomes;
mod pull;
mod roles;
mod settings;
mod sharing;
mod shell;
mod sync;
