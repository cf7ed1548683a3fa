//! The small system, minute by minute: what comes, what waits, what is tried and what fails. All in whole numbers, so that
//! it is the same on every machine. At lunchtime `OrderService` is too slow for what comes; in the afternoon half of what
//! `BillingService` tries fails and comes again.

use std::collections::VecDeque;
use std::ops::Range;

use super::dice::Dice;

/// Minutes of a day.
pub(super) const DAY: u64 = 1_440;
/// How often a message is tried.
const TRIES: u8 = 4;
/// Parts of a message that are counted.
const MICRO: u64 = 1_000_000;

/// When more comes than `OrderService` can do.
const LUNCH: Range<u64> = 700..800;
/// When `BillingService` fails.
const STORM: Range<u64> = 930..965;
/// When nothing of `OrderService` is recorded: bins 12 and 13 of five minutes.
const SILENCE: Range<u64> = 60..70;

/// What comes in an hour, in thousandths of an ordinary one; the hour after midnight first.
const HOURS: [u64; 24] = [
    400, 350, 320, 320, 350, 450, 600, 800, 1_000, 1_100, 1_150, 1_200, 1_250, 1_200, 1_150, 1_100, 1_100, 1_150,
    1_200, 1_100, 900, 750, 600, 480,
];

/// What a service is.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) node: &'static str,
    pub(super) queue: Option<&'static str>,
    /// What its messages' ids begin with.
    pub(super) prefix: &'static str,
    /// Its part of all messages, in thousandths.
    share: u64,
    /// What it can do, in thousandths of what comes in an ordinary hour.
    capacity: u64,
}

/// The services. The third reads no queue.
pub(super) const SERVICES: [Spec; 3] = [
    Spec { node: "OrderService", queue: Some("orders-in"), prefix: "ord", share: 480, capacity: 1_400 },
    Spec { node: "BillingService", queue: Some("billing-in"), prefix: "bil", share: 300, capacity: 1_900 },
    Spec { node: "ShippingService", queue: None, prefix: "shp", share: 220, capacity: 100_000 },
];

/// A delivery of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) message: u64,
    /// How often it was tried before.
    pub(super) tries: u8,
    pub(super) failed: bool,
}

/// What a queue's metrics say of a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Minute {
    pub(super) incoming: u64,
    pub(super) completed: u64,
    /// Twice the average of messages waiting.
    pub(super) twice_depth: u64,
}

/// A service at work.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) spec: &'static Spec,
    dice: Dice,
    /// Messages of an ordinary minute, in millionths.
    ordinary: u64,
    /// Messages that came, and of them those tried.
    came: u64,
    taken: u64,
    /// Messages that failed and come again, and how often they were tried.
    again: VecDeque<(u64, u8)>,
    /// What it could have done and didn't, of less than a message.
    rest: u64,
}

impl Service {
    /// `spec` in a system that gets `messages` a day.
    pub(super) fn new(spec: &'static Spec, number: u64, messages: u64, dice: Dice) -> Self {
        let ordinary = u128::from(messages) * u128::from(MICRO) * u128::from(spec.share) / 1_000;
        let minutes = u128::from(HOURS.iter().sum::<u64>()) * 60 / 1_000;
        let ordinary = u64::try_from(ordinary / minutes).unwrap_or(u64::MAX);
        Self { spec, dice: dice.of(number), ordinary, came: 0, taken: 0, again: VecDeque::new(), rest: 0 }
    }

    /// Lives through `minute`: fills `attempts` and tells what the queue's metrics say.
    pub(super) fn live(&mut self, minute: u64, attempts: &mut Vec<Attempt>) -> Minute {
        attempts.clear();
        let before = self.waiting();
        let incoming = self.incoming(minute);
        self.came += incoming;
        let possible = self.possible();
        // What fails in this minute comes again in a later one.
        let again = (self.again.len() as u64).min(possible);
        for _ in 0..again {
            if let Some((message, tries)) = self.again.pop_front() {
                attempts.push(self.attempt(message, tries, minute));
            }
        }
        for _ in 0..(possible - again).min(self.came - self.taken) {
            attempts.push(self.attempt(self.taken, 0, minute));
            self.taken += 1;
        }
        let failed = attempts.iter().filter(|attempt| attempt.failed && attempt.tries + 1 < TRIES);
        self.again.extend(failed.map(|attempt| (attempt.message, attempt.tries + 1)));
        let completed = attempts.iter().filter(|attempt| !attempt.failed).count() as u64;
        Minute { incoming, completed, twice_depth: before + self.waiting() }
    }

    /// Whether what it does in `minute` is recorded.
    pub(super) fn is_recorded(&self, minute: u64) -> bool {
        self.spec.node != SERVICES[0].node || !SILENCE.contains(&(minute % DAY))
    }

    fn waiting(&self) -> u64 {
        self.came - self.taken + self.again.len() as u64
    }

    /// How many messages come: what the hour brings, a fifth more or less.
    fn incoming(&self, minute: u64) -> u64 {
        let dice = self.dice.of(minute);
        let spread: u64 = (0..4).map(|throw| dice.of(throw).below(101)).sum();
        let mut mean = u128::from(self.ordinary) * u128::from(level(minute % DAY)) / 1_000;
        if self.spec.node == SERVICES[0].node && LUNCH.contains(&(minute % DAY)) {
            mean = mean * 3 / 2;
        }
        let now = mean * u128::from(800 + spread) / 1_000 + u128::from(dice.of(4).below(MICRO));
        u64::try_from(now / u128::from(MICRO)).unwrap_or(u64::MAX >> 16)
    }

    /// How many messages it can try in a minute.
    fn possible(&mut self) -> u64 {
        let most = u128::from(self.ordinary) * u128::from(self.spec.capacity) / 1_000 + u128::from(self.rest);
        self.rest = (most % u128::from(MICRO)) as u64;
        u64::try_from(most / u128::from(MICRO)).unwrap_or(u64::MAX >> 16)
    }

    fn attempt(&self, message: u64, tries: u8, minute: u64) -> Attempt {
        let is_storm = self.spec.node == SERVICES[1].node && STORM.contains(&(minute % DAY));
        let dice = self.dice.of(!message).of(u64::from(tries));
        Attempt { message, tries, failed: dice.happens(if is_storm { 500 } else { 10 }) }
    }
}

/// What comes at a minute of the day, in thousandths of an ordinary one: from hour to hour in a straight line.
fn level(minute: u64) -> u64 {
    let hour = (minute / 60) as usize % 24;
    let (now, next, past) = (HOURS[hour], HOURS[(hour + 1) % 24], minute % 60);
    (now * (60 - past) + next * past) / 60
}
