//! JSON text as tokens, with their offsets.

use crate::error::{Error, ErrorKind};
use ecow::{EcoString, eco_format};

/// What an editor may put before a text to say that it's UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A place in a text, on its way from token to token.
#[derive(Clone)]
pub(crate) struct Scanner<'t> {
    text: &'t str,
    /// Always on a character boundary: only ASCII is stepped over byte by byte.
    at: usize,
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str) -> Scanner<'t> {
        Scanner { text, at: if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 } }
    }

    /// Goes on at `at`, which has to be an offset this scanner has given.
    pub(crate) fn from(text: &'t str, at: usize) -> Scanner<'t> {
        Scanner { text, at }
    }

    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// The text from `start` to here.
    pub(crate) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte that isn't space, without going past it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if is_space(*byte) => self.skip_space(),
            next => next.copied(),
        }
    }

    /// As [`peek`](Scanner::peek), where there is space.
    fn skip_space(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let space = rest.iter().position(|b| !is_space(*b));
        self.at += space.unwrap_or(rest.len());
        rest.get(space?).copied()
    }

    /// Goes past `byte`, which has to be ASCII, if it comes next.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Goes past a text in quotes and gives what stands between them, as it is written.
    pub(crate) fn string(&mut self) -> Result<&'t str, Error> {
        let start = self.at;
        if !self.take(b'"') {
            return Err(self.expected("a text in quotes"));
        }
        let inside = self.at;
        let bytes = self.text.as_bytes();
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let Some(found) = first(rest, |b| matches!(b, b'"' | b'\\' | 0..0x20)) else {
                return Err(self.fault(start, "the text that begins here has no end"));
            };
            self.at += found;
            match rest.get(found) {
                Some(b'"') => {
                    let written = self.since(inside);
                    self.at += 1;
                    return Ok(written);
                }
                // What follows a backslash is looked at when the escapes are resolved; here only a
                // quote matters. A character of several bytes is stepped into, not over: its
                // other bytes match nothing above.
                Some(b'\\') => self.at += 2,
                _ => {
                    return Err(
                        self.fault(self.at, "a line break or tab inside a text is written `\\n` or `\\t`")
                    );
                }
            }
        }
    }

    /// Goes past a number and gives it as it is written.
    pub(crate) fn number(&mut self) -> Result<&'t str, Error> {
        let start = self.at;
        self.skip(b"-");
        let begins_with_zero = self.text.as_bytes().get(self.at) == Some(&b'0');
        let mut sound = match self.digits() {
            0 => false,
            digits => digits == 1 || !begins_with_zero,
        };
        if self.skip(b".") {
            sound &= self.digits() > 0;
        }
        if self.skip(b"eE") {
            self.skip(b"+-");
            sound &= self.digits() > 0;
        }
        if sound {
            Ok(self.since(start))
        } else {
            Err(self.fault(start, "this is no number as JSON writes them"))
        }
    }

    /// Goes past the next byte if it's one of these, without looking over space.
    #[inline]
    fn skip(&mut self, bytes: &[u8]) -> bool {
        let there = self.text.as_bytes().get(self.at).is_some_and(|b| bytes.contains(b));
        self.at += usize::from(there);
        there
    }

    /// Goes past digits and tells how many they are.
    #[inline]
    fn digits(&mut self) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let digits = rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        self.at += digits;
        digits
    }

    /// Goes past letters and gives them.
    pub(crate) fn word(&mut self) -> &'t str {
        let start = self.at;
        let rest = self.rest();
        self.at += rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.since(start)
    }

    /// Goes past one value whose text is known to be JSON; `None` when it turns out not to be.
    pub(crate) fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => drop(self.string().ok()?),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    continue;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                b'-' | b'0'..=b'9' => drop(self.number().ok()?),
                _ => (!self.word().is_empty()).then_some(())?,
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Goes to the next line that begins with a list or an object; to the end when there is none.
    pub(crate) fn skip_to_line(&mut self) {
        let begins = |line: &&str| line.starts_with(['{', '[']);
        let before = self.at.saturating_sub(1);
        let mut at = if self.text.is_char_boundary(before) { before } else { self.at };
        while let Some(passed) = self.text.get(at..).and_then(|rest| rest.find('\n')) {
            at += passed + 1;
            if self.text.get(at..).as_ref().is_some_and(begins) {
                self.at = at;
                return;
            }
        }
        self.at = self.text.len();
    }

    /// What is wrong when `what` should come next.
    pub(crate) fn expected(&mut self, what: &str) -> Error {
        self.peek();
        let found = match self.rest().chars().next() {
            None => EcoString::from("the end"),
            Some(c) if c.is_alphanumeric() => {
                let word: EcoString = self.clone().word().chars().take(20).collect();
                eco_format!("`{word}`")
            }
            Some(c) if c.is_control() => eco_format!("`{}`", c.escape_default()),
            Some(c) => eco_format!("`{c}`"),
        };
        self.fault(self.at, &eco_format!("expected {what}, found {found}"))
    }

    /// The error, here.
    pub(crate) fn place(&self, error: Error) -> Error {
        let (line, column) = position(self.text, self.at);
        error.with_position(line, column)
    }

    /// What is wrong at `at`.
    pub(crate) fn fault(&self, at: usize, message: &str) -> Error {
        fault(self.text, at, message)
    }
}

#[inline]
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Where the first byte is that `is` says of.
#[inline]
pub(super) fn first(bytes: &[u8], is: impl Fn(u8) -> bool) -> Option<usize> {
    /// Bytes that are looked at together.
    const BLOCK: usize = 32;
    // Most texts are short; long ones are passed over by blocks, which the compiler makes vectors of.
    if let Some(found) = bytes.iter().take(BLOCK).position(|b| is(*b)) {
        return Some(found);
    }
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let without = |block: &&[u8; BLOCK]| !block.iter().fold(false, |any, b| any | is(*b));
    let passed = blocks.iter().take_while(without).count() * BLOCK;
    bytes.get(passed..)?.iter().position(|b| is(*b)).map(|found| passed + found)
}

/// The error of text that isn't what it should be at `at`.
pub(crate) fn fault(text: &str, at: usize, message: &str) -> Error {
    let (line, column) = position(text, at);
    Error::new(ErrorKind::Parse { message: message.into(), line, column }).with_position(line, column)
}

/// Line and column of an offset, both from 1, columns in characters. O(n) in the offset.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let before = before.strip_prefix(BYTE_ORDER_MARK).unwrap_or(before);
    let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
