//! Why an input was refused. Not here: the rules themselves, which stand beside what they protect.

/// An input that breaks a rule, with the field it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid {
    /// The field's name on the wire.
    pub field: &'static str,
    /// What is allowed, said to the person who typed it.
    pub message: &'static str,
}

impl Invalid {
    /// The field and what is allowed in it.
    pub const fn new(field: &'static str, message: &'static str) -> Self {
        Self { field, message }
    }
}
