//! A bounded queue that serves lists in turn, so that a busy one does not make the others wait. Not here: what is queued.

use std::collections::{BTreeMap, VecDeque};

/// See the module. `K`: whose turn it is. `T`: what waits.
#[derive(Debug)]
pub struct Fair<K, T> {
    lanes: BTreeMap<K, VecDeque<T>>,
    /// Whose lane is not empty, the next one first.
    turns: VecDeque<K>,
    waiting: usize,
    bounds: Bounds,
}

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Altogether.
    pub all: usize,
    /// For one key.
    pub each: usize,
}

impl<K: Ord + Copy, T> Fair<K, T> {
    /// An empty queue.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            lanes: BTreeMap::new(),
            turns: VecDeque::new(),
            waiting: 0,
            bounds,
        }
    }

    /// Queues an item.
    ///
    /// # Errors
    /// The item, if there is no room for it.
    pub fn push(&mut self, key: K, item: T) -> Result<(), T> {
        let lane = self.lanes.entry(key).or_default();
        if self.waiting >= self.bounds.all || lane.len() >= self.bounds.each {
            if lane.is_empty() {
                self.lanes.remove(&key);
            }
            return Err(item);
        }
        if lane.is_empty() {
            self.turns.push_back(key);
        }
        lane.push_back(item);
        self.waiting += 1;
        Ok(())
    }

    /// Takes at most `max` items out: one of each key in turn, each key's in the order they came.
    pub fn take(&mut self, max: usize) -> Vec<T> {
        let mut taken = Vec::with_capacity(max.min(self.waiting));
        while taken.len() < max
            && let Some(key) = self.turns.pop_front()
        {
            let Some(lane) = self.lanes.get_mut(&key) else {
                continue;
            };
            taken.extend(lane.pop_front());
            if lane.is_empty() {
                self.lanes.remove(&key);
            } else {
                self.turns.push_back(key);
            }
        }
        self.waiting -= taken.len();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUNDS: Bounds = Bounds { all: 5, each: 3 };

    #[test]
    fn lists_are_served_in_turn_and_each_in_order() {
        let mut queue = Fair::new(BOUNDS);
        for (key, item) in [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5)] {
            queue.push(key, item).unwrap();
        }
        assert_eq!(queue.take(4), [1, 4, 5, 2]);
        assert_eq!(queue.take(4), [3]);
        assert_eq!(queue.take(4), [0; 0]);
    }

    #[test]
    fn what_there_is_no_room_for_comes_back() {
        let mut queue = Fair::new(BOUNDS);
        for item in 0..3 {
            queue.push("a", item).unwrap();
        }
        assert_eq!(queue.push("a", 9), Err(9));
        queue.push("b", 4).unwrap();
        queue.push("b", 5).unwrap();
        assert_eq!(queue.push("c", 9), Err(9));
        assert_eq!(queue.take(9).len(), 5);
        assert_eq!(queue.push("c", 9), Ok(()));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_doubled_or_overtaken(
            steps in proptest::collection::vec(prop_oneof![(0u8..4).prop_map(Some), Just(None)], 0..80)
        ) {
            let mut queue = Fair::new(BOUNDS);
            let (mut put, mut got) = (vec![], vec![]);
            for (n, step) in steps.into_iter().enumerate() {
                match step {
                    Some(key) => if queue.push(key, (key, n)).is_ok() {
                        put.push((key, n));
                    },
                    None => got.extend(queue.take(2)),
                }
            }
            got.extend(queue.take(usize::MAX));
            // A stable sort by key keeps each key's items in their order.
            put.sort_by_key(|(key, _)| *key);
            got.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(got, put);
        }
    }
}
