//! What a document says before its column's type is known.

use ecow::{EcoString, eco_format};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashSet;
use std::fmt;

/// Scalars longer than this are only named in an error.
const SHOWN_LENGTH_MAX: usize = 40;

/// A JSON-shaped value whose numbers keep their text, so that no digit is lost on the way to a
/// decimal or a 64-bit integer. Objects keep the order they were written in.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Literal {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number as it was written.
    Number(EcoString),
    /// A string.
    Text(EcoString),
    /// A list.
    List(Vec<Literal>),
    /// An object, in the order written.
    Object(Vec<(EcoString, Literal)>),
}

impl Literal {
    /// What kind of literal this is, in words an error can use.
    pub fn kind(&self) -> &'static str {
        match self {
            Literal::Null => "null",
            Literal::Boolean(_) => "a boolean",
            Literal::Number(_) => "a number",
            Literal::Text(_) => "a text",
            Literal::List(_) => "a list",
            Literal::Object(_) => "an object",
        }
    }

    /// This as an error shows it: short ones as they are.
    pub(crate) fn shown(&self) -> EcoString {
        match self {
            Literal::List(items) if items.is_empty() => "an empty list".into(),
            Literal::Object(entries) if entries.is_empty() => "an empty object".into(),
            Literal::Number(text) | Literal::Text(text) if text.len() > SHOWN_LENGTH_MAX => {
                self.kind().into()
            }
            Literal::List(_) | Literal::Object(_) => self.kind().into(),
            scalar => eco_format!("{scalar}"),
        }
    }

    /// The value under `key` of an object. O(n) in its keys.
    pub fn get(&self, key: &str) -> Option<&Literal> {
        let Literal::Object(entries) = self else { return None };
        entries.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }
}

/// JSON text with every digit of its numbers: compact, or with `{:#}` indented by two spaces.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let depth = f.alternate().then_some(0);
        self.write(f, depth)
    }
}

impl Literal {
    /// With a depth, each member stands on a line of its own. Recursion is as deep as documents are read.
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: Option<usize>) -> fmt::Result {
        let inside = depth.map(|depth| depth + 1);
        match self {
            Literal::Null => f.write_str("null"),
            Literal::Boolean(v) => write!(f, "{v}"),
            Literal::Number(v) => f.write_str(v),
            Literal::Text(v) => super::text::quote(f, v),
            Literal::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    begin(f, i, inside)?;
                    item.write(f, inside)?;
                }
                if !items.is_empty() {
                    line(f, depth)?;
                }
                f.write_str("]")
            }
            Literal::Object(entries) => {
                f.write_str("{")?;
                for (i, (key, value)) in entries.iter().enumerate() {
                    begin(f, i, inside)?;
                    super::text::quote(f, key)?;
                    f.write_str(if inside.is_some() { ": " } else { ":" })?;
                    value.write(f, inside)?;
                }
                if !entries.is_empty() {
                    line(f, depth)?;
                }
                f.write_str("}")
            }
        }
    }
}

/// What stands before the member at `at`.
fn begin(f: &mut fmt::Formatter<'_>, at: usize, depth: Option<usize>) -> fmt::Result {
    f.write_str(if at == 0 { "" } else { "," })?;
    line(f, depth)
}

/// A new line, where members stand on lines.
fn line(f: &mut fmt::Formatter<'_>, depth: Option<usize>) -> fmt::Result {
    depth.map_or(Ok(()), |depth| write!(f, "\n{:1$}", "", 2 * depth))
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Literal::Null => serializer.serialize_unit(),
            Literal::Boolean(v) => serializer.serialize_bool(*v),
            Literal::Number(v) => {
                if let Ok(v) = v.parse::<i64>() {
                    serializer.serialize_i64(v)
                } else if let Ok(v) = v.parse::<u64>() {
                    serializer.serialize_u64(v)
                } else {
                    serializer.serialize_f64(v.parse().map_err(serde::ser::Error::custom)?)
                }
            }
            Literal::Text(v) => serializer.serialize_str(v),
            Literal::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            Literal::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(k, v)| map.serialize_entry(k, v))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LiteralVisitor)
    }
}

struct LiteralVisitor;

impl<'de> Visitor<'de> for LiteralVisitor {
    type Value = Literal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, a number, a text, a list or an object")
    }
    fn visit_unit<E>(self) -> Result<Literal, E> {
        Ok(Literal::Null)
    }
    fn visit_none<E>(self) -> Result<Literal, E> {
        Ok(Literal::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Literal, D::Error> {
        Literal::deserialize(deserializer)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Literal, E> {
        Ok(Literal::Boolean(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Literal, E> {
        Ok(Literal::Number(eco_format!("{v}")))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Literal, E> {
        Ok(Literal::Number(eco_format!("{v}")))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Literal, E> {
        Ok(Literal::Number(eco_format!("{v}")))
    }
    fn visit_str<E>(self, v: &str) -> Result<Literal, E> {
        Ok(Literal::Text(v.into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Literal, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Literal::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Literal, A::Error> {
        let mut entries: Vec<(EcoString, Literal)> = Vec::new();
        let mut seen = HashSet::new();
        while let Some((key, value)) = map.next_entry::<EcoString, Literal>()? {
            if !seen.insert(key.clone()) {
                return Err(serde::de::Error::custom(format_args!("`{key}` stands twice in one object")));
            }
            entries.push((key, value));
        }
        Ok(Literal::Object(entries))
    }
}
