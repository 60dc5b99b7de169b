//! One way to the server: JSON out, JSON in, or why not.

use crate::core::{
    link::Failure,
    wire::read::{Object, Read, Refusal},
};
use gloo_net::http::Request;
use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, RequestRedirect};

/// How long an answer may take, in milliseconds.
const ANSWER_TIMEOUT: u32 = 10_000;

/// Posts a JSON body and reads the answer.
///
/// # Errors
/// Why there is none of use, as the queue has to know it.
pub async fn post<T: Read>(path: &str, body: String) -> Result<T, Failure> {
    let text = exchange(path, body, "application/json").await?;
    // An answer that is not what it should be comes from something in between, a captive portal say.
    let answer = parse(&text).and_then(|value| T::read(&value));
    answer.ok_or(Failure::Unreadable)
}

/// Posts a form's fields, for whatever success there is.
///
/// # Errors
/// Why there is none.
pub async fn post_form(path: &str, body: String) -> Result<(), Failure> {
    let text = exchange(path, body, "application/x-www-form-urlencoded").await?;
    // JSON, as from our server.
    parse(&text).map(|_| ()).ok_or(Failure::Unreadable)
}

/// The body of an answer that says yes. Not generic, so that it is compiled once.
async fn exchange(path: &str, body: String, kind: &str) -> Result<String, Failure> {
    #[cfg(debug_assertions)]
    super::faults::before()?;
    let (status, text, retry_after) = send(path, body, kind).await?;
    #[cfg(debug_assertions)]
    super::faults::after().await?;
    if status < 300 {
        return Ok(text);
    }
    let refusal = parse(&text).and_then(|value| Refusal::read(&value));
    Err(failure(status, refusal.unwrap_or_default(), retry_after))
}

/// Status, body and `Retry-After`.
async fn send(path: &str, body: String, kind: &str) -> Result<(u16, String, Option<u32>), Failure> {
    // A connection that died silently (sleep, roaming) would never answer. What is sent again is applied once.
    let too_late = AbortSignal::timeout_with_u32(ANSWER_TIMEOUT);
    let exchange = async {
        let request = Request::post(path)
            .abort_signal(Some(&too_late))
            // The server never sends elsewhere: something in between does.
            .redirect(RequestRedirect::Error)
            .header("content-type", kind)
            .body(body)?;
        let response = request.send().await?;
        let retry_after = response.headers().get("retry-after");
        let seconds = retry_after.and_then(|seconds| seconds.parse().ok());
        Ok((response.status(), response.text().await?, seconds))
    };
    exchange.await.map_err(|_: gloo_net::Error| {
        if too_late.aborted() {
            Failure::Late
        } else {
            Failure::Unreachable
        }
    })
}

fn failure(status: u16, refusal: Refusal, retry_after: Option<u32>) -> Failure {
    let retry_after = refusal.retry_after.or(retry_after);
    match (status, retry_after) {
        (401, _) => Failure::SignedOut,
        (429, seconds) => Failure::Busy(seconds.unwrap_or(1)),
        (503, Some(seconds)) => Failure::Busy(seconds),
        (500.., _) => Failure::Erring,
        (400 | 413 | 422, _) => Failure::Refused(refusal.message),
        _ => Failure::Barred(refusal.message),
    }
}

/// What a text says that is JSON.
pub fn parse(text: &str) -> Option<Js> {
    JSON::parse(text).ok().map(Js)
}

/// What `JSON.parse` made.
pub struct Js(JsValue);

impl Js {
    /// What a script gave.
    pub fn new(value: JsValue) -> Self {
        Self(value)
    }

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
