//! A naive answer to the same questions: rows as maps, every relation a nested loop.

use relata::{Filter, FromValue, Query, Row, Value, asc, col, desc, on_table, rel};
use serde_json::{Map, Value as Json, json};
use std::cmp::Ordering;

pub type Cells = Vec<(&'static str, Value)>;

/// All rows of all tables, in insertion order.
#[derive(Debug, Default)]
pub struct World {
    pub authors: Vec<Cells>,
    pub books: Vec<Cells>,
    pub tags: Vec<Cells>,
    pub book_tags: Vec<Cells>,
    pub notes: Vec<Cells>,
}

/// A filter, in a form that both sides understand.
#[derive(Clone, Debug)]
pub enum Ask {
    All(Vec<Ask>),
    Any(Vec<Ask>),
    Not(Box<Ask>),
    Compare(&'static str, &'static str, Value),
    Columns(&'static str, &'static str),
    In(&'static str, Vec<Value>, bool),
    Null(&'static str),
    Starts(&'static str, String),
    Related(&'static str, &'static str, Option<Box<Ask>>),
    /// A polymorphic relation leads to a row of a table, and that does something.
    On(&'static str, &'static str, Option<Box<Ask>>),
}

/// A query of one level.
#[derive(Clone, Debug, Default)]
pub struct Select {
    pub filter: Option<Ask>,
    pub order: Vec<(&'static str, bool, Option<bool>)>,
    pub limit: Option<usize>,
    pub offset: usize,
    pub distinct: Vec<&'static str>,
    pub after: Vec<(&'static str, Value)>,
    pub count: Option<(&'static str, Option<Ask>)>,
    pub total: Option<Total>,
    pub includes: Vec<(&'static str, Select)>,
    /// For each table of a polymorphic relation, instead of all the rest.
    pub on: Vec<(&'static str, Select)>,
    /// Of an include: repeated to this many levels, or as long as there are rows.
    pub recursive: Option<Option<usize>>,
}

/// What is made of a column along a relation, under the name `t`.
#[derive(Clone, Debug)]
pub struct Total {
    pub relation: &'static str,
    pub function: &'static str,
    pub column: &'static str,
    pub filter: Option<Ask>,
    pub asked: Option<(&'static str, Value)>,
    /// Whether it is the first key of the order, and descending.
    pub order: Option<bool>,
}

/// Where a relation leads, and whether to many.
pub fn target(table: &str, relation: &str) -> (&'static str, bool) {
    match (table, relation) {
        ("authors", "books" | "recent") => ("books", true),
        ("authors", "first_book") => ("books", false),
        ("books", "author") => ("authors", false),
        ("books", "sequel_to") => ("books", false),
        ("books", "sequels") => ("books", true),
        ("authors" | "books", "tags") => ("tags", true),
        ("books", "namesakes") => ("tags", true),
        ("tags", "books") => ("books", true),
        ("books", "kinds") => ("tags", true),
        ("authors" | "books", "notes") => ("notes", true),
        ("books", "best_note") => ("notes", false),
        ("notes", "book") => ("books", false),
        ("authors", "noted_tags") => ("tags", true),
        ("tags", "noting") => ("notes", true),
        other => panic!("no relation {other:?}"),
    }
}

/// The relation of notes that leads to an author or a book.
pub const POLYMORPHIC: &str = "of";

pub fn cell<'a>(row: &'a Cells, name: &str) -> &'a Value {
    &row.iter().find(|(other, _)| *other == name).unwrap_or_else(|| panic!("no column {name}")).1
}

impl World {
    pub fn table(&self, name: &str) -> &[Cells] {
        match name {
            "authors" => &self.authors,
            "books" => &self.books,
            "tags" => &self.tags,
            "notes" => &self.notes,
            _ => &self.book_tags,
        }
    }

    fn joined(&self, table: &'static str, column: &str, value: &Value) -> Vec<&Cells> {
        self.table(table).iter().filter(|row| !value.is_null() && cell(row, column) == value).collect()
    }

    pub fn related<'w>(&'w self, relation: &str, table: &str, row: &Cells) -> Vec<&'w Cells> {
        match (table, relation) {
            ("authors", "books" | "first_book") => self.joined("books", "author_id", cell(row, "id")),
            ("authors", "recent") => {
                let mut books = self.joined("books", "author_id", cell(row, "id"));
                books
                    .retain(|book| i64::from_value(cell(book, "year").as_ref()).is_some_and(|year| year > 4));
                books.sort_by(|a, b| order(a, b, &[("year", true, None)]));
                books
            }
            ("books", "author") => self.joined("authors", "id", cell(row, "author_id")),
            ("books", "sequel_to") => self.joined("books", "id", cell(row, "sequel_to_id")),
            ("books", "sequels") => self.joined("books", "sequel_to_id", cell(row, "id")),
            ("books", "namesakes") => self.joined("tags", "name", cell(row, "title")),
            ("books", "tags") => {
                let links = self.joined("book_tags", "book_id", cell(row, "id"));
                links.iter().flat_map(|link| self.joined("tags", "id", cell(link, "tag_id"))).collect()
            }
            ("authors", "tags") => {
                let books = self.related("books", "authors", row);
                books.into_iter().flat_map(|book| self.related("tags", "books", book)).collect()
            }
            ("tags", "books") => {
                let links = self.joined("book_tags", "tag_id", cell(row, "id"));
                links.iter().flat_map(|link| self.joined("books", "id", cell(link, "book_id"))).collect()
            }
            ("books", "kinds") => {
                let mut kinds: Vec<&Cells> = Vec::new();
                for tag in self.related("tags", "books", row) {
                    if !kinds.iter().any(|other| std::ptr::eq(*other, tag)) {
                        kinds.push(tag);
                    }
                }
                kinds
            }
            ("authors" | "books", "notes" | "best_note") => {
                let mut notes = self.joined("notes", "of_id", cell(row, "id"));
                let label = if table == "books" { "Book" } else { "authors" };
                notes.retain(|note| *cell(note, "of_type") == Value::from(label));
                if relation == "best_note" {
                    notes.sort_by(|a, b| order(a, b, &[("stars", true, None)]));
                }
                notes
            }
            ("notes", "book") => {
                let of = self.noted(row);
                of.filter(|(table, _)| *table == "books").map(|(_, book)| book).into_iter().collect()
            }
            ("authors", "noted_tags") => {
                let books = self.related("books", "authors", row).into_iter();
                let notes = books.flat_map(|book| self.related("notes", "books", book));
                notes.flat_map(|note| self.joined("tags", "id", cell(note, "tag_id"))).collect()
            }
            ("tags", "noting") => self.joined("notes", "tag_id", cell(row, "id")),
            other => panic!("no relation {other:?}"),
        }
    }

    /// The row that a note is of, with its table.
    fn noted<'w>(&'w self, note: &Cells) -> Option<(&'static str, &'w Cells)> {
        let table = match cell(note, "of_type").as_ref().as_str() {
            Some("authors") => "authors",
            Some("Book") => "books",
            _ => return None,
        };
        self.joined(table, "id", cell(note, "of_id")).first().map(|row| (table, *row))
    }

    /// `None` for unknown.
    pub fn truth(&self, ask: &Ask, table: &str, row: &Cells) -> Option<bool> {
        match ask {
            Ask::All(all) => {
                let truths: Vec<_> = all.iter().map(|ask| self.truth(ask, table, row)).collect();
                if truths.contains(&Some(false)) {
                    Some(false)
                } else if truths.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Ask::Any(any) if any.is_empty() => Some(true),
            Ask::Any(any) => {
                let truths: Vec<_> = any.iter().map(|ask| self.truth(ask, table, row)).collect();
                if truths.contains(&Some(true)) {
                    Some(true)
                } else if truths.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
            Ask::Not(ask) => self.truth(ask, table, row).map(|truth| !truth),
            Ask::Compare(column, operator, value) => compare(cell(row, column), operator, value),
            Ask::Columns(a, b) => compare(cell(row, a), "lt", cell(row, b)),
            Ask::In(column, values, negated) => {
                let cell = cell(row, column);
                if values.is_empty() {
                    return Some(*negated);
                }
                if cell.is_null() {
                    return None;
                }
                match values.contains(cell) {
                    true => Some(!negated),
                    false if values.iter().any(Value::is_null) => None,
                    false => Some(*negated),
                }
            }
            Ask::Null(column) => Some(cell(row, column).is_null()),
            Ask::Starts(column, start) => {
                cell(row, column).as_ref().as_str().map(|text| text.starts_with(start.as_str()))
            }
            Ask::On(_, wanted, inner) => Some(self.noted(row).is_some_and(|(table, of)| {
                let asked = |ask: &Ask| self.truth(ask, table, of) == Some(true);
                table == *wanted && inner.as_ref().is_none_or(|ask| asked(ask))
            })),
            Ask::Related(relation, quantifier, _) if *relation == POLYMORPHIC => {
                Some(self.noted(row).is_some() != (*quantifier == "none"))
            }
            Ask::Related(relation, quantifier, inner) => {
                let (target, _) = target(table, relation);
                let rows = self.related(relation, table, row);
                let holds = |row: &&Cells| {
                    inner.as_ref().is_none_or(|ask| self.truth(ask, target, row) == Some(true))
                };
                Some(match *quantifier {
                    "every" => rows.iter().all(holds),
                    "none" => !rows.iter().any(holds),
                    _ => rows.iter().any(holds),
                })
            }
        }
    }

    /// The rows that pass.
    fn passing<'w>(&'w self, select: &Select, table: &str, mut rows: Vec<&'w Cells>) -> Vec<&'w Cells> {
        rows.retain(|row| select.filter.as_ref().is_none_or(|ask| self.truth(ask, table, row) == Some(true)));
        if let Some(total) = &select.total
            && let Some((operator, value)) = &total.asked
        {
            rows.retain(|row| compare(&self.total(total, table, row), operator, value) == Some(true));
        }
        rows
    }

    pub fn level<'w>(&'w self, select: &Select, table: &str, rows: Vec<&'w Cells>) -> Vec<&'w Cells> {
        let mut rows = self.passing(select, table, rows);
        rows.sort_by(|a, b| order(a, b, &select.order));
        if let Some(total) = &select.total
            && let Some(descending) = total.order
        {
            rows.sort_by(|a, b| {
                let of = |row| vec![("t", self.total(total, table, row))];
                order(&of(a), &of(b), &[("t", descending, None)])
            });
        }
        if !select.distinct.is_empty() {
            let mut seen: Vec<Vec<&Value>> = Vec::new();
            rows.retain(|row| {
                let key: Vec<&Value> = select.distinct.iter().map(|name| cell(row, name)).collect();
                let new = !seen.contains(&key);
                seen.push(key);
                new
            });
        }
        if !select.after.is_empty() {
            let cursor: Cells = select.after.clone();
            rows.retain(|row| order(row, &cursor, &select.order) == Ordering::Greater);
        }
        rows.into_iter().skip(select.offset).take(select.limit.unwrap_or(usize::MAX)).collect()
    }

    pub fn answer(&self, select: &Select, table: &str) -> Json {
        let rows = self.level(select, table, self.table(table).iter().collect());
        rows.into_iter().map(|row| self.document(select, table, row)).collect()
    }

    pub fn document(&self, select: &Select, table: &str, row: &Cells) -> Json {
        let mut map = Map::new();
        for (name, value) in row {
            map.insert((*name).into(), serde_json::to_value(value).unwrap());
        }
        if let Some((POLYMORPHIC, _)) = &select.count {
            map.insert("n".into(), json!(usize::from(self.noted(row).is_some())));
        } else if let Some((relation, filter)) = &select.count {
            let (target, _) = target(table, relation);
            let rows = self.related(relation, table, row);
            let holds =
                |row: &&&Cells| filter.as_ref().is_none_or(|ask| self.truth(ask, target, row) == Some(true));
            map.insert("n".into(), json!(rows.iter().filter(holds).count()));
        }
        if let Some(total) = &select.total {
            map.insert("t".into(), serde_json::to_value(self.total(total, table, row)).unwrap());
        }
        for (relation, nested) in &select.includes {
            if *relation == POLYMORPHIC {
                let found = self.noted(row).and_then(|(table, of)| {
                    let (_, nested) = nested.on.iter().find(|(name, _)| *name == table).unwrap();
                    let kept = self.level(nested, table, vec![of]);
                    kept.first().map(|of| self.document(nested, table, of))
                });
                map.insert((*relation).into(), found.unwrap_or(Json::Null));
                continue;
            }
            map.insert((*relation).into(), self.included(relation, nested, table, &[row]));
        }
        Json::Object(map)
    }
}

const MOODS: [&str; 3] = ["sad", "glad", "mad"];

/// Enums by declared order, everything else by value.
pub fn by_value(a: &Value, b: &Value) -> Ordering {
    let mood = |value: &Value| MOODS.iter().position(|mood| value.as_ref().as_str() == Some(mood));
    match (mood(a), mood(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

fn compare(a: &Value, operator: &str, b: &Value) -> Option<bool> {
    if a.is_null() || b.is_null() {
        return None;
    }
    let order = by_value(a, b);
    Some(match operator {
        "eq" => order.is_eq(),
        "ne" => order.is_ne(),
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        "lt" => order.is_lt(),
        _ => order.is_le(),
    })
}

fn order(a: &Cells, b: &Cells, keys: &[(&'static str, bool, Option<bool>)]) -> Ordering {
    for (name, descending, nulls_first) in keys {
        let (a, b) = (cell(a, name), cell(b, name));
        let null_last = !nulls_first.unwrap_or(*descending);
        let order = match (a.is_null(), b.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) if null_last => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, true) if null_last => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) if *descending => by_value(b, a),
            (false, false) => by_value(a, b),
        };
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

impl Ask {
    pub fn filter(&self) -> Filter {
        match self {
            Ask::All(all) => Filter::And(all.iter().map(Ask::filter).collect()),
            Ask::Any(any) => Filter::Or(any.iter().map(Ask::filter).collect()),
            Ask::Not(ask) => !ask.filter(),
            Ask::Compare(column, "eq", value) => col(*column).eq(value.clone()),
            Ask::Compare(column, "ne", value) => col(*column).ne(value.clone()),
            Ask::Compare(column, "gt", value) => col(*column).gt(value.clone()),
            Ask::Compare(column, "gte", value) => col(*column).gte(value.clone()),
            Ask::Compare(column, "lt", value) => col(*column).lt(value.clone()),
            Ask::Compare(column, _, value) => col(*column).lte(value.clone()),
            Ask::Columns(a, b) => col(*a).lt_column(*b),
            Ask::In(column, values, false) => col(*column).is_in(values.clone()),
            Ask::In(column, values, true) => col(*column).not_in(values.clone()),
            Ask::Null(column) => col(*column).is_null(),
            Ask::Starts(column, start) => col(*column).like(format!("{start}%")),
            Ask::On(relation, table, inner) => {
                rel(*relation).is(on_table(*table, inner.as_ref().map(|inner| inner.filter())))
            }
            Ask::Related(relation, quantifier, None) => {
                if *quantifier == "none" {
                    rel(*relation).absent()
                } else {
                    rel(*relation).exists()
                }
            }
            Ask::Related(relation, quantifier, Some(inner)) => match *quantifier {
                "some" => rel(*relation).some(inner.filter()),
                "every" => rel(*relation).every(inner.filter()),
                "none" => rel(*relation).none(inner.filter()),
                _ => rel(*relation).is(inner.filter()),
            },
        }
    }
}

impl Select {
    pub fn query<S>(&self, mut query: Query<S>) -> Query<S> {
        if let Some(filter) = &self.filter {
            query = query.filter(filter.filter());
        }
        if let Some(total) = &self.total {
            query = query.aggregate("t", total.aggregate());
            query = match &total.asked {
                Some((operator, value)) => query.filter(Ask::Compare("t", operator, value.clone()).filter()),
                None => query,
            };
            query = match total.order {
                Some(descending) => query.order_by(if descending { desc("t") } else { asc("t") }),
                None => query,
            };
        }
        for (name, descending, nulls_first) in &self.order {
            let order = if *descending { desc(*name) } else { asc(*name) };
            query = query.order_by(match nulls_first {
                Some(true) => order.nulls_first(),
                Some(false) => order.nulls_last(),
                None => order,
            });
        }
        if let Some(limit) = self.limit {
            query = query.limit(limit as u64);
        }
        if self.offset > 0 {
            query = query.offset(self.offset as u64);
        }
        if !self.distinct.is_empty() {
            query = query.distinct_on(self.distinct.clone());
        }
        if !self.after.is_empty() {
            let cursor =
                self.after.iter().fold(Row::new(), |row, (name, value)| row.set(*name, value.clone()));
            query = query.after(cursor);
        }
        if let Some((relation, filter)) = &self.count {
            query = match filter {
                Some(filter) => query.count_where("n", relation, filter.filter()),
                None => query.count_of("n", relation),
            };
        }
        for (table, nested) in &self.on {
            query = query.on_table(table, |inner| nested.query(inner));
        }
        for (relation, nested) in &self.includes {
            query = query.include(relation, |inner| match nested.recursive {
                Some(Some(levels)) => nested.query(inner).recursive_to(levels as u64),
                Some(None) => nested.query(inner).recursive(),
                None => nested.query(inner),
            });
        }
        query
    }
}
