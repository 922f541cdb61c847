//! Where the part of a request that a path names stands in the request's text.

use crate::document::{Scanner, position, read_text};
use crate::error::{Error, Path, Step};

/// Options that are written in two ways.
const SPELLINGS: [&[&str]; 4] =
    [&["with", "include", "select"], &["columns", "select"], &["limit", "take"], &["offset", "skip"]];

/// Line and column, both from 1, of the value that `path` names in `text`: of the innermost part
/// that is there. `None` when the text isn't JSON. O(n).
///
/// Paths use the spelling `with`, `columns`, `limit`, `offset`; texts may have the other one.
///
/// ```
/// use relata::json::{Limits, Request, locate};
/// let text = r#"{"findMany": "users", "limit": -1}"#;
/// # let schema = relata::Schema::default();
/// let error = Request::parse(&schema.try_into()?, text, &Limits::default()).unwrap_err();
/// assert_eq!(locate(text, error.path()), Some((1, 32)));
/// # Ok::<(), relata::Error>(())
/// ```
pub fn locate(text: &str, path: &Path) -> Option<(usize, usize)> {
    let mut scanner = Scanner::new(text);
    scanner.peek()?;
    let mut place = scanner.offset();
    let mut steps = path.steps().peekable();
    while let Some(step) = steps.next() {
        match go(&scanner, step, steps.peek().copied()) {
            Some(inner) => scanner = inner,
            // An only item may be written without its list.
            None if *step == Step::Index(0) => {}
            None => break,
        }
        place = scanner.offset();
    }
    Some(position(text, place))
}

/// The error with the position of its path in `text`, unless it has one.
pub(super) fn place(text: &str, error: Error) -> Error {
    if error.position().is_some() {
        return error;
    }
    match locate(text, error.path()) {
        Some((line, column)) => error.with_position(line, column),
        None => error,
    }
}

/// The value one step further in. Where a step has several spellings and an object has several of
/// them, the one that leads on counts.
fn go<'t>(scanner: &Scanner<'t>, step: &Step, next: Option<&Step>) -> Option<Scanner<'t>> {
    let Step::Key(key) = step else { return enter(scanner, step) };
    let Some(spellings) = SPELLINGS.iter().find(|spellings| spellings.first() == Some(&key.as_str())) else {
        return enter(scanner, step);
    };
    let found = || spellings.iter().filter_map(|spelling| enter(scanner, &Step::from(*spelling)));
    found().find(|inner| next.is_none_or(|next| enter(inner, next).is_some())).or_else(|| found().next())
}

/// The value under a key or at an index.
fn enter<'t>(scanner: &Scanner<'t>, step: &Step) -> Option<Scanner<'t>> {
    let mut inner = scanner.clone();
    match (inner.peek()?, step) {
        (b'{', Step::Key(wanted)) => {
            inner.take(b'{');
            while inner.peek()? == b'"' {
                let key = read_text(&mut inner).ok()?;
                inner.take(b':');
                inner.peek()?;
                if key == *wanted {
                    return Some(inner);
                }
                inner.skip_value()?;
                inner.take(b',');
            }
            None
        }
        (b'[', _) => {
            inner.take(b'[');
            let mut index = 0;
            while inner.peek()? != b']' {
                let found = match step {
                    Step::Index(wanted) => (index == *wanted).then(|| inner.clone()),
                    Step::Key(wanted) => named(&inner, wanted),
                };
                if found.is_some() {
                    return found;
                }
                inner.skip_value()?;
                inner.take(b',');
                index += 1;
            }
            None
        }
        _ => None,
    }
}

/// What a name means of a list's item: the item that is the name, or what it has under it. Lists
/// are a way to write what could be an object, as of columns or of an order.
fn named<'t>(item: &Scanner<'t>, name: &str) -> Option<Scanner<'t>> {
    match item.clone().peek()? {
        b'"' => (read_text(&mut item.clone()).ok()? == name).then(|| item.clone()),
        b'{' => enter(item, &Step::from(name)),
        _ => None,
    }
}
