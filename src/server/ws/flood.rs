//! How much a client may send: 20 frames a second, counted over 5 s, so that a burst is no flood.

use std::time::Duration;

/// Frames in a second that are no flood, however long.
pub const RATE: u32 = 20;
/// Seconds over which they are counted.
pub const SECONDS: usize = 5;

/// See the module.
#[derive(Debug, Default)]
pub struct Flood {
    /// The second since the beginning that is counted now.
    now: u64,
    /// What came in it and in those before it.
    counts: [u32; SECONDS],
}

impl Flood {
    /// One more frame, so long after the beginning. Whether it is one too many.
    pub fn count(&mut self, since: Duration) -> bool {
        let now = since.as_secs();
        let passed = usize::try_from(now - self.now.min(now)).unwrap_or(SECONDS);
        let kept = SECONDS.saturating_sub(passed);
        self.counts.copy_within(..kept, SECONDS - kept);
        self.counts[..SECONDS - kept].fill(0);
        self.now = now;
        self.counts[0] = self.counts[0].saturating_add(1);
        self.counts.iter().sum::<u32>() > RATE * SECONDS as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends `rate` frames a second, evenly. After how many seconds it was too much, within a minute.
    fn lasts(rate: u32) -> Option<u64> {
        let mut flood = Flood::default();
        let gap = Duration::from_secs(1) / rate;
        (0..rate * 60)
            .map(|n| gap * n)
            .find_map(|at| flood.count(at).then_some(at.as_secs()))
    }

    #[test]
    fn twenty_a_second_last_for_ever_and_more_for_five_seconds() {
        assert_eq!(lasts(20), None);
        assert_eq!(lasts(21), Some(4));
        assert_eq!(lasts(1_000), Some(0));
    }

    #[test]
    fn a_burst_is_no_flood_and_is_forgotten() {
        let mut flood = Flood::default();
        let burst = |flood: &mut Flood, at| (0..100).any(|_| flood.count(Duration::from_secs(at)));
        assert!(!burst(&mut flood, 0));
        assert!(!burst(&mut flood, 5));
        assert!(burst(&mut flood, 9));
        assert!(!burst(&mut flood, 1_000_000));
    }
}
