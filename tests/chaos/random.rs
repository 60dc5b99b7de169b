//! Numbers of which nothing hangs but what is tried.

use std::hash::{BuildHasher, RandomState};

/// A generator (xorshift).
pub struct Random(u64);

impl Random {
    /// Another one each time.
    pub fn new() -> Self {
        Self(RandomState::new().hash_one(1) | 1)
    }

    /// One of its own.
    pub fn fork(&mut self) -> Self {
        Self(self.next() | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Less than `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Whether it happens, so often in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of them, if there is any.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let count = all.len() as u64;
        (count > 0).then(|| all[self.below(count) as usize])
    }
}
