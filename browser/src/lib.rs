//! What the browser loads: `lockstep`, with what it gives to JavaScript. See `Cargo.toml` beside this.

pub use lockstep::hydrate;

#[cfg(target_family = "wasm")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
