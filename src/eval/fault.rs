//! Expressions that fail inside a filter.
//!
//! A filter says true, false or unknown of a row and nothing else. An expression in it that fails
//! leaves its error here, on the thread that evaluates, says unknown, and whoever asked for the rows
//! collects the error before giving any.

use crate::error::{Error, Result};
use std::cell::RefCell;

thread_local! {
    static FAULT: RefCell<Option<Error>> = const { RefCell::new(None) };
}

/// Leaves an error, unless one is there already.
pub(super) fn leave(error: Error) {
    FAULT.with_borrow_mut(|fault| {
        fault.get_or_insert(error);
    });
}

/// The error that was left since the last call.
///
/// # Errors
/// That error.
pub(crate) fn collect() -> Result<()> {
    FAULT.with_borrow_mut(Option::take).map_or(Ok(()), Err)
}
