//! Random values.

use super::Generator;
use crate::rng::Rng;
use crate::schema::Column;
use crate::value::{Kind, Value};

/// Texts that differ in case, share beginnings, or mean something to patterns, quotes or sorting.
const TEXTS: [&str; 36] = [
    "",
    "a",
    "A",
    "ab",
    "Ab",
    "AB",
    "abc",
    "ABC",
    "aBc",
    "b",
    "B",
    "ba",
    "a%b",
    "a_b",
    r"a\b",
    "axb",
    "100%",
    "50_50",
    "it's",
    "\"q\"",
    "null",
    " ",
    " a",
    "größe",
    "Größe",
    "GRÖSSE",
    "école",
    "École",
    "e\u{301}cole",
    "日本",
    "日本語",
    "😀",
    "common prefix one",
    "common prefix two",
    "Common prefix one, and longer than sixteen bytes",
    "common prefix one, and longer than sixteen bytes",
];

const INTEGERS: [i64; 22] = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    10,
    12,
    20,
    40,
    60,
    -1,
    -2,
    -40,
    255,
    65_536,
    9_007_199_254_740_993,
    i64::MAX,
    -9_007_199_254_740_993,
];

/// A value of a kind.
pub(super) fn value(rng: &mut Rng, kind: Kind) -> Value {
    match kind {
        Kind::Boolean => Value::Boolean(rng.chance(50)),
        Kind::Smallint => {
            Value::Integer(rng.one_of(&[0, 0, 1, 1, 2, 3, 4, 5, 7, 9, -1, -3, 300, 32_767, -32_768]))
        }
        Kind::Integer => {
            let most = if rng.chance(80) { 10 } else { INTEGERS.len() };
            Value::Integer(rng.one_of(&INTEGERS[..most]))
        }
        Kind::Float => Value::Float(rng.one_of(&[0, 1, 2, 3, 4, 5, 8, 10, -1, -2, -6, 1000]) as f64 / 4.0),
        Kind::Decimal => {
            let scale = rng.below(4) as u32;
            let tenths = rng.one_of(&[0, 1, 2, 5, 10, 15, 20, 25, 100, -5, -15, 12_345]);
            // One amount in several scales: 1.5 and 1.50 are equal and written differently.
            match scale {
                0 => Value::Decimal { units: tenths / 10, scale: 0 },
                scale => Value::Decimal { units: tenths * 10_i64.pow(scale - 1), scale },
            }
        }
        Kind::Text => Value::Text(rng.pick(&TEXTS).copied().unwrap_or_default().into()),
        Kind::Labels { labels, .. } => Value::Label(rng.below(labels.len())),
    }
}

impl Generator<'_> {
    /// A value for comparing with a column: most often one that it has.
    pub(super) fn value_like(&mut self, table: &str, column: &Column) -> Value {
        if self.rng.chance(3) {
            return Value::Null;
        }
        if self.rng.chance(75)
            && let Some(value) = self.stored(table, column.name)
        {
            return value;
        }
        value(self.rng, column.kind)
    }

    /// A value that a column has, null aside.
    pub(super) fn stored(&mut self, table: &str, column: &str) -> Option<Value> {
        let place = self.schema.table(table).place(column);
        let (_, rows) = self.rows.iter().find(|(name, _)| *name == table)?;
        let row = self.rng.pick(rows)?;
        row.get(place).filter(|value| **value != Value::Null).cloned()
    }

    /// A pattern, most often made of a text that the column has.
    pub(super) fn pattern(&mut self, table: &str, column: &str, insensitive: bool) -> String {
        let text = match self.stored(table, column) {
            Some(Value::Text(text)) => text,
            _ => "abc".into(),
        };
        let mut pattern = String::new();
        let chars: Vec<char> = text.chars().collect();
        let from = if self.rng.chance(30) { self.rng.below(chars.len()) } else { 0 };
        let to = if self.rng.chance(50) { chars.len() } else { from + self.rng.below(chars.len() - from) };
        if from > 0 || self.rng.chance(10) {
            pattern.push('%');
        }
        for c in &chars[from.min(chars.len())..to] {
            match self.rng.below(20) {
                0 => pattern.push('_'),
                1 => pattern.push('%'),
                _ if matches!(c, '%' | '_' | '\\') && (*c == '\\' || self.rng.chance(70)) => {
                    pattern.push('\\');
                    pattern.push(*c);
                }
                _ if insensitive && self.rng.chance(40) => {
                    pattern.push_str(&if c.is_uppercase() {
                        c.to_lowercase().to_string()
                    } else {
                        upper(*c)
                    });
                }
                _ => pattern.push(*c),
            }
        }
        if to < chars.len() || self.rng.chance(10) {
            pattern.push('%');
        }
        pattern
    }
}

/// In upper case, where that is one letter.
fn upper(c: char) -> String {
    let upper = c.to_uppercase().to_string();
    if upper.chars().count() == 1 { upper } else { c.to_string() }
}
