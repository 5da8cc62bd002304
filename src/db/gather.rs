//! Group commit: what waits for its turn to write is written together. One transaction, and so one wait for the disk and
//! one round of statements, serves all of it; where nothing waits, a write is on its own and waits for nobody.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::LocalBoxFuture;
use tokio::sync::oneshot;

/// So many are written together at most.
const MOST: usize = 64;

/// Writes wishes together, and answers each in its turn.
type Write<W, A> = dyn Fn(Vec<W>) -> LocalBoxFuture<'static, Vec<A>> + Send + Sync;

/// Those who wait to write the same kind of thing.
pub struct Gather<W, A>(Arc<Room<W, A>>);

struct Room<W, A> {
    queue: Mutex<Queue<W, A>>,
    write: Box<Write<W, A>>,
}

struct Queue<W, A> {
    waiting: VecDeque<(W, oneshot::Sender<A>)>,
    is_served: bool,
}

impl<W, A> fmt::Debug for Gather<W, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").finish_non_exhaustive()
    }
}

impl<W: 'static, A: 'static> Gather<W, A> {
    /// `write` is given wishes, and gives back as many answers, in their order.
    pub fn new(write: impl Fn(Vec<W>) -> LocalBoxFuture<'static, Vec<A>> + Send + Sync + 'static) -> Self {
        let queue = Queue { waiting: VecDeque::new(), is_served: false };
        Self(Arc::new(Room { queue: Mutex::new(queue), write: Box::new(write) }))
    }

    /// Waits until `wish` was written, and for what came of it; none, where the writing was broken off and undone.
    /// It goes on even if nobody waits for its answer any more.
    pub async fn ask(&self, wish: W) -> Option<A> {
        let (tell, told) = oneshot::channel();
        let is_served = {
            let mut queue = self.0.queue();
            queue.waiting.push_back((wish, tell));
            std::mem::replace(&mut queue.is_served, true)
        };
        if !is_served {
            // On its own, for who asked first may go away before the others have their answers.
            tokio::task::spawn_local(Turn { of: Arc::clone(&self.0), is_over: false }.serve());
        }
        told.await.ok()
    }
}

impl<W, A> Room<W, A> {
    fn queue(&self) -> MutexGuard<'_, Queue<W, A>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of one task to write for all.
struct Turn<W: 'static, A: 'static> {
    of: Arc<Room<W, A>>,
    is_over: bool,
}

impl<W: 'static, A: 'static> Turn<W, A> {
    async fn serve(mut self) {
        while let Some((wishes, tell)) = self.next() {
            let answers = (self.of.write)(wishes).await;
            for (tell, answer) in tell.into_iter().zip(answers) {
                // Who does not listen any more has gone away.
                let _ = tell.send(answer);
            }
        }
    }

    /// Those who wait now; where nobody does, the turn is over.
    fn next(&mut self) -> Option<(Vec<W>, Vec<oneshot::Sender<A>>)> {
        let mut queue = self.of.queue();
        let count = queue.waiting.len().min(MOST);
        if count == 0 {
            queue.is_served = false;
            self.is_over = true;
            return None;
        }
        Some(queue.waiting.drain(..count).unzip())
    }
}

impl<W: 'static, A: 'static> Drop for Turn<W, A> {
    fn drop(&mut self) {
        if !self.is_over {
            // Stopped in the middle: the next to ask takes the turn, and whoever waits is told that nothing came of it.
            let mut queue = self.of.queue();
            queue.is_served = false;
            queue.waiting.clear();
        }
    }
}
