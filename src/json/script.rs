//! Scripts: many requests in one text.

use super::locate::locate;
use super::request::Request;
use crate::catalog::Catalog;
use crate::document::{Limits, Scanner, position, read_value};
use crate::error::{Error, ErrorKind};
use std::iter::FusedIterator;

/// The requests of a text, one after another: a single one, several with or without line breaks
/// between them, lists of them, or any mixture. Each is read when it's asked for, so that a long
/// script needs no more memory than its text and the longest request.
///
/// One bad request doesn't end a script. After text that isn't JSON, reading goes on at the next
/// line that begins with `{` or `[`; inside a list at its next item, if its end can be told.
///
/// ```
/// use relata::json::{Limits, script};
/// # let catalog = relata::Schema::default().try_into()?;
/// let text = "{\"count\": \"users\"}\n{\"cuont\": \"users\"}\n{\"check\": true}";
/// let items: Vec<_> = script(&catalog, text, &Limits::default())?.collect();
/// assert!(items[0].request().is_ok() && items[2].request().is_ok());
/// let error = items[1].request().unwrap_err();
/// assert_eq!(error.to_string(), "no option `cuont` here");
/// assert_eq!(error.position(), Some((2, 11)));
/// # Ok::<(), relata::Error>(())
/// ```
///
/// # Errors
/// `limit_exceeded` when the text has too many bytes; the other limits hold for each request.
pub fn script<'s>(catalog: &'s Catalog, text: &'s str, limits: &Limits) -> Result<Script<'s>, Error> {
    limits.check_bytes(text.len())?;
    let scanner = Scanner::new(text);
    Ok(Script { catalog, text, limits: *limits, scanner, place: Place::Top, seen: 0, line: 1, column: 1 })
}

/// The iterator that [`script`] gives.
#[derive(Clone)]
pub struct Script<'s> {
    catalog: &'s Catalog,
    text: &'s str,
    limits: Limits,
    scanner: Scanner<'s>,
    place: Place,
    /// The offset up to which lines and columns are counted, ...
    seen: usize,
    /// ... the line there, ...
    line: usize,
    /// ... and the column, both from 1.
    column: usize,
}

/// What a script's text may go on with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A request or a list of them.
    Top,
    /// The first item of a list, or its end.
    First,
    /// A comma and an item, or the list's end.
    Next,
    /// Nothing that could be told apart.
    End,
}

impl<'s> Script<'s> {
    /// The request that begins here.
    fn item(&mut self) -> ScriptItem<'s> {
        self.scanner.peek();
        let start = self.scanner.offset();
        self.count_lines(start);
        // A scanner of its own, so that an error's place is counted from here: counting from the
        // beginning of the script would make many errors cost its length each.
        let rest = self.text.get(start..).unwrap_or_default();
        let mut scanner = Scanner::from(rest, 0);
        let literal = read_value(&mut scanner, &self.limits);
        self.place = if self.place == Place::Top { Place::Top } else { Place::Next };
        if let Err(error) = &literal {
            self.skip_bad(&mut scanner, error, rest);
        }
        let text = rest.get(..scanner.offset()).unwrap_or(rest).trim_ascii_end();
        self.scanner = Scanner::from(self.text, start + scanner.offset());
        let request = literal.and_then(|literal| Request::within(self.catalog, literal, &self.limits));
        ScriptItem::new(text, self.line, self.column, request)
    }

    /// Goes to where the request after a bad one may begin.
    fn skip_bad(&mut self, scanner: &mut Scanner<'s>, error: &Error, rest: &'s str) {
        let is_limit = matches!(error.kind(), ErrorKind::LimitExceeded { .. });
        if self.place == Place::Top && !is_limit {
            return scanner.skip_to_line();
        }
        *scanner = Scanner::from(rest, 0);
        if scanner.skip_value().is_none() {
            *scanner = Scanner::from(rest, rest.len());
            self.place = Place::End;
        }
    }

    /// Counts lines and columns on to `at`.
    fn count_lines(&mut self, at: usize) {
        let passed = self.text.get(self.seen..at).unwrap_or_default();
        let (line, column) = position(passed, passed.len());
        self.column = if line == 1 { self.column + column - 1 } else { column };
        self.line += line - 1;
        self.seen = at;
    }
}

impl<'s> Iterator for Script<'s> {
    type Item = ScriptItem<'s>;

    fn next(&mut self) -> Option<ScriptItem<'s>> {
        loop {
            match (self.place, self.scanner.peek()) {
                (Place::End, _) | (Place::Top, None) => return None,
                (Place::Top, Some(b'[')) => {
                    self.scanner.take(b'[');
                    self.place = Place::First;
                }
                (Place::First | Place::Next, Some(b']')) => {
                    self.scanner.take(b']');
                    self.place = Place::Top;
                }
                (Place::Next, Some(b',')) => {
                    self.scanner.take(b',');
                    return Some(self.item());
                }
                (Place::Top | Place::First, _) => return Some(self.item()),
                (Place::Next, _) => {
                    self.place = Place::End;
                    self.count_lines(self.scanner.offset());
                    let rest = self.text.get(self.seen..).unwrap_or_default();
                    let error = Scanner::from(rest, 0).expected("`,` or `]`");
                    return Some(ScriptItem::new(rest.trim_ascii_end(), self.line, self.column, Err(error)));
                }
            }
        }
    }
}

impl FusedIterator for Script<'_> {}

/// One request of a script, or why it is none, and where it stands.
#[derive(Debug)]
pub struct ScriptItem<'s> {
    text: &'s str,
    line: usize,
    column: usize,
    request: Result<Request, Error>,
}

impl<'s> ScriptItem<'s> {
    fn new(text: &'s str, line: usize, column: usize, request: Result<Request, Error>) -> ScriptItem<'s> {
        let start = (line, column);
        let request = request.map_err(|error| match error.position() {
            Some(place) => shift(error, start, place),
            None => placed(error, text, start),
        });
        ScriptItem { text, line, column, request }
    }

    /// The request as it is written.
    pub fn text(&self) -> &'s str {
        self.text
    }

    /// The line it begins in, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The request.
    ///
    /// # Errors
    /// As [`Request::parse`], positions counted from the beginning of the script.
    pub fn request(&self) -> Result<&Request, &Error> {
        self.request.as_ref()
    }

    /// An error that answering the request gave, with its position in the script.
    #[must_use]
    pub fn place(&self, error: Error) -> Error {
        if error.position().is_some() { error } else { placed(error, self.text, (self.line, self.column)) }
    }
}

/// The error with the position of its path, in a request that begins at `start` of a script.
fn placed(error: Error, text: &str, start: (usize, usize)) -> Error {
    match locate(text, error.path()) {
        Some(place) => shift(error, start, place),
        None => error,
    }
}

/// The error with a position counted from the beginning of the script, and not of its request.
fn shift(error: Error, start: (usize, usize), place: (usize, usize)) -> Error {
    let line = start.0 + place.0 - 1;
    let column = if place.0 == 1 { start.1 + place.1 - 1 } else { place.1 };
    match error.kind() {
        ErrorKind::Parse { message, .. } => {
            Error::new(ErrorKind::Parse { message: message.clone(), line, column })
                .with_position(line, column)
        }
        _ => error.with_position(line, column),
    }
}
