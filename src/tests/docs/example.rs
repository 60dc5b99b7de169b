//! The examples: each block is a request or the answer to the one before it, as HTTP writes them.

use super::{
    document,
    markdown::{Block, blocks},
    names::Names,
    socket,
};
use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
};
use reqwest::{
    Method, StatusCode,
    header::{CONTENT_TYPE, COOKIE},
};
use serde_json::Value;

/// What a request carries that says nothing about who sends it; signing in needs none.
pub const USUAL_COOKIE: &str = "lockstep=<session>";

/// A request or an answer.
pub struct Message<'a> {
    /// Where its block begins.
    pub line: usize,
    /// The request line or the status line.
    pub first: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    /// What follows the headers.
    pub body: &'a str,
}

impl<'a> Message<'a> {
    /// What a block shows.
    pub fn read(block: &'a Block) -> Self {
        let Block { line, info, text } = block;
        assert_eq!(
            info, "http",
            "line {line}: no test runs blocks of this kind"
        );
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default();
        let header = |line: &'a str| line.split_once(": ").unwrap();
        Self {
            line: *line,
            first,
            headers: lines.map(header).collect(),
            body: body.trim_end(),
        }
    }

    /// Sends it, as a browser would that has no cookies but the one it says.
    async fn send(&self, app: &TestApp, names: &mut Names) -> Answer {
        let Self { line, first, .. } = self;
        let [method, path, "HTTP/1.1"] = first.split(' ').collect::<Vec<_>>()[..] else {
            panic!("line {line}: {first:?} is no request line")
        };
        let method: Method = method.parse().unwrap();
        let mut request = app.nobody().request(method, path);
        for (name, value) in &self.headers {
            request = request.header(*name, names.fill(value));
        }
        let says_who = self.headers.iter().any(|(name, _)| *name == "Cookie");
        let signs_in = ["/api/register", "/api/login"].contains(&path);
        if !says_who && !signs_in {
            assert!(names.knows("session"), "line {line}: nobody is signed in");
            request = request.header(COOKIE, names.fill(USUAL_COOKIE));
        }
        request.body(names.fill(self.body)).answer().await
    }

    /// Whether this is what came back.
    fn compare(&self, answer: &Answer, names: &mut Names) {
        let Self { line, first, .. } = self;
        let status = StatusCode::from_u16(answer.status).unwrap();
        assert_eq!(
            *first,
            format!("HTTP/1.1 {status}"),
            "line {line}: {}",
            answer.text
        );
        assert_eq!(answer.header(CONTENT_TYPE), "application/json");
        for (name, value) in &self.headers {
            let mut actual = answer.headers.get_all(*name).iter();
            let fits = actual.any(|actual| names.fits_text(value, actual.to_str().unwrap()));
            assert!(fits, "line {line}: {name} is in {:?}", answer.headers);
        }
        let shown: Value = serde_json::from_str(self.body)
            .unwrap_or_else(|why| panic!("line {line} shows no JSON: {why}"));
        // Empty is not `null`.
        let actual = serde_json::from_str(&answer.text).unwrap();
        if let Err(why) = names.fits(&shown, &actual) {
            panic!("line {line}: body{why}, in\n{actual:#}");
        }
    }
}

#[tokio::test]
async fn every_example_is_answered_as_it_shows() {
    let document = document();
    let blocks = blocks(&document);
    let app = TestApp::start().await;
    let mut names = Names::default();
    let mut rest = blocks.iter();
    while let Some(block) = rest.next() {
        if block.info == socket::INFO {
            socket::run(block, &app, &mut names).await;
            continue;
        }
        let request = Message::read(block);
        let Some(shown) = rest.next().map(Message::read) else {
            panic!("line {}: a request without an answer", request.line)
        };
        let answer = request.send(&app, &mut names).await;
        shown.compare(&answer, &mut names);
    }
}
