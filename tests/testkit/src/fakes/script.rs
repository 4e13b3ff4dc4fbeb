//! The calls and the prepared answers of a fake.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard},
};

/// The calls that a fake got, and the answers that tests prepared for the next ones.
#[derive(Debug)]
pub struct Script<Call, Answer> {
    state: Mutex<(Vec<Call>, VecDeque<Answer>)>,
}

impl<Call, Answer> Default for Script<Call, Answer> {
    fn default() -> Self {
        Self { state: Mutex::new((Vec::new(), VecDeque::new())) }
    }
}

impl<Call: Clone, Answer> Script<Call, Answer> {
    /// Records a call and returns the answer that was prepared for it, if any was.
    pub fn called(&self, call: Call) -> Option<Answer> {
        let mut state = self.state();
        state.0.push(call);
        state.1.pop_front()
    }

    /// Adds the answer for one more call.
    pub fn put(&self, answer: Answer) {
        self.state().1.push_back(answer);
    }

    /// Returns every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state().0.clone()
    }

    fn state(&self) -> MutexGuard<'_, (Vec<Call>, VecDeque<Answer>)> {
        self.state.lock().unwrap()
    }
}
