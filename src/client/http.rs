//! One way to the server: JSON out, JSON in, errors as [`AppError`].

use crate::{
    core::wire::read::{Object, Read},
    error::{AppError, Code},
};
use gloo_net::http::Request;
use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

/// How long an answer may take, in milliseconds.
const ANSWER_TIMEOUT: u32 = 10_000;

/// Posts a JSON body and reads the answer.
///
/// # Errors
/// What the server said, or [`Code::Unreachable`] without an answer.
pub async fn post<T: Read>(path: &str, body: String) -> Result<T, AppError> {
    let (ok, answer) = send(path, body).await.ok_or_else(unreachable)?;
    let read = || JSON::parse(&answer).ok();
    if ok {
        // An answer that is not what it should be comes from something in between, a captive portal say.
        return read()
            .and_then(|value| T::read(&Js(value)))
            .ok_or_else(unreachable);
    }
    Err(read()
        .and_then(|value| AppError::read(&Js(value)))
        .unwrap_or_else(unreachable))
}

/// Whether it went well, and the body. Not generic, so that it is compiled once.
async fn send(path: &str, body: String) -> Option<(bool, String)> {
    // A connection that died silently (sleep, roaming) would never answer. What is sent again is applied once.
    let too_late = AbortSignal::timeout_with_u32(ANSWER_TIMEOUT);
    let request = Request::post(path)
        .abort_signal(Some(&too_late))
        .header("content-type", "application/json")
        .body(body)
        .ok()?;
    let response = request.send().await.ok()?;
    Some((response.ok(), response.text().await.ok()?))
}

fn unreachable() -> AppError {
    AppError::new(Code::Unreachable, "The server cannot be reached.")
}

/// What `JSON.parse` made.
struct Js(JsValue);

impl Js {
    fn get(&self, name: &str) -> Option<JsValue> {
        Reflect::get(&self.0, &JsValue::from_str(name)).ok()
    }
}

impl Object for Js {
    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.as_string()
    }

    fn number(&self, name: &str) -> Option<i64> {
        // Whole numbers to 2^53 are exact; what has a fraction is none of ours.
        let number = self.get(name)?.as_f64()?;
        #[allow(clippy::cast_possible_truncation)]
        let whole = number as i64;
        (whole as f64 == number).then_some(whole)
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    fn object(&self, name: &str) -> Option<Self> {
        self.get(name).filter(JsValue::is_object).map(Self)
    }

    fn objects(&self, name: &str) -> Option<Vec<Self>> {
        let array: Array = self.get(name)?.dyn_into().ok()?;
        Some(array.iter().map(Self).collect())
    }

    fn texts(&self, name: &str) -> Option<Vec<String>> {
        let array: Array = self.get(name)?.dyn_into().ok()?;
        array.iter().map(|text| text.as_string()).collect()
    }
}
