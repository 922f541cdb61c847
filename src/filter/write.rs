//! Filters and orders as JSON documents.

use super::{Direction, Filter, Nulls, Operand, OrderBy, Quantifier, Test};
use crate::document::{Limits, read};
use crate::value::{Input, Literal, Value};
use ecow::{EcoString, eco_format};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// An object of one key.
fn object(key: impl Into<EcoString>, value: Literal) -> Literal {
    Literal::Object(vec![(key.into(), value)])
}

impl From<&Filter> for Literal {
    fn from(filter: &Filter) -> Literal {
        let list = |filters: &[Filter]| Literal::List(filters.iter().map(Literal::from).collect());
        match filter {
            Filter::And(filters) => object("AND", list(filters)),
            Filter::Or(filters) => object("OR", list(filters)),
            Filter::Not(filter) => object("NOT", Literal::from(&**filter)),
            Filter::Column { name, test } => object(name.clone(), object(test.word(), tested(test))),
            Filter::Expr { expr, test } => {
                let tested = object(test.word(), tested(test));
                object("$expr", Literal::List(vec![Literal::from(&**expr), tested]))
            }
            Filter::Aggregate { of, test } => {
                let tested = object(test.word(), tested(test));
                object("$expr", Literal::List(vec![Literal::from(&**of), tested]))
            }
            Filter::Relation { name, quantifier, filter: Some(filter) } => {
                object(name.clone(), object(quantifier.word(), Literal::from(&**filter)))
            }
            Filter::Relation { name, quantifier, filter: None } => object(name.clone(), bare(*quantifier)),
            Filter::On { table, filter: Some(filter) } => object(table.clone(), Literal::from(&**filter)),
            Filter::On { table, filter: None } => object(table.clone(), Literal::Boolean(true)),
            Filter::Document(literal) => literal.clone(),
        }
    }
}

/// A relation asked without a filter: whether it's there. `every` has no such meaning and stays an
/// error.
fn bare(quantifier: Quantifier) -> Literal {
    match quantifier {
        Quantifier::Some | Quantifier::Is => Literal::Boolean(true),
        Quantifier::None | Quantifier::IsNot => Literal::Boolean(false),
        Quantifier::Every => object(quantifier.word(), Literal::Object(Vec::new())),
    }
}

/// What an operator is given.
fn tested(test: &Test) -> Literal {
    match test {
        Test::Compare(_, Operand::Input(input)) => Literal::from(input),
        Test::Compare(_, Operand::Column(name)) => object("column", Literal::Text(name.clone())),
        Test::Compare(_, Operand::Expr(expr)) => object("$expr", Literal::from(&**expr)),
        Test::In(inputs, _) => Literal::List(inputs.iter().map(Literal::from).collect()),
        Test::Like { pattern, .. } => Literal::from(pattern),
        Test::Between(least, greatest, _) => {
            Literal::List(vec![Literal::from(least), Literal::from(greatest)])
        }
        Test::Null(_) => Literal::Boolean(true),
    }
}

impl From<&Input> for Literal {
    fn from(input: &Input) -> Literal {
        match input {
            Input::Literal(literal) => literal.clone(),
            Input::Placeholder(name) => object("$", Literal::Text(name.clone())),
            Input::Value(value) => Literal::from(value),
            // No column takes rows: what stands here is refused when it's read.
            Input::Nested(write) => Literal::Text(eco_format!("{write}")),
        }
    }
}

/// The literal that a column of the value's type reads as this value.
impl From<&Value> for Literal {
    fn from(value: &Value) -> Literal {
        match value {
            Value::Null => Literal::Null,
            Value::Boolean(v) => Literal::Boolean(*v),
            Value::Integer(v) => Literal::Number(eco_format!("{v}")),
            Value::Float(v) if v.is_finite() => Literal::Number(eco_format!("{value}")),
            Value::Json(json) => read(json.as_str(), &Limits::none()).unwrap_or_default(),
            other => Literal::Text(eco_format!("{other}")),
        }
    }
}

impl From<&OrderBy> for Literal {
    fn from(order: &OrderBy) -> Literal {
        let direction = match order.direction {
            Direction::Asc => "asc",
            Direction::Desc => "desc",
        };
        let direction = Literal::Text(direction.into());
        let nulls = match order.nulls {
            None => return object(order.name.clone(), direction),
            Some(Nulls::First) => "first",
            Some(Nulls::Last) => "last",
        };
        let nulls = Literal::Text(nulls.into());
        let entries = vec![("direction".into(), direction), ("nulls".into(), nulls)];
        object(order.name.clone(), Literal::Object(entries))
    }
}

/// The JSON document.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Literal::from(self))
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Literal::from(self).serialize(serializer)
    }
}

/// Any document is taken; what it says is checked where its table is known.
impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Filter, D::Error> {
        Literal::deserialize(deserializer).map(Filter::Document)
    }
}
