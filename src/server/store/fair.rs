//! A bounded queue that serves lists in turn, so that a busy one does not make the others wait. Not here: what is queued.

use std::collections::{BTreeMap, VecDeque};

/// See the module. `K`: whose turn it is. `T`: what waits.
#[derive(Debug)]
pub struct Fair<K, T> {
    lanes: BTreeMap<K, Lane<T>>,
    /// Whose lane is not empty, the next one first.
    turns: VecDeque<K>,
    /// The weight of all that waits.
    waiting: usize,
    bounds: Bounds,
}

#[derive(Debug)]
struct Lane<T> {
    /// With their weights.
    items: VecDeque<(usize, T)>,
    /// The weight of all of them.
    waiting: usize,
}

/// How much may wait, by weight. Where nothing waits, anything may.
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
    pub fn push(&mut self, key: K, weight: usize, item: T) -> Result<(), T> {
        let there = self.lanes.get(&key).map_or(0, |lane| lane.waiting);
        let is_full = |waiting: usize, bound| waiting > 0 && waiting.saturating_add(weight) > bound;
        if is_full(self.waiting, self.bounds.all) || is_full(there, self.bounds.each) {
            return Err(item);
        }
        let lane = self.lanes.entry(key).or_insert_with(|| {
            self.turns.push_back(key);
            Lane {
                items: VecDeque::new(),
                waiting: 0,
            }
        });
        lane.items.push_back((weight, item));
        lane.waiting += weight;
        self.waiting += weight;
        Ok(())
    }

    /// Takes items out until their weight reaches `max`: one of each key in turn, each key's in the order they came.
    pub fn take(&mut self, max: usize) -> Vec<T> {
        let mut taken = Vec::new();
        let mut taken_weight = 0;
        while taken_weight < max
            && let Some(key) = self.turns.pop_front()
        {
            let Some(lane) = self.lanes.get_mut(&key) else {
                continue;
            };
            if let Some((weight, item)) = lane.items.pop_front() {
                lane.waiting -= weight;
                self.waiting -= weight;
                taken_weight += weight;
                taken.push(item);
            }
            if lane.items.is_empty() {
                self.lanes.remove(&key);
            } else {
                self.turns.push_back(key);
            }
        }
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
            queue.push(key, 1, item).unwrap();
        }
        assert_eq!(queue.take(4), [1, 4, 5, 2]);
        assert_eq!(queue.take(4), [3]);
        assert_eq!(queue.take(4), [0; 0]);
    }

    #[test]
    fn what_there_is_no_room_for_comes_back() {
        let mut queue = Fair::new(BOUNDS);
        queue.push("a", 2, 0).unwrap();
        assert_eq!(queue.push("a", 2, 9), Err(9));
        queue.push("a", 1, 1).unwrap();
        queue.push("b", 2, 2).unwrap();
        assert_eq!(queue.push("c", 1, 9), Err(9));
        assert_eq!(queue.take(9).len(), 3);
        assert_eq!(queue.push("c", 1, 9), Ok(()));
    }

    #[test]
    fn what_is_heavier_than_the_bounds_waits_alone() {
        let mut queue = Fair::new(BOUNDS);
        queue.push("a", 9, 1).unwrap();
        assert_eq!(queue.push("b", 1, 9), Err(9));
        assert_eq!(queue.take(1), [1]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_doubled_or_overtaken(
            steps in proptest::collection::vec(prop_oneof![(0u8..4, 1usize..4).prop_map(Some), Just(None)], 0..80)
        ) {
            let mut queue = Fair::new(BOUNDS);
            let (mut put, mut got) = (vec![], vec![]);
            for (n, step) in steps.into_iter().enumerate() {
                match step {
                    Some((key, weight)) => if queue.push(key, weight, (key, n)).is_ok() {
                        put.push((key, n));
                    },
                    None => got.extend(queue.take(2)),
                }
            }
            got.extend(queue.take(usize::MAX));
            prop_assert_eq!((queue.waiting, queue.lanes.len(), queue.turns.len()), (0, 0, 0));
            // A stable sort by key keeps each key's items in their order.
            put.sort_by_key(|(key, _)| *key);
            got.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(got, put);
        }
    }
}
