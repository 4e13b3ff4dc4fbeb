//! Runs a journey once for every step and every failure mode there.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use pledge_faults::{FailureMode, Fault, System};
use pledge_testkit::TestDatabase;

use crate::{
    environment::{StartMode, TestEnvironment},
    final_state::FinalState,
    journeys::Journey,
    settings,
};

/// Returns the number of concurrent runs. Most of a run is waiting for answers, and with `make test` other tests run beside it.
fn at_once() -> usize {
    if settings::whole() { 12 } else { 6 }
}

/// The failure modes in which a step is to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modes {
    /// The modes in [`FailureMode::in_short`].
    Short,
    /// All modes but those that take seconds.
    Quick,
    /// All modes.
    All,
}

impl Modes {
    fn of(self, system: System) -> Vec<FailureMode> {
        match self {
            Self::Short => FailureMode::in_short(system),
            Self::Quick => FailureMode::of(system, false),
            Self::All => FailureMode::of(system, true),
        }
    }
}

/// A run: the faults in it, and its result.
#[derive(Debug, Clone)]
struct Case {
    faults: Vec<Fault>,
    outcome: Result<Ran, String>,
}

#[derive(Debug, Clone)]
struct Ran {
    steps: Vec<System>,
    end: FinalState,
}

/// The number of steps and runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// The steps of the undisturbed journey.
    pub steps: usize,
    /// Runs with one failure.
    pub single: usize,
    /// Runs with a second failure during the recovery from the first.
    pub double: usize,
}

/// Fails at each step of the journey in each mode, and demands the undisturbed end. With `twice`, also fails once more at
/// each step that follows the first failure, both times in the modes of [`FailureMode::in_short`]: all modes would multiply.
/// Returns what was tried.
///
/// # Panics
/// If a run ends otherwise; the message says which ones and how.
#[must_use]
pub fn break_everywhere(journey: Journey, start_mode: StartMode, modes: Modes, twice: bool) -> Counted {
    let undisturbed = run_all(journey, start_mode, &[vec![], vec![]]);
    let [first, second] = undisturbed.as_slice() else { panic!("two runs") };
    let first = ran(first);
    assert_eq!(first.end.difference(&ran(second).end), "", "{journey:?}: equal runs end equally");
    assert_eq!(first.end.announcements(), journey.announcements(), "{journey:?}, undisturbed");

    let single = each_step(&first.steps, &[], modes);
    let singles = run_all(journey, start_mode, &single);
    let double: Vec<_> = if twice {
        let after = |case: &Case| {
            let ran = case.outcome.as_ref().ok()?;
            let in_short = |fault: &Fault| FailureMode::in_short(ran.steps[fault.step]).contains(&fault.mode);
            case.faults.iter().all(in_short).then(|| each_step(&ran.steps, &case.faults, Modes::Short))
        };
        singles.iter().filter_map(after).flatten().collect()
    } else {
        Vec::new()
    };
    let doubles = run_all(journey, start_mode, &double);

    let mut wrong = Vec::new();
    for case in singles.iter().chain(&doubles) {
        match &case.outcome {
            Ok(ran) if ran.end == first.end => {}
            Ok(ran) => wrong.push(format!("{}:\n{}", describe(case, &ran.steps), first.end.difference(&ran.end))),
            Err(panic) => wrong.push(format!("{}: {panic}", describe(case, &first.steps))),
        }
    }
    let shown = wrong.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    let counted = Counted { steps: first.steps.len(), single: singles.len(), double: doubles.len() };
    println!("{journey:?}, {start_mode:?}: {} steps ({}), {counted:?}", first.steps.len(), summary(&first.steps));
    assert!(wrong.is_empty(), "{journey:?}, {start_mode:?}: {} of {counted:?} end otherwise\n\n{shown}", wrong.len());
    counted
}

/// Returns a fault for every mode at every step after the last one that fails already.
fn each_step(steps: &[System], before: &[Fault], modes: Modes) -> Vec<Vec<Fault>> {
    // An outage also fails the two steps that follow.
    let first = before.last().map_or(0, |fault| fault.step + if fault.mode == FailureMode::Outage { 3 } else { 1 });
    let faults = steps
        .iter()
        .enumerate()
        .skip(first)
        .flat_map(|(step, system)| modes.of(*system).into_iter().map(move |mode| Fault { step, mode }));
    faults.map(|fault| before.iter().copied().chain([fault]).collect()).collect()
}

fn run_all(journey: Journey, start_mode: StartMode, cases: &[Vec<Fault>]) -> Vec<Case> {
    for_each(cases, async |database, faults| Case {
        faults: faults.clone(),
        outcome: run(database, journey, start_mode, faults).await,
    })
}

/// Calls `run` for every item, for some at once, each time with a database that no other call uses meanwhile. Returns the
/// results, in no particular order.
///
/// # Panics
/// If a call panics, after the others of its moment have ended.
pub fn for_each<T: Sync, R: Send>(items: &[T], run: impl AsyncFn(&TestDatabase, &T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once().min(items.len()) {
            scope.spawn(|| {
                let runtime = runtime();
                let database = runtime.block_on(TestDatabase::new());
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = runtime.block_on(run(&database, item));
                    done.lock().unwrap().push(result);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn run(
    database: &TestDatabase,
    journey: Journey,
    start_mode: StartMode,
    faults: &[Fault],
) -> Result<Ran, String> {
    use futures_util::FutureExt as _;
    let run = async {
        let mut environment = TestEnvironment::new(database, start_mode).await;
        let steps = journey.run(&mut environment, faults).await;
        assert_eq!(environment.injector.waiting(), 0, "every fault has happened");
        let end = environment.end().await;
        Ran { steps, end }
    };
    std::panic::AssertUnwindSafe(run).catch_unwind().await.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

fn ran(case: &Case) -> &Ran {
    match &case.outcome {
        Ok(ran) => ran,
        Err(panic) => panic!("undisturbed: {panic}"),
    }
}

fn describe(case: &Case, steps: &[System]) -> String {
    let faults = case.faults.iter().map(|fault| {
        let system = steps.get(fault.step).map(|system| format!("{system:?}")).unwrap_or_default();
        format!("{:?} at step {} ({system})", fault.mode, fault.step)
    });
    faults.collect::<Vec<_>>().join(", then ")
}

fn summary(steps: &[System]) -> String {
    let mut counts: BTreeMap<System, usize> = BTreeMap::new();
    for step in steps {
        *counts.entry(*step).or_default() += 1;
    }
    counts.iter().map(|(system, count)| format!("{system:?} {count}")).collect::<Vec<_>>().join(", ")
}
