//! Restart policy: limits of one service and the delay before each retry.

use infra_clock::Rng;
use std::time::Duration;

/// What an entry's `lifecycle` says, without its references.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Started with the supervisor.
    pub auto_start: bool,
    /// Failing to start fails the boot (`startup: required`); otherwise it is logged and retried.
    pub required: bool,
    /// Limit for reaching Running; zero = none.
    pub start_timeout: Duration,
    /// Limit for a graceful stop; zero = none.
    pub stop_timeout: Duration,
    /// Uptime after which the retry counter starts anew.
    pub stable_threshold: Duration,
    /// How failures are retried.
    pub restart: Restart,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            auto_start: false,
            required: true,
            start_timeout: Duration::from_secs(10),
            stop_timeout: Duration::from_secs(10),
            stable_threshold: Duration::from_secs(5),
            restart: Restart::default(),
        }
    }
}

/// Growing delays between retries.
#[derive(Clone, Debug, PartialEq)]
pub struct Restart {
    /// Before the first retry.
    pub initial_delay: Duration,
    /// Ceiling, before jitter.
    pub max_delay: Duration,
    /// Each delay is this many times the one before.
    pub backoff_factor: f64,
    /// Fraction by which a delay may be longer or shorter, 0 to 1.
    pub jitter: f64,
    /// Retries without a stable run between them; 0 = no limit.
    pub max_attempts: u32,
}

impl Default for Restart {
    fn default() -> Self {
        Restart {
            initial_delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(90),
            backoff_factor: 2.0,
            jitter: 0.1,
            max_attempts: 0,
        }
    }
}

impl Restart {
    /// The delay before retry `attempt` (1, 2, …): min(max, initial × factor^(attempt−1)) × (1 ± jitter).
    pub fn delay(&self, attempt: u32, rng: &mut Rng) -> Duration {
        let ceiling = self.max_delay.max(self.initial_delay).as_secs_f64();
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let plain = self.initial_delay.as_secs_f64() * self.backoff_factor.max(0.0).powi(exponent);
        // A factor that overflows gives infinity or NaN (0 × ∞); `min` answers the ceiling for both.
        let spread = 1.0 + self.jitter.clamp(0.0, 1.0) * (2.0 * rng.unit() - 1.0);
        Duration::try_from_secs_f64(plain.min(ceiling) * spread).unwrap_or(self.max_delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_the_ceiling() {
        let restart = Restart { jitter: 0.0, ..Restart::default() };
        let mut rng = Rng::seeded(1);
        let secs: Vec<u64> = (1..=9).map(|n| restart.delay(n, &mut rng).as_secs()).collect();
        assert_eq!(secs, [1, 2, 4, 8, 16, 32, 64, 90, 90]);
        assert_eq!(restart.delay(u32::MAX, &mut rng).as_secs(), 90);
    }

    #[test]
    fn jitter_stays_within_its_fraction_and_uses_both_sides() {
        let restart = Restart { jitter: 0.1, ..Restart::default() };
        let mut rng = Rng::seeded(7);
        let all: Vec<f64> = (0..1_000).map(|_| restart.delay(1, &mut rng).as_secs_f64()).collect();
        assert!(all.iter().all(|d| (0.9..=1.1).contains(d)));
        assert!(all.iter().any(|d| *d < 0.92) && all.iter().any(|d| *d > 1.08));
    }

    #[test]
    fn nonsense_factors_do_not_panic() {
        let mut rng = Rng::seeded(7);
        for backoff_factor in [0.0, -3.0, f64::INFINITY, f64::NAN, 1e308] {
            for attempt in [1, 2, 1_000, u32::MAX] {
                let restart = Restart { backoff_factor, jitter: 9.0, ..Restart::default() };
                assert!(restart.delay(attempt, &mut rng) <= Duration::from_secs(180));
            }
        }
    }
}
