//! Simulated runs of the supervisor on virtual time.

use super::*;
use crate::policy::Restart;

fn id(name: &str) -> EntryId {
    EntryId::new("app", name).unwrap()
}

fn policy() -> Policy {
    Policy { auto_start: true, restart: Restart { jitter: 0.0, ..Restart::default() }, ..Policy::default() }
}

fn spec(name: &str, needs: &[&str]) -> Spec {
    Spec { id: id(name), policy: policy(), needs: needs.iter().map(|n| id(n)).collect() }
}

/// A supervisor with a clock, and the runs that are going on.
struct Sim {
    supervisor: Supervisor,
    now: Moment,
    runs: BTreeMap<String, Vec<Run>>,
    reports: Vec<String>,
}

impl Sim {
    fn new(specs: Vec<Spec>) -> Sim {
        let mut supervisor = Supervisor::new(Rng::seeded(1));
        supervisor.register(specs, Moment(0)).unwrap();
        Sim { supervisor, now: Moment(0), runs: BTreeMap::new(), reports: Vec::new() }
    }

    /// What was asked for since the last call, without reports.
    fn asked(&mut self) -> Vec<String> {
        let mut asked = Vec::new();
        for action in self.supervisor.take_actions() {
            match action {
                Action::Start(id, run) => {
                    self.runs.entry(id.name().into()).or_default().push(run);
                    asked.push(format!("start {}", id.name()));
                }
                Action::Cancel(id, _) => asked.push(format!("cancel {}", id.name())),
                Action::Stop(id, _, _) => asked.push(format!("stop {}", id.name())),
                Action::Abandon(id, _) => asked.push(format!("abandon {}", id.name())),
                Action::Revert(id) => asked.push(format!("revert {}", id.name())),
                Action::Forget(id) => asked.push(format!("forget {}", id.name())),
                Action::Report(s) => self.reports.push(format!("{} {}", s.id.name(), s.state.as_str())),
            }
        }
        asked
    }

    fn run(&self, name: &str) -> Run {
        *self.runs[name].last().unwrap()
    }

    fn start(&mut self, names: &[&str]) {
        let ids: Vec<EntryId> = names.iter().map(|n| id(n)).collect();
        self.supervisor.start(&ids, self.now);
    }

    fn started(&mut self, name: &str, answer: Result<()>) {
        let run = self.run(name);
        self.supervisor.started(&id(name), run, answer, self.now);
    }

    fn ended(&mut self, name: &str, how: Result<()>) {
        let run = self.run(name);
        self.supervisor.ended(&id(name), run, how, self.now);
    }

    fn stopped(&mut self, name: &str) {
        let run = self.run(name);
        self.supervisor.stopped(&id(name), run, Ok(()), self.now);
    }

    fn up(&mut self, name: &str) {
        self.start(&[name]);
        assert_eq!(self.asked(), [format!("start {name}")]);
        self.started(name, Ok(()));
        self.asked();
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now.after(time);
        self.supervisor.tick(self.now);
    }

    /// Time until something is due.
    fn due(&self) -> Duration {
        self.supervisor.timer().unwrap().since(self.now)
    }

    fn state(&self, name: &str) -> State {
        self.supervisor.status(&id(name)).unwrap().state
    }

    fn error(&self, name: &str) -> String {
        self.supervisor.status(&id(name)).unwrap().error.unwrap().to_string()
    }
}

fn oops() -> Error {
    Error::unavailable("oops")
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn needs_start_first_and_dependents_stop_first() {
    let mut sim =
        Sim::new(vec![spec("a", &["b", "c"]), spec("b", &["d"]), spec("c", &["d"]), spec("d", &["x"])]);
    sim.start(&["a"]);
    assert_eq!(sim.asked(), ["start d"]);
    assert_eq!(sim.state("a"), State::Starting);
    sim.started("d", Ok(()));
    assert_eq!(sim.asked(), ["start b", "start c"], "one level at once");
    sim.started("b", Ok(()));
    assert_eq!(sim.asked(), Vec::<String>::new());
    sim.started("c", Ok(()));
    assert_eq!(sim.asked(), ["start a"]);
    sim.started("a", Ok(()));
    sim.supervisor.stop_all(sim.now);
    assert_eq!(sim.asked(), ["stop a"]);
    sim.stopped("a");
    assert_eq!(sim.asked(), ["stop b", "stop c"]);
    sim.stopped("b");
    assert_eq!(sim.asked(), Vec::<String>::new());
    sim.stopped("c");
    assert_eq!(sim.asked(), ["stop d"]);
    assert!(!sim.supervisor.idle());
    sim.stopped("d");
    assert!(sim.supervisor.idle());
}

#[test]
fn stopping_one_stops_those_that_need_it_and_no_other() {
    let mut sim = Sim::new(vec![spec("a", &["b"]), spec("b", &["c"]), spec("c", &[])]);
    ["c", "b", "a"].iter().for_each(|name| sim.up(name));
    sim.supervisor.stop(&id("b"), sim.now);
    assert_eq!(sim.asked(), ["stop a"]);
    sim.stopped("a");
    assert_eq!(sim.asked(), ["stop b"]);
    sim.stopped("b");
    assert_eq!(
        [sim.state("a"), sim.state("b"), sim.state("c")],
        [State::Stopped, State::Stopped, State::Running]
    );
}

#[test]
fn circles_are_refused_by_name_and_change_nothing() {
    let mut supervisor = Supervisor::new(Rng::seeded(1));
    supervisor.register(vec![spec("a", &["b"])], Moment(0)).unwrap();
    let error = supervisor.register(vec![spec("b", &["c"]), spec("c", &["a"])], Moment(0)).unwrap_err();
    let expected = "services need each other in a circle: app:a -> app:b -> app:c -> app:a";
    assert_eq!(error.message(), expected);
    assert_eq!(supervisor.all().len(), 1);
    let error = supervisor.register(vec![spec("s", &["s"])], Moment(0)).unwrap_err();
    assert_eq!(error.message(), "services need each other in a circle: app:s -> app:s");
}

#[test]
fn delays_grow_and_a_stable_run_resets_them() {
    let mut sim = Sim::new(vec![spec("a", &[])]);
    sim.up("a");
    let mut delays = Vec::new();
    for _ in 0..4 {
        sim.ended("a", Err(oops()));
        assert_eq!(sim.state("a"), State::Failed);
        delays.push(sim.due().as_secs());
        let wait = sim.due();
        sim.pass(wait - Duration::from_nanos(1));
        assert_eq!(sim.asked(), Vec::<String>::new());
        sim.pass(Duration::from_nanos(1));
        assert_eq!(sim.asked(), ["start a"]);
        sim.started("a", Ok(()));
        sim.pass(SECOND * 4);
    }
    assert_eq!(delays, [1, 2, 4, 8]);
    sim.pass(SECOND);
    sim.ended("a", Err(oops()));
    assert_eq!(sim.due(), SECOND, "it ran for five seconds");
    assert_eq!(sim.supervisor.status(&id("a")).unwrap().retries, 1);
}

#[test]
fn failed_starts_are_retried_and_attempts_run_out() {
    let mut spec = spec("a", &[]);
    spec.policy.restart.max_attempts = 2;
    let mut sim = Sim::new(vec![spec]);
    sim.start(&["a"]);
    for _ in 0..2 {
        assert_eq!(sim.asked(), ["start a"]);
        sim.started("a", Err(oops()));
        let wait = sim.due();
        sim.pass(wait);
    }
    assert_eq!(sim.asked(), ["start a"]);
    sim.started("a", Err(oops()));
    assert_eq!((sim.state("a"), sim.supervisor.timer()), (State::Failed, None));
    assert_eq!(sim.supervisor.outcome(&id("a")).unwrap().unwrap_err().message(), "oops");
    // A request begins anew.
    sim.start(&["a"]);
    assert_eq!(sim.asked(), ["start a"]);
}

#[test]
fn what_another_try_does_not_mend_is_final() {
    for error in [Error::internal("broken"), Error::canceled("stop it")] {
        let mut sim = Sim::new(vec![spec("a", &[]), spec("b", &["a"])]);
        sim.up("a");
        sim.up("b");
        sim.ended("a", Err(error));
        assert_eq!((sim.state("a"), sim.supervisor.timer()), (State::Exited, None));
        assert_eq!(sim.state("b"), State::Running, "dependents keep running");
    }
}

#[test]
fn a_normal_end_is_not_restarted_and_serves_dependents() {
    let mut sim = Sim::new(vec![spec("a", &[]), spec("b", &["a"])]);
    sim.up("a");
    sim.ended("a", Ok(()));
    assert_eq!((sim.state("a"), sim.supervisor.timer()), (State::Exited, None));
    sim.start(&["b"]);
    assert_eq!(sim.asked(), ["start b"], "what it did is done");
    sim.started("b", Ok(()));
    sim.start(&["a"]);
    assert_eq!(sim.asked(), ["start a"], "asked for by name it runs again");
}

#[test]
fn a_dependent_waits_for_a_failed_need_and_says_so() {
    let mut sim = Sim::new(vec![spec("a", &["b"]), spec("b", &[])]);
    sim.start(&["a"]);
    sim.asked();
    sim.started("b", Err(oops()));
    assert_eq!([sim.state("a"), sim.state("b")], [State::Failed, State::Failed]);
    assert_eq!(sim.error("a"), "it needs service app:b, which is failed: oops");
    assert!(sim.supervisor.outcome(&id("a")).unwrap().is_err(), "the boot learns of it at once");
    sim.pass(SECOND);
    assert_eq!(sim.asked(), ["start b"]);
    sim.started("b", Ok(()));
    assert_eq!(sim.asked(), ["start a"]);
    sim.started("a", Ok(()));
    assert!(sim.supervisor.status(&id("a")).unwrap().error.is_none());
    let expected = ["a starting", "b starting", "b failed", "a failed", "b starting", "a starting"];
    sim.asked();
    let reports: Vec<&str> = sim.reports.iter().map(String::as_str).collect();
    assert_eq!(reports[..6], expected[..], "{reports:?}");
}

#[test]
fn a_start_that_takes_too_long_is_dropped_and_retried() {
    let mut sim = Sim::new(vec![spec("a", &[])]);
    sim.start(&["a"]);
    sim.asked();
    assert_eq!(sim.due(), SECOND * 10);
    let late = sim.run("a");
    sim.pass(SECOND * 10);
    assert_eq!(sim.asked(), ["cancel a"]);
    assert_eq!(sim.error("a"), "service app:a did not start within 10s");
    sim.supervisor.started(&id("a"), late, Ok(()), sim.now);
    assert_eq!(sim.state("a"), State::Failed, "its late answer counts for nothing");
    sim.pass(SECOND);
    assert_eq!(sim.asked(), ["start a"]);
}

#[test]
fn a_stop_that_takes_far_too_long_is_abandoned() {
    let mut sim = Sim::new(vec![spec("a", &[])]);
    sim.up("a");
    sim.supervisor.stop(&id("a"), sim.now);
    assert_eq!(sim.asked(), ["stop a"]);
    sim.pass(SECOND * 10);
    assert_eq!(sim.asked(), Vec::<String>::new(), "the service has a second to use force");
    sim.pass(SECOND);
    assert_eq!(sim.asked(), ["abandon a"]);
    assert_eq!(
        (sim.state("a"), sim.error("a").as_str()),
        (State::Stopped, "service app:a did not stop within 10s")
    );
    assert!(sim.supervisor.stop_outcome(&id("a")).unwrap().is_err());
    sim.supervisor.stop_all(sim.now);
    assert!(sim.supervisor.stop_outcome(&id("a")).unwrap().is_ok(), "that was another stop");
}

#[test]
fn a_stop_during_the_start_cancels_it() {
    let mut sim = Sim::new(vec![spec("a", &["b"]), spec("b", &[])]);
    sim.start(&["a"]);
    sim.asked();
    sim.supervisor.stop_all(sim.now);
    assert_eq!(sim.asked(), ["cancel b"]);
    assert!(sim.supervisor.idle());
    assert_eq!(sim.supervisor.timer(), None);
}

#[test]
fn a_restart_concerns_one_service() {
    let mut sim = Sim::new(vec![spec("a", &["b"]), spec("b", &[])]);
    sim.up("b");
    sim.up("a");
    sim.supervisor.restart(&id("b"), sim.now);
    assert_eq!(sim.asked(), ["stop b"]);
    // A second request while it stops changes nothing.
    sim.supervisor.restart(&id("b"), sim.now);
    sim.stopped("b");
    assert_eq!(sim.asked(), ["start b"]);
    sim.started("b", Ok(()));
    assert_eq!([sim.state("a"), sim.state("b")], [State::Running, State::Running]);
}

#[test]
fn beside_the_new_one_starts_before_the_old_one_stops() {
    let mut sim = Sim::new(vec![spec("a", &[])]);
    sim.up("a");
    let old = sim.run("a");
    sim.supervisor.replaced(&id("a"), Takeover::Beside, sim.now);
    assert_eq!((sim.asked(), sim.state("a")), (vec!["start a".to_string()], State::Running));
    assert!(sim.supervisor.outcome(&id("a")).is_none());
    sim.started("a", Ok(()));
    assert_eq!(sim.asked(), ["stop a"]);
    assert!(sim.supervisor.outcome(&id("a")).unwrap().is_ok(), "draining keeps nobody waiting");
    assert!(sim.supervisor.stop_outcome(&id("a")).is_none(), "the old one still stops");
    sim.supervisor.stopped(&id("a"), old, Ok(()), sim.now);
    sim.supervisor.stop_all(sim.now);
    assert_eq!(sim.asked(), ["stop a"]);
}

#[test]
fn beside_a_failure_keeps_the_old_one_and_is_retried() {
    let mut sim = Sim::new(vec![spec("a", &[])]);
    sim.up("a");
    sim.supervisor.replaced(&id("a"), Takeover::Beside, sim.now);
    sim.asked();
    sim.started("a", Err(oops()));
    assert_eq!((sim.state("a"), sim.asked()), (State::Running, vec![]));
    assert_eq!(sim.error("a"), "the new definition did not start, the previous one goes on: oops");
    sim.pass(SECOND);
    assert_eq!(sim.asked(), ["start a"]);
    // The old one dies meanwhile: then the new start is simply the service's.
    let old = sim.runs["a"][0];
    sim.supervisor.ended(&id("a"), old, Err(oops()), sim.now);
    assert_eq!(sim.state("a"), State::Starting);
    sim.started("a", Ok(()));
    assert_eq!((sim.state("a"), sim.asked()), (State::Running, vec![]));
}

#[test]
fn stop_start_goes_back_when_the_new_one_fails() {
    let mut sim = Sim::new(vec![spec("a", &[])]);
    sim.up("a");
    sim.supervisor.replaced(&id("a"), Takeover::StopStart, sim.now);
    assert_eq!(sim.asked(), ["stop a"]);
    sim.stopped("a");
    assert_eq!(sim.asked(), ["start a"]);
    sim.started("a", Err(oops()));
    assert_eq!(sim.asked(), ["revert a", "start a"]);
    sim.started("a", Ok(()));
    assert_eq!(sim.state("a"), State::Running);
    assert_eq!(sim.error("a"), "the new definition did not start, the previous one runs again: oops");
    // From then on it is an ordinary service.
    sim.ended("a", Err(oops()));
    assert_eq!(sim.asked(), Vec::<String>::new());
    sim.pass(SECOND);
    assert_eq!(sim.asked(), ["start a"]);
}

#[test]
fn what_is_removed_stops_and_is_forgotten_even_if_it_comes_back_meanwhile() {
    let mut sim = Sim::new(vec![spec("a", &[])]);
    sim.up("a");
    sim.supervisor.remove(&id("a"), sim.now);
    assert_eq!(sim.asked(), ["stop a"]);
    assert!(sim.supervisor.outcome(&id("a")).is_none());
    sim.stopped("a");
    assert_eq!(sim.asked(), ["forget a"]);
    assert!(sim.supervisor.status(&id("a")).is_none());

    let mut sim = Sim::new(vec![spec("a", &[])]);
    sim.up("a");
    sim.supervisor.remove(&id("a"), sim.now);
    sim.supervisor.register(vec![spec("a", &[])], sim.now).unwrap();
    sim.start(&["a"]);
    sim.asked();
    sim.stopped("a");
    assert_eq!(sim.asked(), ["start a"]);
}

/// Services that answer at random, well or badly, or not at all.
struct Random {
    seed: u64,
    rng: Rng,
    sim: Sim,
    /// Runs that are at work, by what they were asked last.
    open: BTreeMap<Run, (EntryId, &'static str)>,
    ending: bool,
}

impl Random {
    fn pick(&mut self, n: usize) -> usize {
        (self.rng.next_u64() % n as u64) as usize
    }

    fn ask(&mut self) {
        let name = ["a", "b", "c", "d"][self.pick(4)];
        let (id, now) = (id(name), self.sim.now);
        match self.pick(5) {
            0 => self.sim.start(&[name]),
            1 => self.sim.supervisor.stop(&id, now),
            2 => self.sim.supervisor.restart(&id, now),
            3 => {
                let takeover = [Takeover::Keep, Takeover::Beside, Takeover::StopStart][self.pick(3)];
                self.sim.supervisor.replaced(&id, takeover, now);
            }
            _ => self.sim.pass(SECOND * 3),
        }
    }

    fn answer(&mut self) {
        let all: Vec<Run> = self.open.keys().copied().collect();
        if all.is_empty() {
            return;
        }
        let run = all[self.pick(all.len())];
        let answer = if self.pick(3) > 0 { Ok(()) } else { Err(oops()) };
        let (id, asked) = self.open[&run].clone();
        let (supervisor, now) = (&mut self.sim.supervisor, self.sim.now);
        if asked == "start" && answer.is_ok() {
            self.open.insert(run, (id.clone(), "run"));
        } else if asked != "run" || !self.ending {
            self.open.remove(&run);
        }
        match asked {
            "start" => supervisor.started(&id, run, answer, now),
            "stop" => supervisor.stopped(&id, run, answer, now),
            _ if self.ending => {}
            _ => supervisor.ended(&id, run, answer, now),
        }
    }

    fn carry_out(&mut self) {
        let seed = self.seed;
        for action in self.sim.supervisor.take_actions() {
            match action {
                Action::Start(id, run) => {
                    assert!(!self.ending, "seed {seed}: start after the shutdown");
                    let twice = self.open.values().any(|(other, at)| *other == id && *at == "start");
                    assert!(!twice, "seed {seed}: {id} is started twice at once");
                    self.open.insert(run, (id, "start"));
                }
                Action::Stop(id, run, _) => {
                    let before = self.open.insert(run, (id, "stop")).map(|(_, asked)| asked);
                    assert_eq!(before, Some("run"), "seed {seed}: stop of what does not run");
                }
                Action::Cancel(_, run) => {
                    assert_eq!(self.open.remove(&run).map(|(_, asked)| asked), Some("start"), "seed {seed}");
                }
                Action::Abandon(_, run) => {
                    assert_eq!(self.open.remove(&run).map(|(_, asked)| asked), Some("stop"), "seed {seed}");
                }
                Action::Revert(_) | Action::Forget(_) | Action::Report(_) => {}
            }
        }
    }
}

/// Whatever happens in whatever order: nothing is started twice, only what runs is stopped, and after a shutdown everything
/// comes to rest, also when services do not answer.
#[test]
fn random_runs_come_to_rest() {
    for seed in 0..1_000 {
        let specs = vec![spec("a", &["b", "c"]), spec("b", &["d"]), spec("c", &["d"]), spec("d", &[])];
        let (sim, rng) = (Sim::new(specs), Rng::seeded(seed));
        let mut random = Random { seed, rng, sim, open: BTreeMap::new(), ending: false };
        for _ in 0..100 {
            if random.pick(2) == 0 {
                random.ask()
            } else {
                random.answer()
            }
            random.carry_out();
        }
        random.ending = true;
        let now = random.sim.now;
        random.sim.supervisor.stop_all(now);
        random.carry_out();
        for _ in 0..10 {
            random.answer();
            random.carry_out();
        }
        // Whoever did not answer yet is abandoned in the end, dependents first.
        for _ in 0..4 {
            random.sim.pass(SECOND * 11);
            random.carry_out();
        }
        assert!(random.sim.supervisor.idle(), "seed {seed}: {:?}", random.sim.supervisor.all());
        assert!(random.open.is_empty(), "seed {seed}: {:?} still run", random.open);
        assert_eq!(random.sim.supervisor.timer(), None, "seed {seed}");
    }
}
