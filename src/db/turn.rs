//! Writers take turns.

use crate::error::{Error, ErrorKind, Result, TransactionMistake};
use parking_lot::{ReentrantMutex, ReentrantMutexGuard};
use std::time::Duration;

/// Whose turn it is to write. A thread that has it isn't left waiting for itself.
#[derive(Default)]
pub(super) struct Turns(ReentrantMutex<()>);

/// The right to write, from the first look at the rows to the last change.
pub(super) struct Turn<'t>(ReentrantMutexGuard<'t, ()>);

impl Turns {
    /// Waits for the turn, but no longer than this if a time is given.
    ///
    /// # Errors
    /// `invalid_query` when this thread has it already, and `busy` when the time is over.
    pub(super) fn take(&self, longest: Option<Duration>) -> Result<Turn<'_>> {
        self.refuse_own()?;
        match longest {
            None => Ok(Turn(self.0.lock())),
            Some(waited) => {
                let busy = || Error::new(ErrorKind::Busy { waited });
                self.0.try_lock_for(waited).map(Turn).ok_or_else(busy)
            }
        }
    }

    fn refuse_own(&self) -> Result<()> {
        if self.0.is_owned_by_current_thread() {
            return Err(TransactionMistake::HeldByThisThread.into());
        }
        Ok(())
    }
}

impl Turn<'_> {
    /// Gives the turn to whoever has waited longest, also when this thread asks for it again at once.
    pub(super) fn pass_on(self) {
        ReentrantMutexGuard::unlock_fair(self.0);
    }
}
