//! How far loading is, for somebody who waits at a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// What is over sooner needs no bar.
const SILENT: Duration = Duration::from_secs(1);

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
        }
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
            if let Ok(style) = ProgressStyle::with_template("{msg:>8} {bar:40} {bytes}/{total_bytes}") {
                bar.set_style(style);
            }
            bar.set_message("loading");
            self.bar = Some(bar);
        }
        self.bar.as_ref()
    }
}
