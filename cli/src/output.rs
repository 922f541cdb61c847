//! Where the command writes: results to one stream, everything else to the other.

use crate::args::When;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

/// What stands out, and how.
#[derive(Clone, Copy)]
pub(crate) enum Tone {
    Heading,
    Name,
    Faint,
    Bad,
    Good,
}

impl Tone {
    fn style(self) -> Style {
        let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Tone::Heading => Style::new().bold(),
            Tone::Name => color(AnsiColor::Cyan),
            Tone::Faint => Style::new().dimmed(),
            Tone::Bad => color(AnsiColor::Red).bold(),
            Tone::Good => color(AnsiColor::Green),
        }
    }
}

/// Whether a stream takes colours. Text is coloured as it is written: filtering escapes out of the
/// finished stream would also take them out of the user's data.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paint(bool);

impl Paint {
    fn of(when: When, auto: impl FnOnce() -> ColorChoice) -> Paint {
        Paint(match when {
            When::Always => true,
            When::Never => false,
            When::Auto => auto() != ColorChoice::Never,
        })
    }

    pub(crate) fn tone(self, tone: Tone, text: impl Display) -> String {
        let style = tone.style();
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}

pub(crate) struct Output {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    pub(crate) paint: Paint,
    err_paint: Paint,
    is_terminal: bool,
    verbose: bool,
}

impl Output {
    /// The process's own streams.
    pub(crate) fn standard(color: When, verbose: bool) -> Output {
        let (out, err) = (io::stdout(), io::stderr());
        Output {
            paint: Paint::of(color, || AutoStream::choice(&out)),
            err_paint: Paint::of(color, || AutoStream::choice(&err)),
            is_terminal: out.is_terminal(),
            out: Box::new(BufWriter::with_capacity(1 << 16, out)),
            err: Box::new(err),
            verbose,
        }
    }

    /// Whether results are read by a person.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Where results go.
    pub(crate) fn writer(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    pub(crate) fn line(&mut self, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Something worth knowing that is no result.
    pub(crate) fn note(&mut self, text: impl Display) -> io::Result<()> {
        self.out.flush()?;
        // Whoever closed standard error doesn't want to know.
        let _ = writeln!(self.err, "{}", self.err_paint.tone(Tone::Faint, text));
        Ok(())
    }

    /// A note for those who asked to be told more.
    pub(crate) fn detail(&mut self, text: impl Display) -> io::Result<()> {
        if self.verbose { self.note(text) } else { Ok(()) }
    }

    /// What went wrong; `title` opens the first line.
    pub(crate) fn complain(&mut self, title: &str, text: impl Display) {
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{} {text}", self.err_paint.tone(Tone::Bad, title));
    }

    /// A line that goes on with what went wrong.
    pub(crate) fn complain_more(&mut self, text: impl Display) {
        let _ = writeln!(self.err, "{text}");
    }
}
