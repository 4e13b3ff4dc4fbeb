//! Numbers every step that a program takes outside itself, and makes any of them fail.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

/// The systems to which steps go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum System {
    /// The database. A step is a round trip; a new connection begins with one too.
    #[default]
    Postgres,
    /// Stripe. A step is a request to its API.
    Stripe,
    /// Klaviyo. A step is a request to its API: an event, or a job that subscribes or unsubscribes somebody.
    Klaviyo,
    /// Firebase. A step is a request to its API: an account is looked up or made.
    Firebase,
    /// SQS. A step is a request: a batch of messages for the queue.
    Sqs,
}

/// How a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureMode {
    /// The connection breaks before the effect, and nothing arrives.
    Refused,
    /// The step takes effect, and the connection breaks before the answer.
    AnswerLost,
    /// The caller times out and gives up at once; what it sent takes effect later, during the recovery.
    Late,
    /// The call has no effect and no answer until the caller gives up by its own limit, which takes seconds.
    Silent,
    /// The process is gone before the step.
    GoneBefore,
    /// The process is gone after the effect and before the answer.
    GoneAfter,
    /// The other side answers 500 and carries nothing out. Stripe keeps that answer for the idempotency key.
    Status500,
    /// The other side carries the request out and answers 500 all the same.
    Status500After,
    /// The other side answers 429 and carries nothing out.
    TooMany,
    /// The other side answers 503 more often than a client tries in one call. The database and SQS break the connection
    /// and refuse the next ones.
    Outage,
    /// The step waits until [`FaultInjector::release`] or [`FaultInjector::fail`], so that something else happens first.
    Held,
}

impl FailureMode {
    /// Returns the modes that bring about most of what the others do, for a step to this system.
    #[must_use]
    pub fn in_short(system: System) -> Vec<Self> {
        let mut modes = vec![Self::AnswerLost, Self::GoneBefore];
        if system != System::Firebase {
            modes.push(Self::Outage);
        }
        modes
    }

    /// Returns every mode in which a step to this system fails; those that take seconds only with `slow_ones`.
    #[must_use]
    pub fn of(system: System, slow_ones: bool) -> Vec<Self> {
        let mut modes = vec![Self::Refused, Self::AnswerLost, Self::GoneBefore, Self::GoneAfter, Self::Late];
        modes.extend(slow_ones.then_some(Self::Silent));
        if !matches!(system, System::Sqs | System::Postgres) {
            modes.extend([Self::Status500, Self::Status500After, Self::TooMany]);
        }
        // While Firebase is gone for longer, a preorder stays without an owner until somebody links it, so its final state
        // can't equal that of an undisturbed run.
        if system != System::Firebase {
            modes.push(Self::Outage);
        }
        modes
    }

    /// Returns whether the connection stays and the other side answers with an error.
    #[must_use]
    pub fn is_an_answer(self) -> bool {
        matches!(self, Self::Status500 | Self::Status500After | Self::TooMany | Self::Outage)
    }
}

/// A step that fails, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fault {
    /// The number of the step that fails, counted from 0 since the injector was armed.
    pub step: usize,
    /// How it fails.
    pub mode: FailureMode,
}

/// Counts steps and says which of them fail. Clones are the same injector.
#[derive(Debug, Clone, Default)]
pub struct FaultInjector(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    gone: Notify,
    held: Notify,
    released: Notify,
    in_flight: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    armed: bool,
    steps: Vec<System>,
    faults: VecDeque<Fault>,
    /// How the held step fails; none if it goes on.
    verdict: Option<FailureMode>,
}

impl FaultInjector {
    /// Counts steps from now on, and lets those of the faults fail. The faults must be sorted by their steps.
    pub fn arm(&self, faults: &[Fault]) {
        *self.state() = State { armed: true, faults: faults.iter().copied().collect(), ..State::default() };
    }

    /// Stops counting; no step fails any more. Returns the steps that were counted.
    pub fn disarm(&self) -> Vec<System> {
        let mut state = self.state();
        state.armed = false;
        std::mem::take(&mut state.steps)
    }

    /// Returns how many faults wait for their steps.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().faults.len()
    }

    /// Counts a step that begins. Returns how it fails, if it does.
    #[must_use]
    pub fn step(&self, system: System) -> Option<FailureMode> {
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
        if fault.mode == FailureMode::Outage && matches!(system, System::Postgres | System::Sqs) {
            // A dead connection to the database is replaced without notice, and a request to SQS is tried three times.
            for next in [step + 2, step + 1] {
                state.faults.push_front(Fault { step: next, mode: FailureMode::Refused });
            }
            return Some(FailureMode::Refused);
        }
        Some(fault.mode)
    }

    /// Marks the process as gone.
    pub fn kill(&self) {
        self.0.gone.notify_one();
    }

    /// Waits until the process is gone.
    pub async fn gone(&self) {
        self.0.gone.notified().await;
    }

    /// Holds a step until [`Self::release`] or [`Self::fail`]; returns how it fails, if it does.
    pub async fn hold(&self) -> Option<FailureMode> {
        let _in_flight = self.in_flight();
        self.0.held.notify_one();
        self.0.released.notified().await;
        self.state().verdict.take()
    }

    /// Waits until a step is held.
    pub async fn holding(&self) {
        self.0.held.notified().await;
    }

    /// Lets the step that is held go on.
    pub fn release(&self) {
        self.0.released.notify_one();
    }

    /// Lets the step that is held fail.
    pub fn fail(&self, mode: FailureMode) {
        self.state().verdict = Some(mode);
        self.release();
    }

    /// Counts a request that is on its way and that nobody waits for, until the guard is dropped.
    #[must_use]
    pub fn in_flight(&self) -> InFlight {
        self.0.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(self.clone())
    }

    /// Returns how many requests are on their way that nobody waits for.
    #[must_use]
    pub fn requests_in_flight(&self) -> usize {
        self.0.in_flight.load(Ordering::SeqCst)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }
}

/// A request that is on its way and that nobody waits for.
#[derive(Debug)]
pub struct InFlight(FaultInjector);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
