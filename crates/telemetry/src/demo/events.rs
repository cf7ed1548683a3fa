//! The events of the system in the order in which they arrive: most at once, some minutes late, some twice. Those that
//! wait to arrive are all that is kept in memory.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Demo;
use super::dice::Dice;
use super::system::{Attempt, DAY, SERVICES, Service, Spec};

const MINUTE: u64 = 60_000;

/// Of so many messages one is kept where they are sampled.
const SAMPLED: u64 = 100;

/// What happens to a message.
const RECEIVED: &str = "MessageReceived";
const PROCESSED: &str = "MessageProcessed";
const FAILED: &str = "MessageFailed";

/// An event, by when it arrives, then by when it was; both in milliseconds since the demo's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    arrives: u64,
    pub(super) time: u64,
    service: usize,
    pub(super) message: u64,
    pub(super) name: &'static str,
    /// How long the message took; 0 when it was received.
    pub(super) duration: u64,
    pub(super) weight: u64,
}

impl Event {
    pub(super) fn service(&self) -> &'static Spec {
        &SERVICES[self.service]
    }
}

/// Hands the events of `demo` to `each`, in the order of their arrival.
pub(super) fn each<E>(demo: &Demo, mut each: impl FnMut(&Event) -> Result<(), E>) -> Result<(), E> {
    let mut services = demo.services();
    let mut arriving = BinaryHeap::new();
    let mut attempts = Vec::new();
    for minute in 0..u64::from(demo.days) * DAY {
        for (number, service) in services.iter_mut().enumerate() {
            service.live(minute, &mut attempts);
            if service.is_recorded(minute) {
                record(demo, number, service, minute, &attempts, &mut arriving);
            }
        }
        while arriving.peek().is_some_and(|Reverse(event): &Reverse<Event>| event.arrives < (minute + 1) * MINUTE) {
            arriving.pop().map_or(Ok(()), |Reverse(event)| each(&event))?;
        }
    }
    let mut rest: Vec<Event> = arriving.into_iter().map(|Reverse(event)| event).collect();
    rest.sort_unstable();
    rest.iter().try_for_each(each)
}

/// The events of a minute's attempts, spread over it.
fn record(
    demo: &Demo,
    number: usize,
    service: &Service,
    minute: u64,
    attempts: &[Attempt],
    arriving: &mut BinaryHeap<Reverse<Event>>,
) {
    // What ends behind the last day is that day's.
    let end = u64::from(demo.days) * DAY * MINUTE;
    for (at, attempt) in (0_u64..).zip(attempts) {
        let message = demo.dice().of(number as u64 + 1).of(attempt.message);
        // A sampled message is kept with all its events.
        let weight = if demo.sampling { SAMPLED } else { 1 };
        if message.of(0).below(weight) != 0 {
            continue;
        }
        let dice = message.of(u64::from(attempt.tries) + 1);
        let slot = MINUTE / (attempts.len() as u64).max(1);
        let time = minute * MINUTE + at * MINUTE / attempts.len() as u64 + dice.of(1).below(slot);
        let duration = 80 + dice.of(2).below(400) + dice.of(3).below(400);
        let received = Event {
            arrives: time,
            time,
            service: number,
            message: attempt.message,
            name: RECEIVED,
            duration: 0,
            weight,
        };
        let name = if attempt.failed { FAILED } else { PROCESSED };
        let ended = Event { time: time + duration, name, duration, ..received };
        for (which, event) in (4..).zip([received, ended]) {
            if service.is_recorded(event.time / MINUTE) && event.time < end {
                send(event, dice.of(which), arriving);
            }
        }
    }
}

/// Lets an event arrive: at once or, one in 200, up to 25 minutes late; one in 200 comes twice.
fn send(event: Event, dice: Dice, arriving: &mut BinaryHeap<Reverse<Event>>) {
    let late = if dice.of(0).happens(5) { 5 * MINUTE + dice.of(1).below(20 * MINUTE) } else { dice.of(1).below(2_000) };
    let first = Event { arrives: event.time + late, ..event };
    arriving.push(Reverse(first));
    if dice.of(2).happens(5) {
        arriving.push(Reverse(Event { arrives: first.arrives + 1_000 + dice.of(3).below(90_000), ..event }));
    }
}
