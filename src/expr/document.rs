//! Expressions as documents.
//!
//! A text names a column; a number, a boolean and null stand for themselves, and any value can be
//! written `{"value": ...}`. Everything else is an object of one key: the function and what it's
//! given, a list where that is more than one thing.

use super::{AggregateFunction, Arithmetic, Expr, Function, Part};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::filter::Filter;
use crate::value::{Input, Literal, Type};
use ecow::{EcoString, eco_format};
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// How deep expressions may nest, so that a document can't exhaust the stack.
const DEPTH_MAX: usize = 64;

impl Expr {
    /// The expression that a document stands for. O(n).
    ///
    /// # Errors
    /// `unknown_option` for a function that isn't there, `invalid_query` for arguments of another
    /// shape.
    pub fn from_literal(literal: &Literal) -> Result<Expr> {
        read(literal, 0)
    }
}

fn read(literal: &Literal, depth: usize) -> Result<Expr> {
    if depth == DEPTH_MAX {
        let allowed = DEPTH_MAX as u64;
        return Err(Error::new(ErrorKind::LimitExceeded { limit: "expression_depth", allowed }));
    }
    match literal {
        Literal::Text(name) => Ok(Expr::Column(name.clone())),
        Literal::Null | Literal::Boolean(_) | Literal::Number(_) => {
            Ok(Expr::Input(Input::Literal(literal.clone())))
        }
        Literal::Object(entries) => match entries.as_slice() {
            [(word, given)] => call(word, given, depth + 1).map_err(|error| error.at(word)),
            _ => Err(shape("an object of one function", literal)),
        },
        Literal::List(_) => Err(shape("a column's name, a number or an object of one function", literal)),
    }
}

fn call(word: &EcoString, given: &Literal, depth: usize) -> Result<Expr> {
    if let Some(arithmetic) = Arithmetic::from_word(word) {
        let [a, b] = pair(given)?;
        let (a, b) = (at(a, 0, depth)?, at(b, 1, depth)?);
        return Ok(Expr::Arithmetic(arithmetic, Box::new(a), Box::new(b)));
    }
    if let Some(part) = Part::from_word(word) {
        return Ok(Expr::Part(part, Box::new(read(given, depth)?)));
    }
    if let Some(aggregate) = AggregateFunction::from_word(word) {
        return Ok(match given {
            Literal::Boolean(true) if aggregate == AggregateFunction::Count => {
                Expr::Aggregate(aggregate, None)
            }
            given => Expr::Aggregate(aggregate, Some(Box::new(read(given, depth)?))),
        });
    }
    if let Some(function) = Function::from_word(word) {
        return Ok(Expr::Call(function, arguments(function, given, depth)?));
    }
    match (word.as_str(), given) {
        ("value", given) => Ok(Expr::Input(Input::Literal(given.clone()))),
        ("column", Literal::Text(name)) => Ok(Expr::Column(name.clone())),
        ("column", other) => Err(shape("a column's name", other)),
        ("$", Literal::Text(name)) => Ok(Expr::Input(Input::Placeholder(name.clone()))),
        ("$", other) => Err(shape("a placeholder's name", other)),
        ("cast", given) => {
            let [of, ty] = pair(given)?;
            Ok(Expr::Cast(Box::new(at(of, 0, depth)?), type_of(ty).map_err(|error| error.at(1))?))
        }
        ("case", Literal::List(items)) => cases(items, depth),
        ("case", other) => Err(shape("a list of {\"when\": ..., \"then\": ...}", other)),
        _ => Err(Error::new(ErrorKind::UnknownOption { name: word.clone(), known: known() })),
    }
}

fn arguments(function: Function, given: &Literal, depth: usize) -> Result<Vec<Expr>> {
    let (least, most) = function.arity();
    let arguments = match given {
        Literal::List(items) => {
            items.iter().enumerate().map(|(i, item)| at(item, i, depth)).collect::<Result<Vec<_>>>()?
        }
        single => vec![read(single, depth)?],
    };
    if (least..=most).contains(&arguments.len()) {
        return Ok(arguments);
    }
    let expected = match (least, most) {
        (1, 1) => "one argument".into(),
        (least, usize::MAX) => eco_format!("at least {least} argument"),
        (least, most) => eco_format!("{least} or {most} arguments"),
    };
    Err(invalid(QueryMistake::Shape { expected, found: eco_format!("{}", arguments.len()) }))
}

fn cases(items: &[Literal], depth: usize) -> Result<Expr> {
    let (mut cases, mut otherwise) = (Vec::new(), None);
    for (i, item) in items.iter().enumerate() {
        let Literal::Object(entries) = item else {
            return Err(shape("an object with `when` and `then`, or `else`", item).at(i));
        };
        let field = |name: &str, value| read(value, depth).map_err(|error| error.at(name).at(i));
        match entries.as_slice() {
            [(key, value)] if key == "else" && i + 1 == items.len() => {
                otherwise = Some(Box::new(field("else", value)?));
            }
            [(a, x), (b, y)] if (a == "when" && b == "then") || (a == "then" && b == "when") => {
                let (when, then) = if a == "when" { (x, y) } else { (y, x) };
                cases.push((Filter::Document(when.clone()), field("then", then)?));
            }
            _ => return Err(shape("`when` and `then`, or at the end `else`", item).at(i)),
        }
    }
    if cases.is_empty() {
        let expected = "at least one `when`".into();
        return Err(invalid(QueryMistake::Shape { expected, found: "none".into() }));
    }
    Ok(Expr::Case(cases, otherwise))
}

fn type_of(literal: &Literal) -> Result<Type> {
    let read = match literal {
        Literal::Text(name) => {
            let name: StrDeserializer<'_, serde::de::value::Error> = name.as_str().into_deserializer();
            Type::deserialize(name).ok()
        }
        Literal::Object(_) => match literal.get("enum") {
            Some(Literal::List(labels)) => labels
                .iter()
                .map(|label| if let Literal::Text(label) = label { Some(label.clone()) } else { None })
                .collect::<Option<Vec<_>>>()
                .map(Type::enumeration),
            _ => None,
        },
        _ => None,
    };
    read.ok_or_else(|| {
        let known = Type::NAMES.iter().map(|name| EcoString::from(*name)).collect();
        match literal {
            Literal::Text(name) => Error::new(ErrorKind::UnknownOption { name: name.clone(), known }),
            other => shape("a type", other),
        }
    })
}

fn pair(literal: &Literal) -> Result<[&Literal; 2]> {
    match literal {
        Literal::List(items) if items.len() == 2 => Ok([&items[0], &items[1]]),
        other => Err(shape("a list of two", other)),
    }
}

fn at(literal: &Literal, place: usize, depth: usize) -> Result<Expr> {
    read(literal, depth).map_err(|error| error.at(place))
}

fn known() -> Vec<EcoString> {
    let words = Arithmetic::ALL.iter().map(|(_, word)| *word);
    let words = words.chain(Function::ALL.iter().map(|(_, word)| *word));
    let words = words.chain(Part::ALL.iter().map(|(_, word)| *word));
    let words = words.chain(AggregateFunction::ALL.iter().map(|(_, word)| *word));
    words.chain(["case", "cast", "column", "value", "$"]).map(EcoString::from).collect()
}

fn shape(expected: &str, found: &Literal) -> Error {
    invalid(QueryMistake::Shape { expected: expected.into(), found: found.shown() })
}

fn invalid(mistake: QueryMistake) -> Error {
    Error::new(ErrorKind::InvalidQuery(mistake))
}

fn object(key: &str, value: Literal) -> Literal {
    Literal::Object(vec![(key.into(), value)])
}

impl From<&Expr> for Literal {
    fn from(expr: &Expr) -> Literal {
        let list = |items: &[&Expr]| Literal::List(items.iter().map(|item| Literal::from(*item)).collect());
        match expr {
            Expr::Column(name) => Literal::Text(name.clone()),
            Expr::Input(input @ Input::Placeholder(_)) => Literal::from(input),
            Expr::Input(input) => match Literal::from(input) {
                plain @ (Literal::Null | Literal::Boolean(_) | Literal::Number(_)) => plain,
                other => object("value", other),
            },
            Expr::Arithmetic(arithmetic, a, b) => object(arithmetic.word(), list(&[a, b])),
            Expr::Call(function, arguments) => match arguments.as_slice() {
                [single] if function.arity() == (1, 1) => object(function.word(), Literal::from(single)),
                many => object(function.word(), list(&many.iter().collect::<Vec<_>>())),
            },
            Expr::Part(part, of) => object(part.word(), Literal::from(&**of)),
            Expr::Case(cases, otherwise) => {
                let case = |(when, then): &(Filter, Expr)| {
                    let (when, then) = (Literal::from(when), Literal::from(then));
                    Literal::Object(vec![("when".into(), when), ("then".into(), then)])
                };
                let otherwise = otherwise.iter().map(|value| object("else", Literal::from(&**value)));
                object("case", Literal::List(cases.iter().map(case).chain(otherwise).collect()))
            }
            Expr::Cast(of, ty) => {
                let ty = match ty {
                    Type::Enum(labels) => {
                        object("enum", Literal::List(labels.iter().cloned().map(Literal::Text).collect()))
                    }
                    other => Literal::Text(eco_format!("{other}")),
                };
                object("cast", Literal::List(vec![Literal::from(&**of), ty]))
            }
            Expr::Aggregate(aggregate, None) => object(aggregate.word(), Literal::Boolean(true)),
            Expr::Aggregate(aggregate, Some(of)) => object(aggregate.word(), Literal::from(&**of)),
        }
    }
}

/// The JSON document.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Literal::from(self))
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Literal::from(self).serialize(serializer)
    }
}
