//! What can be wrong about a JSON text: first in its tree, then in its bytes.

use super::grammar::text;
use proptest::{collection::vec, prelude::*, sample::Index, sample::select};
use serde_json::{Map, Value, json};
use std::mem::discriminant;

/// Around a string whose content stands in the text as it is, without quotes.
const RAW: char = '\u{e000}';
/// In a key: it goes from the text, so that the key stands there twice.
const TWICE: char = '\u{e001}';

/// What no JSON value holds: numbers out of range, texts that are none.
const RAW_TEXTS: [&str; 16] = [
    "1e400",
    "-0",
    "-0.0",
    "01",
    "1E2",
    "7.0",
    "NaN",
    "18446744073709551616",
    "-9223372036854775809",
    r#""\ud800""#,
    r#""\u0000""#,
    r#""\x""#,
    "\"\n\"",
    r#"{"a":1,"a":2}"#,
    "nul",
    "",
];
const EDGES: [u64; 9] = [
    0,
    1,
    500,
    u32::MAX as u64,
    1 << 53,
    (1 << 53) + 1,
    1 << 63,
    (1 << 63) - 1,
    u64::MAX,
];
const UUID: &str = "0191A0B0-0000-7000-8000-0000000000AA";

/// What is wrong with one place of the tree.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It is not there.
    Gone,
    /// Something else is there.
    Instead(Value),
    /// The same kind of thing is there, but another: a number, or a text.
    Alike(Value),
    /// Its key stands there again, with this.
    Twice(Value),
    /// Beside it, or in it, is something that nobody knows.
    Extra(String, Value),
    /// It lies so deep in arrays or objects.
    Nested(bool, u8),
}

/// What is wrong with the bytes.
#[derive(Debug, Clone)]
pub enum Noise {
    /// They end early.
    Cut(Index),
    /// A bit is another.
    Flip(Index, u8),
    /// Something was put in.
    Insert(Index, Vec<u8>),
}

fn odd_text() -> impl Strategy<Value = String> {
    let length = select(vec![0, 129, 500, 501, 501, 5_000]);
    let uuids = [
        UUID.to_owned(),
        UUID.replace('-', ""),
        format!("{{{UUID}}}"),
        format!("urn:uuid:{UUID}"),
    ];
    prop_oneof![
        text(),
        (length, any::<char>()).prop_map(|(length, c)| c.to_string().repeat(length)),
        select(uuids.to_vec()),
    ]
}

fn odd() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        select(EDGES.to_vec()).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        odd_text().prop_map(Value::from),
        select(RAW_TEXTS.to_vec()).prop_map(|raw| format!("{RAW}{raw}{RAW}").into()),
        vec(any::<u8>(), 0..3).prop_map(Value::from),
        Just(json!({})),
    ]
    .boxed()
}

pub fn fault() -> impl Strategy<Value = (Index, Fault)> {
    let depth = prop_oneof![3 => 1..4u8, 1 => 100..200u8];
    let fault = prop_oneof![
        2 => Just(Fault::Gone),
        3 => odd().prop_map(Fault::Instead),
        3 => select(EDGES.to_vec()).prop_map(|edge| Fault::Alike(edge.into())),
        3 => odd_text().prop_map(|text| Fault::Alike(text.into())),
        1 => odd().prop_map(Fault::Twice),
        1 => (text(), odd()).prop_map(|(key, value)| Fault::Extra(key, value)),
        1 => (any::<bool>(), depth).prop_map(|(array, depth)| Fault::Nested(array, depth)),
    ];
    (any::<Index>(), fault)
}

pub fn noise() -> impl Strategy<Value = Noise> {
    prop_oneof![
        any::<Index>().prop_map(Noise::Cut),
        (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Noise::Flip(at, bit)),
        (any::<Index>(), vec(any::<u8>(), 1..4)).prop_map(|(at, bytes)| Noise::Insert(at, bytes)),
    ]
}

/// Nothing but noise, some of which looks like JSON.
pub fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let soup = r#"[\[\]{}:,"0-9a-z\\. -]{0,80}"#.prop_map(String::into_bytes);
    prop_oneof![
        vec(any::<u8>(), 0..300),
        soup,
        (1..10_000usize).prop_map(|depth| vec![b'['; depth]),
    ]
}

/// The places of a tree that are wanted, as JSON pointers.
fn places(value: &Value, at: &str, wanted: &dyn Fn(&Value) -> bool, found: &mut Vec<String>) {
    if wanted(value) {
        found.push(at.to_owned());
    }
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = key.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{key}"), wanted, found);
            }
        }
        Value::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{n}"), wanted, found);
            }
        }
        _ => {}
    }
}

/// The object or array around a place, and the place's key in it.
fn around<'v>(tree: &'v mut Value, place: &str) -> Option<(&'v mut Value, String)> {
    let (outer, key) = place.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    Some((tree.pointer_mut(outer)?, key))
}

fn spoil_at(tree: &mut Value, place: &str, fault: Fault) {
    match fault {
        Fault::Gone => match around(tree, place) {
            Some((Value::Object(fields), key)) => drop(fields.remove(&key)),
            Some((Value::Array(items), key)) => drop(items.remove(key.parse().unwrap())),
            _ => *tree = Value::Null,
        },
        Fault::Twice(value) => {
            if let Some((Value::Object(fields), key)) = around(tree, place) {
                fields.insert(format!("{key}{TWICE}"), value);
            }
        }
        Fault::Instead(value) | Fault::Alike(value) => *tree.pointer_mut(place).unwrap() = value,
        Fault::Extra(key, value) => {
            if let Value::Object(fields) = tree.pointer_mut(place).unwrap() {
                fields.insert(key, value);
            } else if let Some((Value::Object(fields), _)) = around(tree, place) {
                fields.insert(key, value);
            }
        }
        Fault::Nested(array, depth) => {
            let inner = tree.pointer_mut(place).unwrap();
            for _ in 0..depth {
                let value = inner.take();
                *inner = if array {
                    json!([value])
                } else {
                    Map::from_iter([("a".to_owned(), value)]).into()
                };
            }
        }
    }
}

/// The text of a tree with all that is wrong about it.
pub fn spoiled(mut tree: Value, faults: &[(Index, Fault)], noise: &[Noise]) -> Vec<u8> {
    for (at, fault) in faults {
        let wanted = |value: &Value| match fault {
            Fault::Alike(other) => discriminant(value) == discriminant(other),
            _ => true,
        };
        let mut found = Vec::new();
        places(&tree, "", &wanted, &mut found);
        if !found.is_empty() {
            let place: &String = at.get(&found);
            spoil_at(&mut tree, place, fault.clone());
        }
    }
    let text = tree.to_string();
    let text = text.replace(TWICE, "");
    // serde_json escapes what stands between the marks; the texts have their own idea of it.
    let mut bytes = unescaped(&text).into_bytes();
    for noise in noise {
        match noise {
            Noise::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
            Noise::Flip(at, bit) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Noise::Flip(..) => {}
            Noise::Insert(at, more) => {
                let at = at.index(bytes.len() + 1);
                bytes.splice(at..at, more.iter().copied());
            }
        }
    }
    bytes
}

/// Puts what stands between two marks into the text as it is.
fn unescaped(text: &str) -> String {
    RAW_TEXTS.iter().fold(text.to_owned(), |text, raw| {
        text.replace(&Value::from(format!("{RAW}{raw}{RAW}")).to_string(), raw)
    })
}

#[test]
fn faults_end_up_in_the_text() {
    let spoil = |place: &str, fault| {
        let mut tree = json!({"a": 1, "b": [{"c/d": 2}]});
        spoil_at(&mut tree, place, fault);
        String::from_utf8(spoiled(tree, &[], &[])).unwrap()
    };
    assert_eq!(spoil("/a", Fault::Gone), r#"{"b":[{"c/d":2}]}"#);
    assert_eq!(spoil("/b/0/c~1d", Fault::Gone), r#"{"a":1,"b":[{}]}"#);
    assert_eq!(spoil("/b/0", Fault::Gone), r#"{"a":1,"b":[]}"#);
    assert_eq!(spoil("", Fault::Gone), "null");
    assert_eq!(
        spoil("/a", Fault::Twice(json!(2))),
        r#"{"a":1,"a":2,"b":[{"c/d":2}]}"#
    );
    let raw = |raw: &str| Fault::Instead(format!("{RAW}{raw}{RAW}").into());
    for text in RAW_TEXTS {
        assert_eq!(spoil("/b", raw(text)), format!(r#"{{"a":1,"b":{text}}}"#));
    }
    assert_eq!(
        spoil("/b", Fault::Nested(true, 2)),
        r#"{"a":1,"b":[[[{"c/d":2}]]]}"#
    );
    assert_eq!(
        spoil("/b/0", Fault::Extra("e".into(), json!(3))),
        r#"{"a":1,"b":[{"c/d":2,"e":3}]}"#
    );
}
