//! JSON as server functions take it: where a value is not what a field takes, the error names the field.

use leptos::server_fn::{
    Bytes, ContentType, Decodes, Encodes, Format, FormatType,
    codec::{JsonEncoding, Post},
};
use serde::{Serialize, de::DeserializeOwned};

/// The input of a server function that takes JSON.
pub type Json = Post<Named>;

/// See the module.
pub struct Named;

impl ContentType for Named {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for Named {
    const FORMAT_TYPE: Format = JsonEncoding::FORMAT_TYPE;
}

impl<T: Serialize> Encodes<T> for Named {
    type Error = <JsonEncoding as Encodes<T>>::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        JsonEncoding::encode(value)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Named {
    type Error = String;

    #[cfg(feature = "ssr")]
    fn decode(bytes: Bytes) -> Result<T, String> {
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| cause(&error))?;
        json.end().map_err(|error| error.to_string())?;
        Ok(value)
    }

    #[cfg(not(feature = "ssr"))]
    fn decode(bytes: Bytes) -> Result<T, String> {
        <JsonEncoding as Decodes<T>>::decode(bytes).map_err(|error| error.to_string())
    }
}

/// What is wrong, with the field's name as serde writes it where it knows it itself.
#[cfg(feature = "ssr")]
fn cause(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    use serde_path_to_error::Segment;
    let said = error.inner().to_string();
    let by_serde = ["missing field", "duplicate field"]
        .iter()
        .any(|known| said.starts_with(known));
    if by_serde || !error.inner().is_data() {
        return said;
    }
    let mut keys = error.path().iter().filter_map(|segment| match segment {
        Segment::Map { key } => Some(key),
        _ => None,
    });
    keys.next_back()
        .map_or(said, |field| format!("wrong field `{field}`"))
}
