//! The coroutines of a process by number, and which of them go on, in order.

use crate::host::Wake;
use core_sched::Near;
use lua_vm::{Pin, Root};

/// The end of a list.
const END: u32 = u32::MAX;
/// In place of the next task: this one is on no list.
const OUT: u32 = u32::MAX - 1;

/// A managed coroutine.
pub(crate) struct TaskState {
    /// Its thread while it lives.
    pub(crate) thread: Option<Pin>,
    /// Grows with each wake, so that stale waits are recognised.
    pub(crate) generation: u32,
    /// The next one of those that are ready, or whose number is free.
    next: u32,
    /// The reason why it goes on, if its native was not ended by it; taken by the continuation.
    pub(crate) wake: Option<Wake>,
}

/// All of them. Lists are links within the states: most processes have one coroutine, and need no list. Who is made ready is not
/// ready yet: it waits, runs or is new, so each is on one list at most.
pub struct Coroutines {
    states: Vec<TaskState>,
    live: u32,
    /// Ended tasks, whose numbers are given out again.
    free: u32,
    /// Those that are ready: who goes on first, and last.
    first: u32,
    last: u32,
}

impl Default for Coroutines {
    fn default() -> Coroutines {
        Coroutines { states: Vec::with_capacity(1), live: 0, free: END, first: END, last: END }
    }
}

impl Coroutines {
    /// Notes where the first of them is.
    pub(crate) fn note(&self, near: &mut Near) {
        near.add(self.states.as_ptr().addr(), size_of::<TaskState>());
    }

    /// Forgets all: the next one that is added is task 0.
    pub(crate) fn clear(&mut self) {
        self.states.clear();
        (self.live, self.free, self.first, self.last) = (0, END, END, END);
    }

    /// How many have not ended.
    pub(crate) fn live(&self) -> usize {
        self.live as usize
    }

    /// Adds a coroutine that is ready behind all others; the generation counts if its number is a new one.
    pub(crate) fn add(&mut self, thread: Pin, generation: u32) -> u32 {
        let task = if self.free == END {
            self.states.push(TaskState { thread: Some(thread), generation, next: OUT, wake: None });
            self.states.len() as u32 - 1
        } else {
            let task = self.free;
            let state = self.state(task);
            state.thread = Some(thread);
            let next = std::mem::replace(&mut state.next, OUT);
            self.free = next;
            task
        };
        self.live += 1;
        self.push_back(task);
        task
    }

    /// A task, which is not ready, has ended: the pin of its thread.
    pub(crate) fn end(&mut self, task: u32) -> Option<Pin> {
        let free = self.free;
        let state = self.states.get_mut(task as usize)?;
        let pin = state.thread.take()?;
        assert_eq!(state.next, OUT, "only a coroutine that runs can end");
        state.next = free;
        self.free = task;
        self.live -= 1;
        Some(pin)
    }

    /// The state of a task, whose number was given out.
    #[inline]
    pub(crate) fn state(&mut self, task: u32) -> &mut TaskState {
        &mut self.states[task as usize]
    }

    /// The state of a task, if there is one.
    #[inline]
    pub(crate) fn get(&self, task: u32) -> Option<&TaskState> {
        self.states.get(task as usize)
    }

    /// The same, to be changed.
    #[inline]
    pub(crate) fn get_mut(&mut self, task: u32) -> Option<&mut TaskState> {
        self.states.get_mut(task as usize)
    }

    /// The highest generation that any of them has.
    pub(crate) fn highest_generation(&self) -> Option<u32> {
        self.states.iter().map(|state| state.generation).max()
    }

    /// The task that goes on next.
    #[inline]
    pub(crate) fn first_ready(&self) -> Option<u32> {
        (self.first != END).then_some(self.first)
    }

    /// Takes it.
    #[inline]
    pub fn pop_ready(&mut self) -> Option<u32> {
        let task = self.first_ready()?;
        self.first = std::mem::replace(&mut self.state(task).next, OUT);
        Some(task)
    }

    /// Takes it, and the root of its thread. `None` also if it has none, which no ready task is without; then it stays.
    #[inline]
    pub(crate) fn pop_root(&mut self) -> Option<(u32, Root)> {
        let task = self.first_ready()?;
        let state = self.states.get_mut(task as usize)?;
        let root = state.thread.as_ref()?.root();
        self.first = std::mem::replace(&mut state.next, OUT);
        Some((task, root))
    }

    /// Makes a task that waits since `generation` ready, behind all others: the root of its thread. `None`: it was woken already.
    #[inline]
    pub(crate) fn claim(&mut self, task: u32, generation: u32) -> Option<Root> {
        let state = self.states.get_mut(task as usize).filter(|state| state.generation == generation)?;
        let root = state.thread.as_ref()?.root();
        state.generation = generation.wrapping_add(1);
        let next = std::mem::replace(&mut state.next, END);
        self.append(task, next);
        Some(root)
    }

    /// A task that is not ready goes on behind all others.
    #[inline]
    pub fn push_back(&mut self, task: u32) {
        let next = std::mem::replace(&mut self.state(task).next, END);
        self.append(task, next);
    }

    /// Links a task, whose link was `before` and is the end now, behind all others.
    #[inline]
    fn append(&mut self, task: u32, before: u32) {
        assert_eq!(before, OUT, "it is on a list already");
        let last = std::mem::replace(&mut self.last, task);
        if self.first == END {
            self.first = task;
        } else {
            self.state(last).next = task;
        }
    }

    /// A task that is not ready goes on before all others.
    pub fn push_front(&mut self, task: u32) {
        let first = std::mem::replace(&mut self.first, task);
        let next = std::mem::replace(&mut self.state(task).next, first);
        assert_eq!(next, OUT, "it is on a list already");
        if first == END {
            self.last = task;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lua_vm::{Cx, Lua, Options, StaticsBuilder};
    use std::collections::VecDeque;

    fn pin(lua: &mut Lua) -> Pin {
        lua.enter(&mut (), |cx: &mut Cx<'_>| cx.pin(lua_vm::Val::int(1)))
    }

    #[test]
    fn it_is_a_queue_with_numbers_that_come_back() {
        let mut lua = Lua::new(StaticsBuilder::new().build(), Options::default());
        let (mut tasks, mut model, mut ended) = (Coroutines::default(), VecDeque::new(), Vec::new());
        let (mut running, mut seed) = (None, 1_u32);
        for _ in 0..10_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            match (seed >> 24) % 4 {
                0 if tasks.live() < 50 => {
                    let task = tasks.add(pin(&mut lua), 7);
                    let expected = ended.pop().unwrap_or(tasks.live() as u32 - 1);
                    assert_eq!(task, expected);
                    model.push_back(task);
                }
                1 => {
                    if let Some(task) = running.take() {
                        tasks.push_front(task);
                        model.push_front(task);
                    }
                }
                2 => {
                    if let Some(task) = running.take() {
                        lua.unpin(tasks.end(task).expect("it lives"));
                        ended.push(task);
                    }
                }
                _ => {
                    if let Some(task) = running.take() {
                        tasks.push_back(task);
                        model.push_back(task);
                    }
                    assert_eq!(tasks.first_ready(), model.front().copied());
                    running = tasks.pop_ready();
                    assert_eq!(running, model.pop_front());
                }
            }
            assert_eq!(tasks.live(), model.len() + usize::from(running.is_some()));
        }
        tasks.clear();
        assert_eq!((tasks.live(), tasks.pop_ready()), (0, None));
        assert_eq!(tasks.add(pin(&mut lua), 0), 0);
    }
}
