//! Nested writes in print: as a document would write them, names unquoted.

use super::{Pick, Verb, Verbs, Write};
use crate::value::Row;
use std::fmt;

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: impl IntoIterator<Item = T>) -> fmt::Result {
    f.write_str("[")?;
    for (i, item) in items.into_iter().enumerate() {
        write!(f, "{}{item}", if i == 0 { "" } else { ", " })?;
    }
    f.write_str("]")
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pick::Key(key) => write!(f, "{key}"),
            Pick::Where(filter) => write!(f, "{filter}"),
            Pick::All => f.write_str("true"),
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = |(pick, row): &(Pick, Row), word| format!("{{where: {pick}, {word}: {row}}}");
        write!(f, "{}: ", self.word())?;
        match self {
            Verb::Create(rows) => list(f, rows),
            Verb::CreateMany { rows, skip_duplicates: false } => list(f, rows),
            Verb::CreateMany { rows, skip_duplicates: true } => {
                f.write_str("{data: ")?;
                list(f, rows)?;
                f.write_str(", skipDuplicates: true}")
            }
            Verb::Connect(picks)
            | Verb::Disconnect(picks)
            | Verb::Set(picks)
            | Verb::Delete(picks)
            | Verb::DeleteMany(picks)
            | Verb::Remove(picks)
            | Verb::Replace(picks) => list(f, picks),
            Verb::ConnectOrCreate(items) => list(f, items.iter().map(|item| with(item, "create"))),
            Verb::Update(items) | Verb::UpdateMany(items) => {
                list(f, items.iter().map(|item| with(item, "data")))
            }
            Verb::Upsert(items) => list(
                f,
                items.iter().map(|(pick, create, update)| {
                    format!("{{where: {pick}, create: {create}, update: {update}}}")
                }),
            ),
        }
    }
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Write::Row(row) => write!(f, "{row}"),
            Write::Rows(rows) => list(f, rows),
            Write::Verbs(verbs) => write!(f, "{verbs}"),
            Write::On(table, write) => write!(f, "{{{table}: {write}}}"),
        }
    }
}

impl fmt::Display for Verbs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, verb) in self.0.iter().enumerate() {
            write!(f, "{}{verb}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Verbs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
