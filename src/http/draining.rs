//! Whether the process is about to stop.

use tokio::sync::watch;

/// Whether the process has been told to stop. It is not ready any more then, and who only waits for something is
/// answered.
#[derive(Debug, Default)]
pub struct Draining(watch::Sender<bool>);

impl Draining {
    /// From now on it is.
    pub fn start(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is.
    #[must_use]
    pub fn is_on(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is.
    pub async fn begun(&self) {
        let _ = self.0.subscribe().wait_for(|is_on| *is_on).await;
    }
}
