//! Tests of the whole server: its store, and what it answers over HTTP. Not here: rules and values, which are
//! tested beside the code that has them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod answer;
mod api;
mod app;
mod appearance;
mod config;
mod docs;
mod generated;
mod pages;
mod person;
mod simulator;
mod socket;
mod store;
