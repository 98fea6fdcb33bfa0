//! A slice of one unit still brings everything to its end; alone, as the slice is the node's.

use core_sched::{Body, Control, Exit, Process, Step, StepCx, turn};
use infra_base::{Data, EntryId, Name, Payload, Pid};

/// Counts down, a unit of fuel each, below it a chain of the same.
struct Countdown {
    left: u32,
    below: u32,
    started: bool,
}

impl Body for Countdown {
    type Done = i64;

    fn step(&mut self, cx: &mut StepCx<'_, i64>) -> Step {
        while self.left > 0 && *cx.fuel > 0 {
            (self.left, *cx.fuel) = (self.left - 1, *cx.fuel - 1);
        }
        if self.left > 0 {
            return Step::Continue;
        }
        if self.below > 0 && !std::mem::replace(&mut self.started, true) {
            let below = process(self.below - 1);
            cx.ops.start(Box::pin(async move { number(&below.await) }));
        }
        match cx.ops.next_done() {
            None if self.below > 0 => Step::Wait,
            depth => Step::Done(Exit { result: Ok(Payload::Data(Data::Int(depth.unwrap_or(0) + 1))) }),
        }
    }
}

fn process(below: u32) -> Process<Countdown> {
    let entry = EntryId::parse("app:countdown").expect("an id");
    let control = Control::new(Pid::draw(Name::intern("app:host")), entry);
    Process::new(control, Box::new(Countdown { left: 100, below, started: false }))
}

fn number(exit: &Exit) -> i64 {
    match &exit.result {
        Ok(Payload::Data(Data::Int(n))) => *n,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_chain_ends_with_a_slice_of_one() {
    turn::fix_slice(1);
    turn::calibrate(1, std::time::Duration::from_nanos(1));
    assert_eq!(turn::slice(), 1, "a fixed slice stays");
    assert_eq!(number(&process(7).await), 8);
}
