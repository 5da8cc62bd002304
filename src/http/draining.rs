//! Whether the process is about to stop.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the process has been told to stop. It is not ready any more then, and who only waits for something is
/// answered.
#[derive(Debug, Default)]
pub struct Draining(AtomicBool);

impl Draining {
    /// From now on it is.
    pub fn start(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it is.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
