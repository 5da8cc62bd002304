//! What waits is written together, and nobody waits for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use jixiao::db::Gather;
use tokio::sync::Semaphore;

/// A writer that writes when it is let, and counts.
fn writer(may_write: &Arc<Semaphore>, turns: &Arc<AtomicUsize>) -> Gather<usize, usize> {
    let (may_write, turns) = (Arc::clone(may_write), Arc::clone(turns));
    Gather::new(move |wishes: Vec<usize>| {
        let (may_write, turns) = (Arc::clone(&may_write), Arc::clone(&turns));
        async move {
            may_write.acquire().await.unwrap().forget();
            turns.fetch_add(1, Ordering::Relaxed);
            assert!(!wishes.contains(&13), "a wish that breaks the writer off");
            wishes.into_iter().map(|wish| wish * 2).collect()
        }
        .boxed_local()
    })
}

#[actix_web::test]
async fn what_comes_while_somebody_writes_is_written_in_one_turn() {
    let (may_write, turns) = (Arc::new(Semaphore::new(0)), Arc::default());
    let gather = writer(&may_write, &turns);
    let all = join_all((100..150).map(|wish| gather.ask(wish)));
    let let_go = async {
        tokio::task::yield_now().await;
        may_write.add_permits(2);
    };
    let (answers, ()) = futures_util::future::join(all, let_go).await;
    assert_eq!(answers, (100..150).map(|wish| Some(wish * 2)).collect::<Vec<_>>());
    assert_eq!(turns.load(Ordering::Relaxed), 1, "all were there before the first was written");
}

#[actix_web::test]
async fn who_goes_away_is_written_all_the_same() {
    let (may_write, turns) = (Arc::new(Semaphore::new(0)), Arc::default());
    let gather = writer(&may_write, &turns);
    assert_eq!(gather.ask(1).now_or_never(), None);
    may_write.add_permits(9);
    assert_eq!(gather.ask(2).await, Some(4));
    assert_eq!(turns.load(Ordering::Relaxed), 1, "with the one that waited");
}

#[actix_web::test]
async fn a_writer_that_breaks_off_is_told_to_all_and_the_next_writes() {
    let (may_write, turns) = (Arc::new(Semaphore::new(9)), Arc::default());
    let gather = writer(&may_write, &turns);
    assert_eq!(join_all([1, 13, 2].map(|wish| gather.ask(wish))).await, [None, None, None]);
    assert_eq!(gather.ask(3).await, Some(6));
}
