//! Readers of others may panic on a damaged file, as that of Arrow IPC does where an offset points outside: for whoever gives
//! the file that is an error like any other, and nothing is printed but that.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use super::damaged;
use crate::error::TableError;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

static QUIET: Once = Once::new();

/// Does something with a file; a panic on the way is an error of the file.
///
/// # Errors
/// Those of `work`, and that the file is damaged.
pub(super) fn guarded<T>(
    name: &str,
    work: impl FnOnce() -> Result<T, TableError>,
) -> Result<T, TableError> {
    QUIET.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                usual(panic);
            }
        }));
    });
    let before = GUARDED.replace(true);
    // What `work` leaves half-done is dropped with its error.
    let done = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    done.unwrap_or_else(|_| {
        Err(damaged(
            name,
            "file of its kind",
            "its parts do not fit together",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_reader_is_an_error_of_the_file() {
        let error = guarded("t.arrow", || -> Result<(), TableError> {
            panic!("an offset outside the file")
        });
        let said = error.unwrap_err().to_string();
        assert!(said.contains("its parts do not fit together"), "{said}");
        assert_eq!(guarded("t.arrow", || Ok(7)), Ok(7));
    }
}
