//! Figures, bounds and verdicts.

use std::fmt;

/// Values of one figure, one per run.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Samples(pub(crate) Vec<f64>);

impl Samples {
    pub(crate) fn one(value: f64) -> Self {
        Self(vec![value])
    }

    /// Middle value; the mean of the two in the middle when their number is even.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let half = sorted.len() / 2;
        match sorted.len() {
            0 => f64::NAN,
            even if even % 2 == 0 => f64::midpoint(sorted[half - 1], sorted[half]),
            _ => sorted[half],
        }
    }

    pub(crate) fn min(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(crate) fn max(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// The value that the given share of the values does not exceed (0.99 for p99).
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (share * sorted.len() as f64).ceil().max(1.0);
        sorted.get(rank as usize - 1).copied().unwrap_or(f64::NAN)
    }
}

/// What came of measuring.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Figure {
    Measured(Samples),
    /// A peer that is not installed, with what would be needed.
    Absent(String),
    /// Something of ours that does not exist yet.
    NotYet(String),
    /// The measurement broke down.
    Failed(String),
}

impl Figure {
    pub(crate) fn median(&self) -> Option<f64> {
        match self {
            Self::Measured(samples) => Some(samples.median()),
            Self::Absent(_) | Self::NotYet(_) | Self::Failed(_) => None,
        }
    }
}

/// What was promised. Ratios are ours over that of the first peer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
    RatioAtMost(f64),
    RatioAtLeast(f64),
}

/// Whether a promise is kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Pass,
    Short,
    /// It cannot be judged, and why.
    Open(&'static str),
}

/// One figure of ours beside those of the peers.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: Figure,
    /// The first is the one that ratios are judged by.
    pub(crate) peers: Vec<(String, Figure)>,
    pub(crate) bounds: Vec<Bound>,
}

impl Row {
    pub(crate) fn new(id: impl Into<String>, unit: &'static str, ours: Figure) -> Self {
        Self { id: id.into(), unit, ours, peers: Vec::new(), bounds: Vec::new() }
    }

    pub(crate) fn peer(mut self, name: impl Into<String>, figure: Figure) -> Self {
        self.peers.push((name.into(), figure));
        self
    }

    pub(crate) fn bounds(mut self, bounds: &[Bound]) -> Self {
        self.bounds = bounds.to_vec();
        self
    }

    pub(crate) fn failed(&self) -> bool {
        let broken = |figure: &Figure| matches!(figure, Figure::Failed(_));
        broken(&self.ours) || self.peers.iter().any(|(_, figure)| broken(figure))
    }

    /// Ours over the figure of a peer.
    pub(crate) fn ratio(&self, peer: &Figure) -> Option<f64> {
        Some(self.ours.median()? / peer.median()?)
    }

    pub(crate) fn verdict(&self, bound: Bound) -> Verdict {
        let Some(ours) = self.ours.median() else { return Verdict::Open("not measured") };
        let ratio = self.peers.first().and_then(|(_, peer)| self.ratio(peer));
        let kept = match (bound, ratio) {
            (Bound::AtMost(most), _) => ours <= most,
            (Bound::AtLeast(least), _) => ours >= least,
            (Bound::RatioAtMost(_) | Bound::RatioAtLeast(_), None) => return Verdict::Open("no peer"),
            (Bound::RatioAtMost(most), Some(ratio)) => ratio <= most,
            (Bound::RatioAtLeast(least), Some(ratio)) => ratio >= least,
        };
        if kept { Verdict::Pass } else { Verdict::Short }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(value) => write!(f, "≤ {}", number(*value)),
            Self::AtLeast(value) => write!(f, "≥ {}", number(*value)),
            Self::RatioAtMost(value) => write!(f, "≤ {value} ×"),
            Self::RatioAtLeast(value) => write!(f, "≥ {value} ×"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass => f.write_str("pass"),
            Self::Short => f.write_str("SHORT"),
            Self::Open(why) => write!(f, "open ({why})"),
        }
    }
}

/// Three or more digits that matter, thousands apart.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        big if big >= 1000.0 => {
            let digits = format!("{big:.0}");
            let head = digits.len() % 3;
            let mut parts: Vec<&str> = if head > 0 { vec![&digits[..head]] } else { vec![] };
            parts.extend((head..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
            let sign = if value < 0.0 { "-" } else { "" };
            format!("{sign}{}", parts.join(","))
        }
        middle if middle >= 100.0 => format!("{value:.0}"),
        middle if middle >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(value: f64) -> Figure {
        Figure::Measured(Samples::one(value))
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(Samples(vec![3.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(Samples(vec![4.0, 1.0, 2.0, 3.0]).median(), 2.5);
        assert!(Samples(vec![]).median().is_nan());
    }

    #[test]
    fn a_percentile_is_a_value_that_was_seen() {
        let samples = Samples((1..=1000).rev().map(f64::from).collect());
        assert_eq!(samples.percentile(0.99), 990.0);
        assert_eq!(samples.percentile(1.0), 1000.0);
        assert_eq!(samples.percentile(0.0), 1.0);
        assert_eq!((samples.min(), samples.max()), (1.0, 1000.0));
    }

    #[test]
    fn bounds_are_judged_by_the_first_peer() {
        let row = Row::new("x", "s", measured(2.0)).peer("a", measured(1.0)).peer("b", measured(9.0));
        assert_eq!(row.verdict(Bound::RatioAtMost(2.0)), Verdict::Pass);
        assert_eq!(row.verdict(Bound::RatioAtMost(1.9)), Verdict::Short);
        assert_eq!(row.verdict(Bound::RatioAtLeast(2.0)), Verdict::Pass);
        assert_eq!(row.verdict(Bound::RatioAtLeast(2.1)), Verdict::Short);
        assert_eq!(row.verdict(Bound::AtMost(1.0)), Verdict::Short);
        assert_eq!(row.verdict(Bound::AtLeast(1.0)), Verdict::Pass);
    }

    #[test]
    fn what_cannot_be_judged_is_open() {
        let alone = Row::new("x", "s", measured(2.0)).peer("a", Figure::Absent("x".into()));
        assert_eq!(alone.verdict(Bound::RatioAtMost(2.0)), Verdict::Open("no peer"));
        assert_eq!(alone.verdict(Bound::AtMost(2.0)), Verdict::Pass);
        let late = Row::new("x", "s", Figure::NotYet("x".into())).peer("a", measured(1.0));
        assert_eq!(late.verdict(Bound::RatioAtMost(2.0)), Verdict::Open("not measured"));
        assert!(!late.failed());
        assert!(late.peer("b", Figure::Failed("x".into())).failed());
    }

    #[test]
    fn numbers_are_read_at_a_glance() {
        for (value, text) in [
            (0.0, "0"),
            (0.123_456, "0.1235"),
            (1.5, "1.50"),
            (123.4, "123"),
            (1234.0, "1,234"),
            (1_234_567.8, "1,234,568"),
            (-100_000.0, "-100,000"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
