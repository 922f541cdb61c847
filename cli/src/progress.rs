//! How far loading or saving is, for somebody who waits at a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// What is over sooner needs no bar.
const SILENT: Duration = Duration::from_secs(1);

/// How often the bar shows that something goes on.
const TICK: Duration = Duration::from_millis(100);

pub(crate) struct Progress {
    is_wanted: bool,
    started: Instant,
    total: u64,
    /// The bytes of the files that are done.
    done: u64,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(total: u64) -> Progress {
        let is_wanted = io::stderr().is_terminal();
        Progress { is_wanted, started: Instant::now(), total, done: 0, bar: None }
    }

    /// So many bytes of the current file have been read.
    pub(crate) fn within_file(&mut self, bytes: u64) {
        let done = self.done + bytes;
        if let Some(bar) = self.bar() {
            bar.set_position(done);
        }
    }

    /// A file of so many bytes is done.
    pub(crate) fn file_done(&mut self, bytes: u64) {
        self.done += bytes;
        self.within_file(0);
    }

    /// What happens now has no measure.
    pub(crate) fn stage(&mut self, name: &'static str) {
        if let Some(bar) = self.bar() {
            bar.set_message(name);
            bar.tick();
        }
    }

    /// Does what has no measure, and shows that it goes on.
    pub(crate) fn during<T: Send>(&mut self, name: &'static str, work: impl FnOnce() -> T + Send) -> T {
        if !self.is_wanted {
            return work();
        }
        let (done, is_done) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let worker = scope.spawn(move || {
                let _until_the_end = done;
                work()
            });
            while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                self.stage(name);
            }
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn bar(&mut self) -> Option<&ProgressBar> {
        if self.bar.is_none() && self.is_wanted && self.started.elapsed() >= SILENT {
            let bar = ProgressBar::new(self.total);
            if let Ok(style) =
                ProgressStyle::with_template("{msg:>8} {bar:40} {bytes}/{total_bytes} {elapsed}")
            {
                bar.set_style(style);
            }
            bar.set_message("loading");
            self.bar = Some(bar);
        }
        self.bar.as_ref()
    }
}
