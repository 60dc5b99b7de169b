//! What the server answers, and what every refusal has in common.

use reqwest::{
    RequestBuilder,
    header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER, SET_COOKIE},
};
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body as JSON, `null` if it is none.
    pub body: Value,
    /// The body.
    pub text: String,
    /// The headers.
    pub headers: HeaderMap,
}

/// Sends, and reads all of the answer.
pub trait Ask {
    /// See the trait.
    async fn answer(self) -> Answer;
}

impl Ask for RequestBuilder {
    async fn answer(self) -> Answer {
        let response = self.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
            headers,
        }
    }
}

impl Answer {
    /// The body of what worked.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body
    }

    /// It was refused like this, in the shape that every refusal has, and betrays nothing of the inside.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> &Value {
        let Self { body, text, .. } = self;
        assert_eq!(
            (self.status, body["code"].as_str()),
            (status, Some(code)),
            "{text}"
        );
        assert_eq!(self.header(CONTENT_TYPE), "application/json");
        assert!(
            body["message"]
                .as_str()
                .is_some_and(|message| message.len() > 10),
            "{text}"
        );
        for (key, value) in body.as_object().unwrap() {
            match key.as_str() {
                "code" | "message" | "field" => assert!(value.is_string(), "{text}"),
                "retry_after" => assert_eq!(self.header(RETRY_AFTER), value.to_string()),
                _ => panic!("{key} has no business in {text}"),
            }
        }
        assert_eq!(
            self.headers.contains_key(RETRY_AFTER),
            body["retry_after"].is_u64()
        );
        for inside in [
            "sqlite", "SELECT", ".db", "/tmp", "panicked", "src/", "serde", "column",
        ] {
            assert!(!text.contains(inside), "{inside} in {text}");
        }
        body
    }

    /// It leads there.
    #[track_caller]
    pub fn leads_to(&self, path: &str) {
        assert_eq!(
            (self.status, self.header(LOCATION)),
            (303, path),
            "{}",
            self.text
        );
    }

    /// A header, empty if it is not there.
    pub fn header(&self, name: impl reqwest::header::AsHeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The lines that set cookies.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|line| line.to_str().unwrap())
            .collect()
    }
}
