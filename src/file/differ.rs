//! What differs between two schema documents, but for added columns that rows can do without.

use crate::error::{SchemaChange, SchemaDifference};
use crate::value::Literal;
use ecow::{EcoString, eco_format};

type Entries = [(EcoString, Literal)];

/// All that keeps rows of the stored schema from being rows of the given one as they are.
/// O(n) in the documents, O(n squared) in the parts of one table.
pub(super) fn differences(stored: &Literal, given: &Literal) -> Vec<SchemaDifference> {
    let (stored, given) = (entries(Some(stored)), entries(Some(given)));
    let mut found = Found::default();
    found.sides("tables", "", (get(stored, "tables"), get(given, "tables")), Found::table, plainly);
    let relations = (get(stored, "relations"), get(given, "relations"));
    let sources = entries(relations.0).iter().chain(entries(relations.1));
    let mut seen: Vec<&EcoString> = Vec::new();
    for (source, _) in sources {
        if seen.contains(&source) {
            continue;
        }
        seen.push(source);
        let sides = (get(entries(relations.0), source), get(entries(relations.1), source));
        let whole = eco_format!("relations of {source}");
        found.sides(&whole, &eco_format!("relation {source}."), sides, Found::options, plainly);
    }
    let is_known = |name: &str| name == "tables" || name == "relations";
    found.rest("", stored, given, is_known);
    found.0
}

fn entries(object: Option<&Literal>) -> &Entries {
    match object {
        Some(Literal::Object(entries)) => entries,
        _ => &[],
    }
}

fn get<'d>(entries: &'d Entries, name: &str) -> Option<&'d Literal> {
    entries.iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

/// What an addition is, where it is a difference.
type Added = fn(&Literal) -> Option<SchemaChange>;

fn plainly(_: &Literal) -> Option<SchemaChange> {
    Some(SchemaChange::Added)
}

/// A column that each stored row can be given a value for is no difference.
fn column_added(column: &Literal) -> Option<SchemaChange> {
    let options = entries(Some(column));
    let is = |name| get(options, name) == Some(&Literal::Boolean(true));
    let is_new_each_time = |default: &Literal| get(entries(Some(default)), "uuid").is_some();
    match get(options, "default") {
        _ if is("generated") => None,
        Some(default) if is("unique") && !is_new_each_time(default) => Some(SchemaChange::AddedUnique),
        Some(_) => None,
        None if is("nullable") => None,
        None => Some(SchemaChange::AddedWithoutDefault),
    }
}

#[derive(Default)]
struct Found(Vec<SchemaDifference>);

impl Found {
    fn note(&mut self, place: impl Into<EcoString>, change: SchemaChange) {
        self.0.push(SchemaDifference { place: place.into(), change });
    }

    /// Compares what has a name on both sides, and notes what has it on one.
    fn sides(
        &mut self,
        whole: &str,
        prefix: &str,
        sides: (Option<&Literal>, Option<&Literal>),
        both: fn(&mut Found, &str, &Literal, &Literal),
        added: Added,
    ) {
        let (stored, given) = (entries(sides.0), entries(sides.1));
        for (name, value) in stored {
            let place = eco_format!("{prefix}{name}");
            match get(given, name) {
                Some(other) => both(self, &place, value, other),
                None => self.note(place, SchemaChange::Removed),
            }
        }
        for (name, value) in given.iter().filter(|(name, _)| get(stored, name).is_none()) {
            if let Some(change) = added(value) {
                self.note(eco_format!("{prefix}{name}"), change);
            }
        }
        let common = |names: &'_ Entries, others: &Entries| -> Vec<EcoString> {
            names
                .iter()
                .filter(|(name, _)| get(others, name).is_some())
                .map(|(name, _)| name.clone())
                .collect()
        };
        if common(stored, given) != common(given, stored) {
            self.note(whole, SchemaChange::Reordered);
        }
    }

    fn table(&mut self, name: &str, stored: &Literal, given: &Literal) {
        let (stored, given) = (entries(Some(stored)), entries(Some(given)));
        let columns = (get(stored, "columns"), get(given, "columns"));
        let whole = eco_format!("columns of {name}");
        self.sides(&whole, &eco_format!("{name}."), columns, Found::options, column_added);
        self.rest(name, stored, given, |option| option == "columns");
    }

    /// Compares the options of a column or relation.
    fn options(&mut self, place: &str, stored: &Literal, given: &Literal) {
        self.rest(place, entries(Some(stored)), entries(Some(given)), |_| false);
    }

    /// Compares options one by one, but for those that were compared already.
    fn rest(&mut self, place: &str, stored: &Entries, given: &Entries, is_done: impl Fn(&str) -> bool) {
        let only_given = given.iter().filter(|(name, _)| get(stored, name).is_none());
        for (name, _) in stored.iter().chain(only_given).filter(|(name, _)| !is_done(name)) {
            let (before, after) = (get(stored, name), get(given, name));
            if before == after {
                continue;
            }
            let change = SchemaChange::Changed { stored: shown(before, after), given: shown(after, before) };
            match (place, name.as_str()) {
                ("", name) => self.note(name, change),
                (place, "type") => self.note(place, change),
                (place, name) => self.note(eco_format!("{place} {name}"), change),
            }
        }
    }
}

/// An option as a message shows it; what isn't there is named by what it is beside.
fn shown(option: Option<&Literal>, beside: Option<&Literal>) -> EcoString {
    match (option, beside) {
        (Some(Literal::Text(text)), _) => text.clone(),
        (Some(other), _) => eco_format!("{other}"),
        (None, Some(Literal::Boolean(true))) => "false".into(),
        (None, _) => "none".into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::document::{Limits, read};

    fn found(stored: &str, given: &str) -> Vec<String> {
        let read = |text: &str| read(text, &Limits::none()).unwrap();
        differences(&read(stored), &read(given)).iter().map(ToString::to_string).collect()
    }

    fn table(columns: &str) -> String {
        format!(r#"{{"tables": {{"t": {{"columns": {{{columns}}}}}}}}}"#)
    }

    #[test]
    fn every_kind_of_difference_has_its_place() {
        let stored = r#"{
            "tables": {
                "gone": {"columns": {}},
                "books": {
                    "columns": {"id": {"type": "integer"}, "year": {"type": "int"}, "old": {"type": "text"},
                        "n": {"type": "integer", "default": 1}, "z": {"type": {"enum": ["a"]}, "nullable": true}},
                    "primaryKey": ["id"]
                },
                "last": {"columns": {}}
            },
            "relations": {"books": {"up": {"one": "books"}, "down": {"many": "books"}}}
        }"#;
        let given = r#"{
            "tables": {
                "last": {"columns": {}},
                "books": {
                    "columns": {"id": {"type": "integer"}, "n": {"type": "integer", "default": 2},
                        "year": {"type": "integer", "unique": true}, "z": {"type": {"enum": ["b"]}},
                        "must": {"type": "text"}},
                    "primaryKey": ["id", "year"], "unique": [["n"]]
                },
                "new": {"columns": {}}
            },
            "relations": {"books": {"down": {"many": "books", "dependent": "destroy"}}, "new": {"a": {"one": "b"}}}
        }"#;
        assert_eq!(
            found(stored, given),
            [
                "gone removed",
                "books.year int -> integer",
                "books.year unique false -> true",
                "books.old removed",
                "books.n default 1 -> 2",
                "books.z {\"enum\":[\"a\"]} -> {\"enum\":[\"b\"]}",
                "books.z nullable true -> false",
                "books.must added without a default",
                "columns of books in another order",
                "books primaryKey [\"id\"] -> [\"id\",\"year\"]",
                "books unique none -> [[\"n\"]]",
                "new added",
                "tables in another order",
                "relation books.up removed",
                "relation books.down dependent none -> destroy",
                "relation new.a added",
            ]
        );
    }

    #[test]
    fn an_added_column_is_a_difference_only_where_stored_rows_have_no_value_for_it() {
        let id = r#""id": {"type": "integer"}"#;
        for (column, expected) in [
            (r#"{"type": "text"}"#, Some("t.c added without a default")),
            (r#"{"type": "text", "nullable": true}"#, None),
            (r#"{"type": "text", "nullable": true, "unique": true}"#, None),
            (r#"{"type": "text", "default": "x"}"#, None),
            (
                r#"{"type": "text", "default": "x", "unique": true}"#,
                Some("t.c added as unique, with one default for all rows"),
            ),
            (r#"{"type": "uuid", "default": {"uuid": true}, "unique": true}"#, None),
            (r#"{"type": "timestamptz", "default": {"now": true}}"#, None),
            (r#"{"type": "integer", "generated": true, "unique": true}"#, None),
        ] {
            for given in [format!("{id}, \"c\": {column}"), format!("\"c\": {column}, {id}")] {
                let expected: Vec<&str> = expected.into_iter().collect();
                assert_eq!(found(&table(id), &table(&given)), expected, "{given}");
            }
        }
    }
}
