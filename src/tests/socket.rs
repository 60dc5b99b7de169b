//! The live socket: over the network, as a client sees it (`route`, `closes`, `input`, `people`), and one socket or one
//! list alone, without a network and with a clock that is handed in (`line`, `pace`, `fan`).

pub mod client;
mod closes;
mod fan;
mod input;
mod line;
mod pace;
mod people;
mod route;
mod wire;
