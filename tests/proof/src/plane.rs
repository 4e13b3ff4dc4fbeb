//! Every step that a function takes outside itself has a number, and any of them can be made to fail.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

/// The systems at the other ends of the wires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum System {
    /// A round trip to the database; a new connection is one too.
    Postgres,
    /// A request to Stripe's API.
    Stripe,
    /// An event for Klaviyo.
    Klaviyo,
    /// A look at Firebase's accounts.
    Firebase,
    /// A message for the queue.
    Sqs,
}

/// How a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// An error before the effect: the connection breaks and nothing arrives.
    Refused,
    /// An error after the effect: it happened, and the connection breaks before the answer.
    AnswerLost,
    /// A time-out: the caller gives up at once, and what it sent takes effect later, during the recovery.
    Late,
    /// A time-out that nobody ends but the caller, by its own limit. Takes seconds.
    Silent,
    /// The process is gone before the step.
    GoneBefore,
    /// The process is gone after the effect and before the answer.
    GoneAfter,
    /// The other side answers 500 and did nothing. Stripe keeps that answer for the idempotency key.
    Status500,
    /// The other side did it and answers 500 all the same.
    Status500After,
    /// The other side answers 429.
    TooMany,
    /// The other side answers 503 more often than a client tries in one call; a database refuses new connections too.
    Outage,
    /// Doesn't fail, but waits until it is released: somebody else gets in between.
    Held,
}

impl Way {
    /// The ways in which a step to this system fails that bring about most of what the others do.
    #[must_use]
    pub fn in_short(system: System) -> Vec<Self> {
        match system {
            System::Sqs => vec![Self::AnswerLost, Self::GoneBefore],
            System::Firebase => vec![Self::AnswerLost, Self::GoneBefore],
            System::Postgres | System::Stripe | System::Klaviyo => {
                vec![Self::AnswerLost, Self::GoneBefore, Self::Outage]
            }
        }
    }

    /// The ways in which a step to this system fails.
    #[must_use]
    pub fn of(system: System, slow_ones: bool) -> Vec<Self> {
        use Way::{
            AnswerLost, GoneAfter, GoneBefore, Late, Outage, Refused, Silent, Status500, Status500After, TooMany,
        };
        let mut ways = match system {
            System::Postgres => vec![Refused, AnswerLost, Late, GoneBefore, GoneAfter, Outage],
            System::Stripe | System::Klaviyo => {
                vec![Refused, AnswerLost, Late, GoneBefore, GoneAfter, Status500, Status500After, TooMany, Outage]
            }
            // Without Firebase for longer, a preorder waits for its owner until somebody links it; there is nothing to
            // compare then.
            System::Firebase => {
                vec![Refused, AnswerLost, Late, GoneBefore, GoneAfter, Status500, Status500After, TooMany]
            }
            System::Sqs => vec![Refused, AnswerLost, GoneBefore, GoneAfter],
        };
        if slow_ones && system != System::Sqs {
            ways.push(Silent);
        }
        ways
    }

    /// Whether the step takes effect in this way.
    #[must_use]
    pub fn takes_effect(self) -> bool {
        matches!(self, Self::AnswerLost | Self::GoneAfter | Self::Late | Self::Status500After)
    }
}

/// One failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fault {
    /// The number of the step, counted from 0 while the plane is armed.
    pub step: usize,
    /// How it fails.
    pub way: Way,
}

/// Counts the steps and says which of them fail. Clones are the same plane.
#[derive(Debug, Clone, Default)]
pub struct Plane(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    gone: Notify,
    held: Notify,
    released: Notify,
    stragglers: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    armed: bool,
    steps: Vec<System>,
    faults: VecDeque<Fault>,
    /// How the step that is held fails after all.
    verdict: Option<Way>,
}

impl Plane {
    /// From now on steps are counted, and these fail.
    pub fn arm(&self, faults: &[Fault]) {
        *self.state() = State { armed: true, faults: faults.iter().copied().collect(), ..State::default() };
    }

    /// Steps aren't counted any more, and none fails. Returns those that were counted.
    #[must_use]
    pub fn disarm(&self) -> Vec<System> {
        let mut state = self.state();
        state.armed = false;
        std::mem::take(&mut state.steps)
    }

    /// The faults that wait for their steps.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().faults.len()
    }

    /// A step begins. Returns how it fails, if it does.
    #[must_use]
    pub fn step(&self, system: System) -> Option<Way> {
        let mut state = self.state();
        if !state.armed {
            return None;
        }
        let step = state.steps.len();
        state.steps.push(system);
        let fault = *state.faults.front()?;
        if fault.step != step {
            return None;
        }
        state.faults.pop_front();
        if fault.way == Way::Outage && system == System::Postgres {
            // A connection that turns out to be dead is replaced without notice; the new one has to fail too.
            for next in [step + 2, step + 1] {
                state.faults.push_front(Fault { step: next, way: Way::Refused });
            }
            return Some(Way::Refused);
        }
        Some(fault.way)
    }

    /// The process is gone.
    pub fn kill(&self) {
        self.0.gone.notify_one();
    }

    /// Resolves when the process is gone.
    pub async fn gone(&self) {
        self.0.gone.notified().await;
    }

    /// Holds a step until [`Self::release`], or until [`Self::fail`] says how it fails.
    pub async fn hold(&self) -> Option<Way> {
        let _on_its_way = self.straggler();
        self.0.held.notify_one();
        self.0.released.notified().await;
        self.state().verdict.take()
    }

    /// Resolves when a step is held.
    pub async fn holding(&self) {
        self.0.held.notified().await;
    }

    /// Lets the held step go on.
    pub fn release(&self) {
        self.0.released.notify_one();
    }

    /// Lets the held step fail.
    pub fn fail(&self, way: Way) {
        self.state().verdict = Some(way);
        self.release();
    }

    /// Something is on its way that nobody waits for; until the guard is dropped.
    #[must_use]
    pub fn straggler(&self) -> Straggler {
        self.0.stragglers.fetch_add(1, Ordering::SeqCst);
        Straggler(self.clone())
    }

    /// How much is on its way that nobody waits for.
    #[must_use]
    pub fn stragglers(&self) -> usize {
        self.0.stragglers.load(Ordering::SeqCst)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }
}

/// Something on its way that nobody waits for.
#[derive(Debug)]
pub struct Straggler(Plane);

impl Drop for Straggler {
    fn drop(&mut self) {
        self.0.0.stragglers.fetch_sub(1, Ordering::SeqCst);
    }
}
