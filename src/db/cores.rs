//! Work that takes processor time: on every core, and not on a thread that others' requests wait for.

use std::sync::{Mutex, PoisonError};
use std::thread;

use sea_orm::DbErr;

/// Rows that are gone through here and now, in the time that a thread needs to wake up on a busy machine.
const FEW: usize = 1_000;

/// What `work` makes of each item, in the order of the items, where `rows` are gone through in all. A panic comes back as
/// an error.
pub async fn on_all_cores<T, R>(
    rows: usize,
    items: Vec<T>,
    work: impl Fn(T) -> R + Send + Sync + 'static,
) -> Result<Vec<R>, DbErr>
where
    T: Send + 'static,
    R: Send + 'static,
{
    if rows < FEW || items.len() < 2 {
        return Ok(items.into_iter().map(work).collect());
    }
    let done = tokio::task::spawn_blocking(move || spread(items, &work)).await;
    done.map_err(|why| DbErr::Custom(why.to_string()))
}

fn spread<T: Send, R: Send>(items: Vec<T>, work: &(impl Fn(T) -> R + Sync)) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let waiting = Mutex::new(items.into_iter().enumerate());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take = || {
        let mut done = Vec::new();
        while let Some((place, item)) = next() {
            done.push((place, work(item)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(take)).collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}
