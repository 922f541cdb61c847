//! The shapes a schema document is made of. What doesn't fit is noted, and reading goes on.

use crate::error::{SchemaMistake, SchemaReason};
use crate::value::Literal;
use ecow::{EcoString, eco_format};

/// A place in a schema document, and whose it is.
#[derive(Clone, Default)]
pub(super) struct At {
    path: EcoString,
    table: Option<EcoString>,
    item: Option<EcoString>,
}

impl At {
    /// The value under `key`.
    pub(super) fn key(&self, key: &str) -> At {
        let path = if self.path.is_empty() { key.into() } else { eco_format!("{}.{key}", self.path) };
        At { path, ..self.clone() }
    }

    /// The item at a place in the list.
    pub(super) fn index(&self, index: usize) -> At {
        At { path: eco_format!("{}[{index}]", self.path), ..self.clone() }
    }

    /// The value under a table's name.
    pub(super) fn table(&self, name: &EcoString) -> At {
        At { table: Some(name.clone()), ..self.key(name) }
    }

    /// The value under the name of a part of a table.
    pub(super) fn item(&self, name: &EcoString) -> At {
        At { item: Some(name.clone()), ..self.key(name) }
    }
}

/// The options of an object.
#[derive(Clone, Copy)]
pub(super) struct Options<'a>(&'a [(EcoString, Literal)]);

impl<'a> Options<'a> {
    pub(super) fn get(self, key: &str) -> Option<&'a Literal> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'a (EcoString, Literal)> {
        self.0.iter()
    }
}

/// Notes what doesn't fit.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) mistakes: Vec<SchemaMistake>,
}

impl Notes {
    pub(super) fn note(&mut self, at: &At, reason: SchemaReason) {
        self.mistakes.push(SchemaMistake { table: at.table.clone(), item: at.item.clone(), reason });
    }

    /// Notes that something else was expected.
    pub(super) fn shape(&mut self, at: &At, expected: &'static str, found: Option<&Literal>) {
        let found = found.map_or("nothing".into(), Literal::shown);
        self.note(at, SchemaReason::Shape { at: at.path.clone(), expected, found });
    }

    /// An object whose keys are names; nothing when it's absent.
    pub(super) fn map<'a>(&mut self, at: &At, value: Option<&'a Literal>) -> Options<'a> {
        match value {
            None => Options(&[]),
            Some(Literal::Object(entries)) => Options(entries),
            other => {
                self.shape(at, "an object", other);
                Options(&[])
            }
        }
    }

    /// An object with some of these options and no others.
    pub(super) fn options<'a>(&mut self, at: &At, value: Option<&'a Literal>, known: &[&str]) -> Options<'a> {
        if value.is_none() {
            self.shape(at, "an object", None);
        }
        let options = self.map(at, value);
        for (name, _) in options.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            let known = known.iter().map(|&name| name.into()).collect();
            self.note(at, SchemaReason::UnknownOption { at: at.path.clone(), name: name.clone(), known });
        }
        options
    }

    /// A list; nothing when it's absent.
    pub(super) fn list<'a>(&mut self, at: &At, value: Option<&'a Literal>) -> &'a [Literal] {
        match value {
            None => &[],
            Some(Literal::List(items)) => items,
            other => {
                self.shape(at, "a list", other);
                &[]
            }
        }
    }

    /// True or false; false when it's absent.
    pub(super) fn flag(&mut self, at: &At, value: Option<&Literal>) -> bool {
        match value {
            None => false,
            Some(Literal::Boolean(flag)) => *flag,
            other => {
                self.shape(at, "true or false", other);
                false
            }
        }
    }

    /// A text, where there is one.
    pub(super) fn text(&mut self, at: &At, value: Option<&Literal>) -> Option<EcoString> {
        match value {
            None => None,
            Some(Literal::Text(text)) => Some(text.clone()),
            other => {
                self.shape(at, "a text", other);
                None
            }
        }
    }

    /// One name or a list of them; nothing when it's absent.
    pub(super) fn names(&mut self, at: &At, value: Option<&Literal>) -> Vec<EcoString> {
        match value {
            None => Vec::new(),
            Some(Literal::Text(name)) => vec![name.clone()],
            Some(Literal::List(items)) => {
                items.iter().enumerate().filter_map(|(i, item)| self.text(&at.index(i), Some(item))).collect()
            }
            other => {
                self.shape(at, "a name or a list of names", other);
                Vec::new()
            }
        }
    }
}
