//! Work that is divided among the cores in large pieces, on threads of its own. The shared pool would not do:
//! while a piece waits there for its own parts the pool begins other pieces, and all of them are in memory.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

/// Does two things at once.
pub(crate) fn both<A: Send, B>(
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B,
) -> (A, B) {
    thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        let first = first.join().unwrap_or_else(|panic| resume_unwind(panic));
        (first, second)
    })
}

/// Does the same with each, no more of them at a time than there are cores; what is made is in their order.
/// Once one has failed no other is begun; of several that failed the first in their order is the error.
pub(crate) fn each<T: Sync, R: Send>(
    of: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
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
        let threads: Vec<_> = (0..cores.min(of.len()))
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
        let doubled = each(&all, |one| Ok(one * 2)).unwrap();
        assert!(doubled.iter().zip(&all).all(|(two, one)| *two == one * 2));
        assert_eq!(doubled.len(), 200);

        let begun = AtomicUsize::new(0);
        let failed = each(&all, |one| {
            begun.fetch_add(1, Ordering::Relaxed);
            // The later one fails first.
            if *one == 3 {
                thread::sleep(std::time::Duration::from_millis(50));
            }
            anyhow::ensure!(*one < 3, "{one}");
            Ok(())
        });
        let cores = thread::available_parallelism().map_or(1, usize::from);
        assert!(begun.into_inner() < 4 + cores);
        let found = failed.unwrap_err().to_string();
        assert_eq!(found, "3");
    }

    #[test]
    fn two_things_are_both_done() {
        assert_eq!(both(|| 1, || "two"), (1, "two"));
        assert!(each(&[0_u8; 0], |_| Ok(())).unwrap().is_empty());
    }
}
