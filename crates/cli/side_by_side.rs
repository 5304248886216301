//! Work that is divided among the cores in large pieces, on threads of its own. The shared pool would not do:
//! while a piece waits there for its own parts the pool begins other pieces, and all of them are in memory.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

/// How many pieces can be worked on at the same time.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does the same with each, no more of them at a time than `threads`; what is made is in their order. Once one
/// has failed no other is begun; of several that failed the first in their order is the error.
pub(crate) fn each<T: Sync, R: Send>(
    threads: usize,
    of: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let some = || {
        let mut made = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = of.get(place) else {
                return made;
            };
            let found = work(one);
            if found.is_err() {
                next.store(of.len(), Ordering::Relaxed);
            }
            made.push((place, found));
        }
    };
    let mut made = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.min(of.len()))
            .map(|_| scope.spawn(some))
            .collect();
        let made = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        made.flatten().collect::<Vec<_>>()
    });
    made.sort_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, found)| found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_in_order_and_nothing_is_begun_after_a_failure() {
        let all: Vec<usize> = (0..200).collect();
        let doubled = each(3, &all, |one| Ok(one * 2)).unwrap();
        assert!(doubled.iter().zip(&all).all(|(two, one)| *two == one * 2));
        assert_eq!(doubled.len(), 200);
        assert!(each(cores(), &[0_u8; 0], |_| Ok(())).unwrap().is_empty());

        let begun = AtomicUsize::new(0);
        let failed = each(3, &all, |one| {
            begun.fetch_add(1, Ordering::Relaxed);
            // The later one fails first.
            if *one == 3 {
                thread::sleep(std::time::Duration::from_millis(50));
            }
            anyhow::ensure!(*one < 3, "{one}");
            Ok(())
        });
        assert!(begun.into_inner() <= 6);
        assert_eq!(failed.unwrap_err().to_string(), "3");
    }
}
