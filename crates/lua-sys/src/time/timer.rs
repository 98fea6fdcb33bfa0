//! Waiting in `time`: sleep, after, timers and tickers.

use super::check_duration;
use super::moment::{Location, Time};
use core_dispatch::{Reply, Sleep, reply};
use infra_base::Error;
use infra_clock::Moment;
use lua_api::{Channel, Cx, Guest, NativeResult, Object, Raise, Userdata};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration as Span;

/// `time.sleep(d)`
pub(crate) fn sleep(cx: &mut Cx<'_>) -> NativeResult {
    match check_duration(cx, 0)? {
        Ok(nanos) if nanos > 0 => {
            let span = Span::from_nanos(nanos as u64);
            cx.command(Sleep(span), |cx, ()| cx.ret0())
        }
        Ok(_) => cx.ret0(),
        Err(error) => cx.fail(error),
    }
}

/// A timer or ticker: slot 0 its channel. While it is armed, dropping `cancel` ends the wait.
struct Timer {
    cancel: RefCell<Option<Reply<()>>>,
    /// Zero: fires once.
    period: Span,
}

/// Bytes that a wait takes outside the heap, as seen from outside: the operation, its wakers, its place among the timers.
const WAIT: usize = 352;

/// Ends when `inner` does or when the other end of `canceled` goes.
struct Until<F, C> {
    inner: F,
    canceled: C,
}

impl<F: Future<Output = ()> + Unpin, C: Future + Unpin> Future for Until<F, C> {
    /// True: time is up. False: canceled.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        if Pin::new(&mut self.canceled).poll(cx).is_ready() {
            return Poll::Ready(false);
        }
        Pin::new(&mut self.inner).poll(cx).map(|()| true)
    }
}

fn positive(cx: &mut Cx<'_>, i: usize) -> Result<Result<Span, Error>, Raise> {
    Ok(check_duration(cx, i)?.and_then(|nanos| match u64::try_from(nanos) {
        Ok(nanos) if nanos > 0 => Ok(Span::from_nanos(nanos)),
        _ => Err(Error::invalid("time: a duration above zero expected")),
    }))
}

/// `time.after(d)`
pub(crate) fn after(cx: &mut Cx<'_>) -> NativeResult {
    match positive(cx, 0)? {
        Ok(span) => {
            let timer = make(cx, span, Span::ZERO, 1);
            let channel = timer.slot(0);
            cx.ret(channel)
        }
        Err(error) => cx.fail(error),
    }
}

/// `time.timer(d)`
pub(crate) fn new_timer(cx: &mut Cx<'_>) -> NativeResult {
    match positive(cx, 0)? {
        Ok(span) => {
            let timer = make(cx, span, Span::ZERO, 1);
            cx.ret(timer)
        }
        Err(error) => cx.fail(error),
    }
}

/// `time.ticker(d)`
pub(crate) fn new_ticker(cx: &mut Cx<'_>) -> NativeResult {
    match positive(cx, 0)? {
        Ok(span) => {
            let timer = make(cx, span, span, 16);
            let channel = timer.slot(0);
            let ticker = cx.userdata(Ticker, &[timer.val(), channel]);
            cx.ret(ticker)
        }
        Err(error) => cx.fail(error),
    }
}

/// A ticker: slot 0 its timer, slot 1 its channel.
struct Ticker;

fn make<'cx>(cx: &mut Cx<'cx>, first: Span, period: Span, capacity: usize) -> Userdata<'cx> {
    let channel = cx.channel(capacity);
    let timer = cx.userdata(Timer { cancel: RefCell::new(None), period }, &[channel.val()]);
    let at = cx.at().system.clock.now().after(first);
    arm(cx, timer, at);
    timer
}

/// Waits until `at` beside the coroutines, then fires.
fn arm<'cx>(cx: &mut Cx<'cx>, timer: Userdata<'cx>, at: Moment) {
    let (cancel, canceled) = reply::<()>();
    let Some(state) = timer.payload::<Timer>() else { return };
    *state.cancel.borrow_mut() = Some(cancel);
    cx.weigh(timer, WAIT);
    let pin = cx.pin(timer.val());
    let inner = cx.at().system.clock.sleep_until(at);
    let wait = Until { inner, canceled: Box::pin(canceled) };
    // The object counts for all of it.
    cx.background(0, wait, move |cx, fired| {
        let timer = cx.pinned(&pin).as_userdata();
        cx.unpin(pin);
        match timer {
            Some(timer) if fired => fire(cx, timer, at),
            _ => {}
        }
        cx.ret0()
    });
}

fn fire<'cx>(cx: &mut Cx<'cx>, timer: Userdata<'cx>, at: Moment) {
    let nanos = cx.at().system.clock.wall();
    let time = cx.userdata(Time::from_nanos(nanos, Location::local()), &[]);
    let Some(channel) = timer.slot(0).as_userdata() else { return };
    Channel::offer_value(cx, channel, time.val());
    let Some(state) = timer.payload::<Timer>() else { return };
    if state.period.is_zero() {
        state.cancel.borrow_mut().take();
        cx.weigh(timer, 0);
        if let Some(payload) = channel.payload::<Channel>() {
            payload.close(cx.at());
        }
        return;
    }
    // Ticks that would lie in the past are left out.
    let now = cx.at().system.clock.now();
    let mut next = at.after(state.period);
    if next < now {
        let behind = now.since(at).as_nanos() / state.period.as_nanos().max(1);
        next = at.after(
            state.period.saturating_mul(u32::try_from(behind).unwrap_or(u32::MAX) + 1).max(state.period),
        );
    }
    arm(cx, timer, next);
}

fn channel_of(cx: &mut Cx<'_>) -> NativeResult {
    let (timer, _) = cx.check_userdata_val::<Timer>(0)?;
    let channel = timer.slot(0);
    cx.ret(channel)
}

fn disarm<'cx>(cx: &mut Cx<'cx>, timer: Userdata<'cx>) -> bool {
    let was_active = timer.payload::<Timer>().is_some_and(|t| t.cancel.borrow_mut().take().is_some());
    cx.weigh(timer, 0);
    if let Some(channel) = timer.slot(0).as_userdata().and_then(|u| u.payload::<Channel>()) {
        channel.close(cx.at());
    }
    was_active
}

/// `timer:stop()`: true if it had not fired; the channel closes.
fn stop<'cx>(cx: &mut Cx<'cx>) -> NativeResult {
    let (timer, _) = cx.check_userdata_val::<Timer>(0)?;
    let was_active = disarm(cx, timer);
    cx.ret(was_active)
}

/// `timer:reset(d)`: true if it was active and now waits anew; a fired or stopped timer stays so.
fn reset<'cx>(cx: &mut Cx<'cx>) -> NativeResult {
    let (timer, state) = cx.check_userdata_val::<Timer>(0)?;
    let span = match positive(cx, 1)? {
        Ok(span) => span,
        Err(error) => return Err(cx.error(error)),
    };
    if state.cancel.borrow_mut().take().is_none() {
        return cx.ret(false);
    }
    let at = cx.at().system.clock.now().after(span);
    arm(cx, timer, at);
    cx.ret(true)
}

fn ticker_channel(cx: &mut Cx<'_>) -> NativeResult {
    let (ticker, _) = cx.check_userdata_val::<Ticker>(0)?;
    let channel = ticker.slot(1);
    cx.ret(channel)
}

fn ticker_stop(cx: &mut Cx<'_>) -> NativeResult {
    let (ticker, _) = cx.check_userdata_val::<Ticker>(0)?;
    let was_active = ticker.slot(0).as_userdata().is_some_and(|timer| disarm(cx, timer));
    cx.ret(was_active)
}

pub(crate) fn objects() -> Vec<Object> {
    let timer = Object::new::<Timer>("Timer", "Fires once.")
        .method("channel(): Channel<Time>", "Gets the time when it fires, then closes.", channel_of)
        .method("response(): Channel<Time>", "The same as `channel`.", channel_of)
        .method("stop(): boolean", "Stops it and closes its channel; true if it had not fired.", stop)
        .method(
            "reset(duration: AnyDuration): boolean",
            "Waits anew; false if it has fired or was stopped.",
            reset,
        );
    let ticker = Object::new::<Ticker>("Ticker", "Fires again and again.")
        .method(
            "channel(): Channel<Time>",
            "Gets the time of each tick; beyond 16 that nobody took, ticks are dropped.",
            ticker_channel,
        )
        .method("response(): Channel<Time>", "The same as `channel`.", ticker_channel)
        .method("stop(): boolean", "Stops it and closes its channel.", ticker_stop);
    vec![timer, ticker]
}
