//! The order of one list's events: n goes on only after n−1, in whatever order they are heard.
//!
//! Not here: where they are heard from, and who gets them (`hub`).

use crate::core::id::Seq;
use std::collections::BTreeMap;

/// See the module. `F`: what an event is to those who get it.
#[derive(Debug)]
pub struct Order<F> {
    /// The last that went on. None before it is known where to begin.
    last: Option<Seq>,
    /// What cannot go on yet; without its frame if only its number was heard.
    waiting: BTreeMap<Seq, Option<F>>,
}

impl<F> Default for Order<F> {
    fn default() -> Self {
        Self {
            last: None,
            waiting: BTreeMap::new(),
        }
    }
}

impl<F> Order<F> {
    /// The first reader is at `head`: from there on events go on. What was heard before goes on as well, since others
    /// may have read earlier; each leaves out what it has. What goes on now.
    pub fn begin(&mut self, head: Seq) -> Vec<(Seq, F)> {
        if self.last.is_none() {
            let before_first = |first: &Seq| Seq(first.0.saturating_sub(1));
            let first = self.waiting.keys().next().map(before_first);
            self.last = Some(first.map_or(head, |first| first.min(head)));
        }
        self.go_on()
    }

    /// An event was heard, perhaps again. Without its frame if only its number was. What goes on now.
    pub fn heard(&mut self, seq: Seq, frame: Option<F>) -> Vec<(Seq, F)> {
        if self.last.is_some_and(|last| seq <= last) {
            return Vec::new();
        }
        let known = self.waiting.entry(seq).or_default();
        if known.is_none() {
            *known = frame;
        }
        self.go_on()
    }

    /// What has to be read for others to go on: the events after the first and up to the second.
    pub fn missing(&self) -> Option<(Seq, Seq)> {
        let last = self.last?;
        let until = self.waiting.keys().next_back()?;
        Some((last, *until))
    }

    fn go_on(&mut self) -> Vec<(Seq, F)> {
        let mut ready = Vec::new();
        while let Some(last) = self.last {
            let next = last.next();
            match self.waiting.remove(&next) {
                Some(Some(frame)) => {
                    ready.push((next, frame));
                    self.last = Some(next);
                }
                Some(None) => {
                    self.waiting.insert(next, None);
                    break;
                }
                None => break,
            }
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(ready: Vec<(Seq, u64)>) -> Vec<u64> {
        ready
            .into_iter()
            .map(|(seq, frame)| {
                assert_eq!(seq.0, frame);
                frame
            })
            .collect()
    }

    #[test]
    fn nothing_goes_on_before_the_first_reader_knows_where_it_is() {
        let mut order = Order::default();
        assert_eq!(order.heard(Seq(7), Some(7)), []);
        assert_eq!(order.missing(), None);
        assert_eq!(numbers(order.begin(Seq(7))), [7]);
        assert_eq!(numbers(order.heard(Seq(8), Some(8))), [8]);
    }

    #[test]
    fn what_is_missing_holds_up_the_others_and_is_named() {
        let mut order = Order::default();
        order.begin(Seq(4));
        assert_eq!(order.heard(Seq(7), Some(7)), []);
        assert_eq!(order.heard(Seq(6), None), []);
        assert_eq!(order.missing(), Some((Seq(4), Seq(7))));
        assert_eq!(numbers(order.heard(Seq(5), Some(5))), [5]);
        assert_eq!(order.missing(), Some((Seq(5), Seq(7))));
        assert_eq!(numbers(order.heard(Seq(6), Some(6))), [6, 7]);
        assert_eq!(order.missing(), None);
    }

    proptest! {
        #[test]
        fn in_whatever_order_they_are_heard_each_goes_on_once_and_in_its_place(
            heard in Just((1..=30u64).collect::<Vec<_>>()).prop_shuffle(),
            nameless in proptest::collection::vec(1..=30u64, 0..10),
            head in 0..=30u64,
            begin in 0..=30usize,
        ) {
            let mut order = Order::default();
            let mut out = Vec::new();
            for seq in nameless {
                out.extend(order.heard(Seq(seq), None));
            }
            for (n, seq) in heard.iter().enumerate() {
                if n == begin {
                    out.extend(order.begin(Seq(head)));
                }
                out.extend(order.heard(Seq(*seq), Some(*seq)));
                out.extend(order.heard(Seq(*seq), Some(*seq)));
            }
            out.extend(order.begin(Seq(head)));
            let out = numbers(out);
            // From wherever it began, without gap or repetition, and all that the first reader lacks.
            prop_assert!(out.windows(2).all(|pair| pair[1] == pair[0] + 1));
            prop_assert_eq!(out.last().copied(), (head < 30 || !out.is_empty()).then_some(30));
            if let Some(first) = out.first() {
                prop_assert!(*first <= head + 1);
            }
        }
    }
}
