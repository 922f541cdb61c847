//! The options of an object, claimed one by one; what nobody knows is refused.

use crate::error::{Error, ErrorKind, FlatMistake, QueryMistake};
use crate::query::Amount;
use crate::value::{Input, Literal};
use ecow::EcoString;

/// Options by name.
pub(super) struct Options(Vec<(EcoString, Literal)>);

/// An option's value under the spelling it has in the document.
pub(super) type Spelled = Option<(&'static str, Literal)>;

impl Options {
    /// The options of an object, which may be those `known` and no others.
    pub(super) fn of(literal: Literal, known: &[&'static str]) -> Result<Options, Error> {
        let entries = entries(literal, "an object of options")?;
        match entries.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(unknown(name, known).at(name)),
            None => Ok(Options(entries)),
        }
    }

    /// The value of an option, claimed.
    pub(super) fn take(&mut self, name: &str) -> Option<Literal> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// The value of an option that has two spellings, of which one object may use one.
    pub(super) fn take_either(&mut self, ours: &'static str, theirs: &'static str) -> Result<Spelled, Error> {
        match (self.take(ours), self.take(theirs)) {
            (Some(_), Some(_)) => {
                Err(invalid(QueryMistake::TwoSpellings { first: ours, second: theirs }).at(theirs))
            }
            (Some(value), None) => Ok(Some((ours, value))),
            (None, value) => Ok(value.map(|value| (theirs, value))),
        }
    }
}

/// The error of a query that means nothing.
pub(super) fn invalid(mistake: QueryMistake) -> Error {
    Error::new(ErrorKind::InvalidQuery(mistake))
}

/// The error of an option that isn't among those there are.
pub(super) fn unknown(name: &str, known: &[&'static str]) -> Error {
    let known = known.iter().map(|name| EcoString::from(*name)).collect();
    Error::new(ErrorKind::UnknownOption { name: name.into(), known })
}

/// Prisma's words for groups and aggregates, each with the form they have here.
const OTHER_FORMS: [(&str, &str); 9] = [
    (
        "groupBy",
        "{\"from\": \"posts\", \"groupBy\": \"user_id\", \"select\": {\"user_id\": true, \"n\": {\"count\": true}}}",
    ),
    ("by", "\"groupBy\": \"user_id\" beside \"from\": \"posts\""),
    (
        "aggregate",
        "{\"from\": \"posts\", \"select\": {\"n\": {\"count\": true}, \"likes\": {\"sum\": \"likes\"}}}",
    ),
    ("_all", "{\"count\": true}"),
    ("_count", "\"select\": {\"n\": {\"count\": true}} beside \"from\""),
    ("_sum", "\"select\": {\"n\": {\"sum\": \"likes\"}} beside \"from\""),
    ("_avg", "\"select\": {\"n\": {\"avg\": \"likes\"}} beside \"from\""),
    ("_min", "\"select\": {\"n\": {\"min\": \"likes\"}} beside \"from\""),
    ("_max", "\"select\": {\"n\": {\"max\": \"likes\"}} beside \"from\""),
];

/// The error of the first of Prisma's words for groups and aggregates among some names.
pub(super) fn other_form<'n>(names: impl IntoIterator<Item = &'n EcoString>) -> Option<Error> {
    let form = |name: &'n EcoString| Some((name, OTHER_FORMS.iter().find(|(word, _)| word == name)?.1));
    let (name, write) = names.into_iter().find_map(form)?;
    Some(Error::from(FlatMistake::OtherForm { name: name.clone(), write }).at(name))
}

/// The error of Prisma's `_count` of relations.
pub(super) fn relation_count() -> Error {
    let write = "\"extras\": {\"n\": {\"$count\": \"posts\"}}, and filter or order by `n`";
    FlatMistake::OtherForm { name: "_count".into(), write }.into()
}

/// The error of a value of another shape.
pub(super) fn shape(expected: &str, found: &Literal) -> Error {
    invalid(QueryMistake::Shape { expected: expected.into(), found: found.shown() })
}

/// The entries of an object.
pub(super) fn entries(literal: Literal, expected: &str) -> Result<Vec<(EcoString, Literal)>, Error> {
    match literal {
        Literal::Object(entries) => Ok(entries),
        other => Err(shape(expected, &other)),
    }
}

/// A name.
pub(super) fn name(literal: Literal, expected: &str) -> Result<EcoString, Error> {
    match literal {
        Literal::Text(name) => Ok(name),
        other => Err(shape(expected, &other)),
    }
}

/// A list of names.
pub(super) fn names(items: Vec<Literal>) -> Result<Vec<EcoString>, Error> {
    let names = items.into_iter().enumerate();
    names.map(|(at, item)| name(item, "a column's name").map_err(|error| error.at(at))).collect()
}

/// A switch.
pub(super) fn boolean(literal: &Literal) -> Result<bool, Error> {
    match literal {
        Literal::Boolean(value) => Ok(*value),
        other => Err(shape("true or false", other)),
    }
}

/// How many rows: a number, or `{"$": "name"}` for a placeholder.
pub(super) fn amount(literal: &Literal) -> Result<Amount, Error> {
    match placeholder(literal) {
        Some(name) => Ok(Input::Placeholder(name).into()),
        None => count(literal).map(Amount::from),
    }
}

/// The name of a placeholder, written `{"$": "name"}`.
pub(super) fn placeholder(literal: &Literal) -> Option<EcoString> {
    match literal {
        Literal::Object(entries) => match entries.as_slice() {
            [(key, Literal::Text(name))] if key == "$" => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number from 0.
pub(super) fn count(literal: &Literal) -> Result<u64, Error> {
    let expected = EcoString::from("a whole number from 0");
    let found = literal.shown();
    let kind = match literal {
        Literal::Number(text) => match text.parse::<u64>() {
            Ok(number) => return Ok(number),
            Err(_) if text.contains(['.', 'e', 'E']) => {
                ErrorKind::TypeMismatch { expected, found, column: None }
            }
            Err(_) => ErrorKind::OutOfRange { expected, found, column: None },
        },
        _ => ErrorKind::TypeMismatch { expected, found, column: None },
    };
    Err(kind.into())
}
