//! Values, and how each engine is given them.

use relata::Literal;
use std::cmp::Ordering;

/// Digits behind the point that a decimal is stored with in SQLite.
const SCALE: u32 = 4;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// 16-bit integers.
    Smallint,
    /// 64-bit integers.
    Integer,
    /// Doubles.
    Float,
    /// Exact decimals.
    Decimal,
    /// Text.
    Text,
    /// One of some texts, which are in ascending order.
    Labels {
        /// The type in a schema document.
        ty: &'static str,
        /// The texts.
        labels: &'static [&'static str],
    },
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A double.
    Float(f64),
    /// So many units of a power of ten.
    Decimal {
        /// The digits.
        units: i64,
        /// How many of them are behind the point.
        scale: u32,
    },
    /// A text.
    Text(String),
    /// The text at this place of the kind's.
    Label(usize),
}

impl Kind {
    /// The type as a schema document writes it.
    pub fn document(self) -> Literal {
        let name = match self {
            Kind::Boolean => "boolean",
            Kind::Smallint => "smallint",
            Kind::Integer => "integer",
            Kind::Float => "float",
            Kind::Decimal => "decimal",
            Kind::Text => "text",
            Kind::Labels { ty: "enum", labels } => {
                return object([("enum", Literal::List(labels.iter().map(|label| text(label)).collect()))]);
            }
            Kind::Labels { ty, .. } => ty,
        };
        text(name)
    }

    /// The columns that hold it in SQLite: a decimal's scale has one of its own.
    pub fn sqlite_columns(self, name: &str) -> Vec<String> {
        let own = format!("\"{name}\"");
        if self == Kind::Decimal { vec![own, format!("\"{name}$scale\"")] } else { vec![own] }
    }

    /// Whether values of both compare in SQLite as they are stored.
    pub fn compares_with(self, other: Kind) -> bool {
        let number = |kind| matches!(kind, Kind::Smallint | Kind::Integer | Kind::Float);
        self == other || (number(self) && number(other))
    }
}

impl Value {
    /// The value as documents write it.
    pub fn document(&self, kind: Kind) -> Literal {
        match (self, kind) {
            (Value::Null, _) => Literal::Null,
            (Value::Boolean(value), _) => Literal::Boolean(*value),
            (Value::Integer(value), _) => Literal::Number(format!("{value}").into()),
            (Value::Float(value), _) => Literal::Number(format!("{value:?}").into()),
            (Value::Decimal { units, scale }, _) => text(&decimal(*units, *scale)),
            (Value::Text(value), _) => text(value),
            (Value::Label(place), Kind::Labels { labels, .. }) => text(labels.get(*place).unwrap_or(&"")),
            (Value::Label(_), _) => Literal::Null,
        }
    }

    /// The value as SQL that compares rightly.
    pub fn sql(&self) -> String {
        match self {
            Value::Null => "NULL".into(),
            Value::Boolean(value) => i64::from(*value).to_string(),
            Value::Integer(value) => value.to_string(),
            Value::Float(value) => format!("{value:?}"),
            Value::Decimal { .. } => self.units().to_string(),
            Value::Text(value) => quote(value),
            Value::Label(place) => place.to_string(),
        }
    }

    /// The value as SQL for each of the columns that hold it.
    pub fn sqlite_cells(&self, kind: Kind) -> Vec<String> {
        let mut cells = vec![self.sql()];
        if kind == Kind::Decimal {
            cells.push(if let Value::Decimal { scale, .. } = self {
                scale.to_string()
            } else {
                "NULL".into()
            });
        }
        cells
    }

    /// The value that a server's texts stand for; `at` moves behind those that hold it.
    pub fn of_texts(texts: &[Option<String>], kind: Kind, at: &mut usize) -> Value {
        let text = |at: usize| texts.get(at).and_then(Option::as_deref);
        let place = *at;
        *at += 1 + usize::from(kind == Kind::Decimal);
        let Some(own) = text(place) else { return Value::Null };
        let integer = || own.parse().unwrap_or_default();
        match kind {
            Kind::Boolean => Value::Boolean(own == "1"),
            Kind::Smallint | Kind::Integer => Value::Integer(integer()),
            Kind::Float => Value::Float(own.parse().unwrap_or_default()),
            Kind::Text => Value::Text(own.to_owned()),
            Kind::Labels { .. } => Value::Label(own.parse().unwrap_or_default()),
            Kind::Decimal => {
                let scale: u32 = text(place + 1).and_then(|text| text.parse().ok()).unwrap_or_default();
                Value::Decimal { units: integer() / 10_i64.pow(SCALE - scale.min(SCALE)), scale }
            }
        }
    }

    /// The value that a document's stands for.
    pub fn of_document(literal: &Literal, kind: Kind) -> Value {
        match (literal, kind) {
            (Literal::Boolean(value), _) => Value::Boolean(*value),
            (Literal::Number(number), Kind::Float) => Value::Float(number.parse().unwrap_or_default()),
            (Literal::Number(number), _) => Value::Integer(number.parse().unwrap_or_default()),
            (Literal::Text(text), Kind::Decimal) => {
                let (whole, part) = text.split_once('.').unwrap_or((text, ""));
                let units = format!("{whole}{part}").parse().unwrap_or_default();
                Value::Decimal { units, scale: part.len() as u32 }
            }
            (Literal::Text(text), Kind::Labels { labels, .. }) => Value::of_label(text, labels),
            (Literal::Text(text), _) => Value::Text(text.to_string()),
            _ => Value::Null,
        }
    }

    /// The place of a text; one that isn't there has a place of its own.
    pub fn of_label(text: &str, labels: &[&str]) -> Value {
        Value::Label(labels.iter().position(|label| *label == text).unwrap_or(labels.len()))
    }

    /// How it compares with another one; `None` where one of them is null.
    pub fn compare(&self, other: &Value) -> Option<Ordering> {
        match (self, other) {
            (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
            (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            // Random floats are small, and integers beside them are compared exactly enough.
            (Value::Integer(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
            (Value::Float(a), Value::Integer(b)) => a.partial_cmp(&(*b as f64)),
            (Value::Decimal { .. }, Value::Decimal { .. }) => Some(self.units().cmp(&other.units())),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Label(a), Value::Label(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// A decimal's ten-thousandths.
    fn units(&self) -> i64 {
        match self {
            Value::Decimal { units, scale } => units * 10_i64.pow(SCALE - scale.min(&SCALE)),
            _ => 0,
        }
    }

    /// Whether it's equal to another as Relata compares: null equals null, a scale doesn't count.
    pub fn same(&self, other: &Value) -> bool {
        matches!((self, other), (Value::Null, Value::Null)) || self.compare(other) == Some(Ordering::Equal)
    }
}

fn decimal(units: i64, scale: u32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>1$}", units.unsigned_abs(), scale as usize + 1);
    let (whole, part) = digits.split_at(digits.len() - scale as usize);
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A text as SQL.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as a literal.
pub fn text(text: &str) -> Literal {
    Literal::Text(text.into())
}

/// An object as a literal.
pub fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Literal)>) -> Literal {
    Literal::Object(entries.into_iter().map(|(key, value)| (key.into().into(), value)).collect())
}

/// A list of names as a literal.
pub fn names(names: &[&str]) -> Literal {
    Literal::List(names.iter().map(|name| text(name)).collect())
}
