//! Text into literals, in one pass and without recursion.
//!
//! Written by hand because a parser that keeps a number's digits by capturing raw values would read
//! what lies at depth n of a document n times: 64 levels around a long text would cost 64 readings.

use super::limits::Limits;
use super::scan::{Scanner, fault};
use super::size::check_size;
use crate::error::Error;
use crate::value::Literal;
use ecow::{EcoString, eco_format};
use hashbrown::HashTable;
use std::hash::{BuildHasher, RandomState};

/// Objects with fewer keys look for a repeated one by comparing them all.
const KEYS_COMPARED_MAX: usize = 32;

/// The document that `text` holds, every digit kept. O(n).
///
/// ```
/// use relata::json::{Limits, read};
/// let literal = read(r#"{"price": 12.50, "id": 9007199254740993}"#, &Limits::default())?;
/// assert_eq!(literal.to_string(), r#"{"price":12.50,"id":9007199254740993}"#);
/// # Ok::<(), relata::Error>(())
/// ```
///
/// # Errors
/// `parse` with line and column for text that isn't JSON or gives a key twice, `limit_exceeded`
/// for a document beyond `limits`.
pub fn read(text: &str, limits: &Limits) -> Result<Literal, Error> {
    limits.check_bytes(text.len())?;
    let mut scanner = Scanner::new(text);
    if text.len() / 2 > limits.nodes {
        check_size(text, limits)?;
    }
    let literal = read_value(&mut scanner, limits)?;
    match scanner.peek() {
        None => Ok(literal),
        Some(_) => Err(scanner.expected("the end")),
    }
}

/// Bytes from outside as the text they should be. O(n).
///
/// # Errors
/// `limit_exceeded` when there are too many, `parse` with line and column when they aren't UTF-8.
pub fn utf8<'b>(bytes: &'b [u8], limits: &Limits) -> Result<&'b str, Error> {
    limits.check_bytes(bytes.len())?;
    std::str::from_utf8(bytes).map_err(|error| {
        let sound = bytes.get(..error.valid_up_to()).and_then(|sound| std::str::from_utf8(sound).ok());
        fault(sound.unwrap_or_default(), error.valid_up_to(), "this is no UTF-8")
    })
}

/// A list or object that isn't closed yet.
enum Open {
    List(Vec<Literal>),
    Object(Entries),
}

/// The entries of an open object, and the key whose value is being read.
struct Entries {
    entries: Vec<(EcoString, Literal)>,
    key: EcoString,
    /// The keys there are, once they are many.
    seen: Option<Box<Keys>>,
}

/// Where in a list of entries each key stands, by its hash.
#[derive(Default)]
struct Keys {
    state: RandomState,
    places: HashTable<(u64, usize)>,
}

/// Reads one value and leaves the scanner right behind it.
pub(crate) fn read_value(scanner: &mut Scanner<'_>, limits: &Limits) -> Result<Literal, Error> {
    let mut open: Vec<Open> = Vec::new();
    let mut nodes = 0;
    loop {
        nodes += 1;
        let next = scanner.peek();
        limits.check_nodes(nodes).map_err(|error| scanner.place(error))?;
        let mut value = match next {
            Some(bracket @ (b'{' | b'[')) => {
                limits.check_depth(open.len() + 1).map_err(|error| scanner.place(error))?;
                scanner.take(bracket);
                match enter(scanner, bracket)? {
                    Some(container) => {
                        open.push(container);
                        continue;
                    }
                    None if bracket == b'[' => Literal::List(Vec::new()),
                    None => Literal::Object(Vec::new()),
                }
            }
            next => scalar(scanner, next)?,
        };
        // The value is whole: it goes into what is open around it, which may be whole in turn.
        loop {
            let Some(around) = open.last_mut() else { return Ok(value) };
            if around.add(value, scanner)? {
                break;
            }
            value = open.pop().map(Open::whole).unwrap_or_default();
        }
    }
}

/// What opens behind a bracket, `None` when it's closed at once.
fn enter(scanner: &mut Scanner<'_>, bracket: u8) -> Result<Option<Open>, Error> {
    if bracket == b'[' {
        return Ok((!scanner.take(b']')).then(|| Open::List(Vec::new())));
    }
    if scanner.take(b'}') {
        return Ok(None);
    }
    let mut object = Entries { entries: Vec::new(), key: EcoString::new(), seen: None };
    object.read_key(scanner)?;
    Ok(Some(Open::Object(object)))
}

impl Open {
    /// Takes a value in; whether another one follows.
    fn add(&mut self, value: Literal, scanner: &mut Scanner<'_>) -> Result<bool, Error> {
        match self {
            Open::List(items) => {
                items.push(value);
                match scanner.take(b',') {
                    true => Ok(true),
                    false if scanner.take(b']') => Ok(false),
                    false => Err(scanner.expected("`,` or `]`")),
                }
            }
            Open::Object(object) => {
                object.entries.push((std::mem::take(&mut object.key), value));
                match scanner.take(b',') {
                    true => object.read_key(scanner).map(|()| true),
                    false if scanner.take(b'}') => Ok(false),
                    false => Err(scanner.expected("`,` or `}`")),
                }
            }
        }
    }

    fn whole(self) -> Literal {
        match self {
            Open::List(items) => Literal::List(items),
            Open::Object(object) => Literal::Object(object.entries),
        }
    }
}

impl Entries {
    fn read_key(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        if scanner.peek() != Some(b'"') {
            return Err(scanner.expected("a key in quotes"));
        }
        let start = scanner.offset();
        let key = text(scanner)?;
        if self.has(&key) {
            return Err(scanner.fault(start, &eco_format!("`{key}` stands twice in one object")));
        }
        if !scanner.take(b':') {
            return Err(scanner.expected("`:`"));
        }
        self.key = key;
        Ok(())
    }

    /// Whether `key` was there before. Many keys are hashed, so that a hostile object costs no more
    /// than its length.
    fn has(&mut self, key: &EcoString) -> bool {
        if self.entries.len() < KEYS_COMPARED_MAX {
            return self.entries.iter().any(|(k, _)| k == key);
        }
        let keys = self.seen.get_or_insert_with(|| {
            let mut keys = Box::<Keys>::default();
            self.entries
                .iter()
                .enumerate()
                .for_each(|(place, (key, _))| keys.note(keys.state.hash_one(key), place));
            keys
        });
        let hash = keys.state.hash_one(key);
        let is_it = |(_, place): &(u64, usize)| self.entries.get(*place).is_some_and(|(k, _)| k == key);
        let has = keys.places.find(hash, is_it).is_some();
        // It goes where the next entry will.
        keys.note(hash, self.entries.len());
        has
    }
}

impl Keys {
    fn note(&mut self, hash: u64, place: usize) {
        self.places.insert_unique(hash, (hash, place), |(hash, _)| *hash);
    }
}

/// A value that begins with `next`, and is neither a list nor an object.
fn scalar(scanner: &mut Scanner<'_>, next: Option<u8>) -> Result<Literal, Error> {
    match next {
        Some(b'"') => text(scanner).map(Literal::Text),
        Some(b'-' | b'0'..=b'9') => scanner.number().map(|number| Literal::Number(number.into())),
        _ => {
            let literal = match scanner.clone().word() {
                "null" => Literal::Null,
                "true" => Literal::Boolean(true),
                "false" => Literal::Boolean(false),
                _ => return Err(scanner.expected("a value")),
            };
            scanner.word();
            Ok(literal)
        }
    }
}

/// A text with its escapes resolved.
pub(crate) fn text(scanner: &mut Scanner<'_>) -> Result<EcoString, Error> {
    let start = scanner.offset();
    let written = scanner.string()?;
    if !written.contains('\\') {
        return Ok(written.into());
    }
    let resolved = serde_json::from_str::<String>(scanner.since(start));
    resolved.map(EcoString::from).map_err(|_| scanner.fault(start, "an escape in this text means nothing"))
}
