//! Runs contestants in turns until every figure has enough runs and enough seconds behind it.

use super::Plan;
use super::figure::{Figure, Samples};
use anyhow::Result;
use std::collections::BTreeMap;

/// Rounds after which a contest ends whatever the clock says.
const ROUNDS: usize = 60;

/// What one run measured.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// Values by metric; a run may have several of one.
    pub(crate) values: Vec<(String, f64)>,
    /// Seconds of measured work.
    pub(crate) seconds: f64,
}

/// One side of a contest, or why it does not take part.
pub(crate) enum Contestant<'a> {
    Runs(Box<dyn FnMut() -> Result<Run> + 'a>),
    Out(Figure),
}

impl<'a> Contestant<'a> {
    pub(crate) fn new(run: impl FnMut() -> Result<Run> + 'a) -> Self {
        Self::Runs(Box::new(run))
    }
}

/// What a contestant brought home.
#[derive(Debug)]
pub(crate) enum Outcome {
    Values(BTreeMap<String, Samples>),
    Out(Figure),
}

impl Outcome {
    pub(crate) fn figure(&self, metric: &str) -> Figure {
        match self {
            Self::Out(figure) => figure.clone(),
            Self::Values(values) => match values.get(metric) {
                Some(samples) => Figure::Measured(samples.clone()),
                None => Figure::Failed(format!("it printed no `{metric}`")),
            },
        }
    }
}

/// Something of ours that says of itself that it is not built yet.
#[derive(Debug)]
pub(crate) struct NotYet(pub(crate) String);

impl std::fmt::Display for NotYet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotYet {}

/// Lets everybody run in turns; outcomes come in the order of the contestants. Who fails is out.
pub(crate) fn contest<const N: usize>(plan: &Plan, mut sides: [Contestant<'_>; N]) -> [Outcome; N] {
    hold(plan.runs, plan.floor(), &mut sides)
}

fn hold<const N: usize>(runs: usize, floor: f64, sides: &mut [Contestant<'_>; N]) -> [Outcome; N] {
    let mut scores: [Score; N] = std::array::from_fn(|_| Score::default());
    for _ in 0..ROUNDS {
        let mut done = true;
        for (side, score) in sides.iter_mut().zip(&mut scores) {
            let Contestant::Runs(run) = side else { continue };
            if score.runs >= runs && score.seconds >= floor {
                continue;
            }
            match run() {
                Ok(run) => score.add(run),
                Err(error) => *side = Contestant::Out(broken(&error)),
            }
            done = false;
        }
        if done {
            break;
        }
    }
    let mut scores = scores.into_iter();
    std::array::from_fn(|at| match &sides[at] {
        Contestant::Out(figure) => {
            scores.next();
            Outcome::Out(figure.clone())
        }
        Contestant::Runs(_) => Outcome::Values(scores.next().unwrap_or_default().values),
    })
}

fn broken(error: &anyhow::Error) -> Figure {
    match error.downcast_ref::<NotYet>() {
        Some(NotYet(why)) => Figure::NotYet(why.clone()),
        None => Figure::Failed(format!("{error:#}")),
    }
}

#[derive(Default)]
struct Score {
    values: BTreeMap<String, Samples>,
    runs: usize,
    seconds: f64,
}

impl Score {
    fn add(&mut self, run: Run) {
        for (metric, value) in run.values {
            self.values.entry(metric).or_default().0.push(value);
        }
        self.runs += 1;
        self.seconds += run.seconds;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;
    use std::cell::RefCell;

    fn side<'a>(log: &'a RefCell<String>, name: char, seconds: f64) -> Contestant<'a> {
        Contestant::new(move || {
            log.borrow_mut().push(name);
            Ok(Run { values: vec![("m".into(), seconds)], seconds })
        })
    }

    #[test]
    fn sides_take_turns_until_each_has_runs_and_seconds() {
        let log = RefCell::default();
        let out = hold(2, 1.0, &mut [side(&log, 'a', 0.25), side(&log, 'b', 3.0)]);
        assert_eq!(*log.borrow(), "ababaa");
        assert_eq!(out[0].figure("m"), Figure::Measured(Samples(vec![0.25; 4])));
        assert_eq!(out[1].figure("m"), Figure::Measured(Samples(vec![3.0; 2])));
        assert!(matches!(out[1].figure("other"), Figure::Failed(_)));
    }

    #[test]
    fn a_side_that_fails_is_out_and_the_others_go_on() {
        let log = RefCell::default();
        let out = hold(
            2,
            0.0,
            &mut [
                Contestant::new(|| bail!("no luck")),
                side(&log, 'b', 1.0),
                Contestant::new(|| Err(NotYet("no store".into()).into())),
                Contestant::Out(Figure::Absent("no erl".into())),
            ],
        );
        assert_eq!(*log.borrow(), "bb");
        assert_eq!(out[0].figure("m"), Figure::Failed("no luck".into()));
        assert_eq!(out[2].figure("m"), Figure::NotYet("no store".into()));
        assert_eq!(out[3].figure("m"), Figure::Absent("no erl".into()));
    }

    #[test]
    fn a_side_that_never_fills_a_second_ends_all_the_same() {
        let log = RefCell::default();
        hold(1, 1.0, &mut [side(&log, 'a', 0.0)]);
        assert_eq!(log.borrow().len(), ROUNDS);
    }
}
