//! Rows whose relations are written with them.
//!
//! Under a relation's name stands a row, a list of rows, or an object of verbs. An object is one of
//! verbs when all its keys are; along a relation to many also when one is that's no column of the
//! target. Under `postsAttributes` or `posts_attributes` it's always a row. Along a relation to rows of
//! several tables this stands in an object of one of them: `{"commentable": {"posts": {"connect": 3}}}`.

use super::options::{Options, boolean, entries, invalid, shape, unknown};
use crate::catalog::{Catalog, RelationInfo, TableInfo};
use crate::error::{Error, ErrorKind, NestedMistake, QueryMistake, nearest};
use crate::filter::Filter;
use crate::nested::{Pick, Verb, Verbs, Write};
use crate::value::{Input, Key, Literal, Row, Value};
use ecow::EcoString;

/// The verbs of a document, as Prisma spells them.
const VERBS: [&str; 11] = [
    "create",
    "createMany",
    "connect",
    "connectOrCreate",
    "disconnect",
    "set",
    "update",
    "updateMany",
    "upsert",
    "delete",
    "deleteMany",
];

/// Columns and relations of a table, and what they are given. Recursion is bounded by the depth of
/// the document.
pub(super) fn row(catalog: &Catalog, table: Option<&TableInfo>, literal: Literal) -> Result<Row, Error> {
    let entries = entries(literal, "an object of columns and values")?;
    let given = entries.into_iter().map(|(name, value)| {
        let columns = table.filter(|table| !table.column_ids.contains_key(&name));
        let input = match columns.and_then(|table| table.written_relation(&name)) {
            Some(relation) => {
                let is_own_name = name == relation.name();
                let write = match columns.filter(|_| relation.is_polymorphic()) {
                    Some(table) => on_table(catalog, (table, relation), value, is_own_name),
                    None => {
                        let reader = Reader { catalog, relation, target: catalog.table(relation.target()) };
                        reader.write(value, is_own_name)
                    }
                };
                Input::from(write.map_err(|error| error.at(&name))?)
            }
            None => {
                let nested = matches!(value, Literal::Object(_) | Literal::List(_));
                match columns.filter(|_| nested) {
                    Some(table) => return Err(neither(table, &name).at(&name)),
                    None => Input::Literal(value),
                }
            }
        };
        Ok((name, input))
    });
    given.collect()
}

/// What is written along a polymorphic relation: an object of one of its tables.
fn on_table(
    catalog: &Catalog,
    (table, relation): (&TableInfo, &RelationInfo),
    literal: Literal,
    may_be_verbs: bool,
) -> Result<Write, Error> {
    let one = match literal {
        Literal::Object(entries) if entries.len() == 1 => entries.into_iter().next(),
        _ => None,
    };
    let Some((name, value)) = one else {
        let (relation, known) = (relation.full_name(catalog), catalog.member_tables(relation));
        return Err(NestedMistake::WhichTable { relation, known }.into());
    };
    let member = table.member_on(catalog, relation, &name).map_err(|error| error.at(&name))?;
    let reader = Reader { catalog, relation: member, target: catalog.table(member.target()) };
    let write = reader.write(value, may_be_verbs).map_err(|error| error.at(&name))?;
    Ok(Write::On(name, Box::new(write)))
}

/// A name of neither a column nor a relation.
fn neither(table: &TableInfo, name: &EcoString) -> Error {
    let columns = table.columns.iter().map(|column| column.name.clone());
    let known = columns.chain(table.relation_names()).collect();
    Error::new(ErrorKind::UnknownColumn { table: table.name.clone(), name: name.clone(), known })
}

/// What is written along one relation.
#[derive(Clone, Copy)]
struct Reader<'c> {
    catalog: &'c Catalog,
    relation: &'c RelationInfo,
    target: &'c TableInfo,
}

impl Reader<'_> {
    fn row(self, literal: Literal) -> Result<Row, Error> {
        row(self.catalog, Some(self.target), literal)
    }

    fn write(self, literal: Literal, may_be_verbs: bool) -> Result<Write, Error> {
        match literal {
            Literal::Object(entries) if may_be_verbs && self.are_verbs(&entries) => {
                let verbs = entries
                    .into_iter()
                    .map(|(word, value)| self.verb(&word, value).map_err(|error| error.at(&word)));
                Ok(Write::Verbs(verbs.filter_map(Result::transpose).collect::<Result<Verbs, Error>>()?))
            }
            Literal::Object(entries) => match entries.iter().find_map(|(name, _)| self.misspelt_verb(name)) {
                Some((name, error)) if may_be_verbs && self.fits_nothing(&entries) => Err(error.at(&name)),
                _ => self.row(Literal::Object(entries)).map(Write::Row),
            },
            Literal::List(items) if self.relation.is_many() => {
                each(items, |item| self.row(item)).map(Write::Rows)
            }
            other if self.relation.is_many() => Err(shape("a list of rows, or an object of verbs", &other)),
            Literal::Null => {
                Err(shape("a row, or an object of verbs like {\"disconnect\": true}", &Literal::Null))
            }
            other => Err(shape("a row, or an object of verbs", &other)),
        }
    }

    /// The name of something that isn't there and is nearly a verb's.
    fn misspelt_verb(self, name: &EcoString) -> Option<(EcoString, Error)> {
        nearest(name, VERBS).map(|_| (name.clone(), unknown(name, &VERBS)))
    }

    /// Whether no key is one that a row of the target may have.
    fn fits_nothing(self, entries: &[(EcoString, Literal)]) -> bool {
        let there = |name: &str| {
            self.target.column_ids.contains_key(name) || self.target.written_relation(name).is_some()
        };
        !entries.iter().any(|(name, _)| name == "_destroy" || there(name))
    }

    fn are_verbs(self, entries: &[(EcoString, Literal)]) -> bool {
        let is_verb = |name: &EcoString| VERBS.contains(&name.as_str());
        let only = |name: &EcoString| is_verb(name) && !self.target.column_ids.contains_key(name);
        let all = !entries.is_empty() && entries.iter().all(|(name, _)| is_verb(name));
        all || (self.relation.is_many() && entries.iter().any(|(name, _)| only(name)))
    }

    /// A verb; `None` for one that is switched off.
    fn verb(self, word: &str, value: Literal) -> Result<Option<Verb>, Error> {
        if value == Literal::Boolean(false) && ["disconnect", "delete", "deleteMany"].contains(&word) {
            return Ok(None);
        }
        Ok(Some(match word {
            "create" => Verb::Create(self.rows(value)?),
            "createMany" => self.create_many(value)?,
            "connect" => Verb::Connect(self.picks(value)?),
            "connectOrCreate" => Verb::ConnectOrCreate(each(listed(value), |item| {
                let mut options = Options::of(item, &["where", "create"])?;
                Ok((self.one(&mut options)?, self.given(&mut options, "create")?))
            })?),
            "disconnect" => Verb::Disconnect(self.picks(value)?),
            "set" => Verb::Set(self.picks(value)?),
            "update" => Verb::Update(each(listed(value), |item| self.update(item))?),
            "updateMany" => Verb::UpdateMany(each(listed(value), |item| self.update_many(item))?),
            "upsert" => Verb::Upsert(each(listed(value), |item| {
                let mut options = Options::of(item, &["where", "create", "update"])?;
                let pick = self.one(&mut options)?;
                Ok((pick, self.given(&mut options, "create")?, self.given(&mut options, "update")?))
            })?),
            "delete" => Verb::Delete(self.picks(value)?),
            "deleteMany" => Verb::DeleteMany(self.picks(value)?),
            other => return Err(unknown(other, &VERBS)),
        }))
    }

    fn rows(self, literal: Literal) -> Result<Vec<Row>, Error> {
        each(listed(literal), |item| self.row(item))
    }

    /// A list of rows, or an object that has it as `data`.
    fn create_many(self, literal: Literal) -> Result<Verb, Error> {
        if !matches!(literal, Literal::Object(_)) {
            return Ok(Verb::CreateMany { rows: self.rows(literal)?, skip_duplicates: false });
        }
        let mut options = Options::of(literal, &["data", "skipDuplicates"])?;
        let skip = options.take("skipDuplicates").as_ref().map(boolean).transpose();
        let skip_duplicates = skip.map_err(|error| error.at("skipDuplicates"))?.unwrap_or(false);
        let data = options.take("data").ok_or_else(|| missing("data"))?;
        let rows = self.rows(data).map_err(|error| error.at("data"))?;
        Ok(Verb::CreateMany { rows, skip_duplicates })
    }

    /// `{"where": ..., "data": ...}`; along a relation to one row also just the data.
    fn update(self, literal: Literal) -> Result<(Pick, Row), Error> {
        let wrapped = self.relation.is_many()
            || matches!(literal.get("data"), Some(Literal::Object(_)))
                && matches!(&literal, Literal::Object(entries)
                    if entries.iter().all(|(key, _)| key == "where" || key == "data"));
        if !wrapped {
            return Ok((Pick::All, self.row(literal)?));
        }
        let mut options = Options::of(literal, &["where", "data"])?;
        Ok((self.one(&mut options)?, self.given(&mut options, "data")?))
    }

    fn update_many(self, literal: Literal) -> Result<(Pick, Row), Error> {
        let mut options = Options::of(literal, &["where", "all", "data"])?;
        let all = options.take("all").as_ref().map(boolean).transpose().map_err(|error| error.at("all"))?;
        let pick = match (options.take("where"), all) {
            (Some(_), Some(true)) => {
                let (expected, found) = ("`where` or `all`".into(), "both".into());
                return Err(invalid(QueryMistake::Shape { expected, found }).at("all"));
            }
            (Some(condition), _) => self.pick(condition).map_err(|error| error.at("where"))?,
            (None, Some(true)) => Pick::All,
            (None, _) => return Err(invalid(QueryMistake::NoRowsNamed)),
        };
        Ok((pick, self.given(&mut options, "data")?))
    }

    /// The row that `where` picks; where there is only one it needn't be said.
    fn one(self, options: &mut Options) -> Result<Pick, Error> {
        match options.take("where") {
            Some(condition) => self.pick(condition).map_err(|error| error.at("where")),
            None if self.relation.is_many() => Err(invalid(QueryMistake::NoRowsNamed)),
            None => Ok(Pick::All),
        }
    }

    fn given(self, options: &mut Options, name: &'static str) -> Result<Row, Error> {
        let given = options.take(name).ok_or_else(|| missing(name))?;
        self.row(given).map_err(|error| error.at(name))
    }

    fn picks(self, literal: Literal) -> Result<Vec<Pick>, Error> {
        each(listed(literal), |item| self.pick(item))
    }

    /// A filter, a key, `true` for whichever there is, or a list for a key of several columns.
    fn pick(self, literal: Literal) -> Result<Pick, Error> {
        match literal {
            Literal::Object(_) => Ok(Pick::Where(Filter::Document(literal))),
            Literal::Boolean(true) => Ok(Pick::All),
            Literal::Number(_) | Literal::Text(_) => self.key(&[literal]).map(Pick::Key),
            Literal::List(items) => self.key(&items).map(Pick::Key),
            other => Err(shape("a key, or an object of columns and values", &other)),
        }
    }

    fn key(self, parts: &[Literal]) -> Result<Key, Error> {
        let columns = self.target.primary_key();
        if columns.is_empty() {
            return Err(invalid(QueryMistake::NoPrimaryKey { table: self.target.name().into() }));
        }
        if columns.len() != parts.len() {
            let expected = ecow::eco_format!("a key of {}", Key::length(columns.len()));
            let found = Key::length(parts.len());
            return Err(ErrorKind::TypeMismatch { expected, found, column: None }.into());
        }
        let typed = columns.iter().zip(parts).map(|(column, part)| {
            let column = self.target.column(*column);
            column.column_type().read(part).map_err(|e| e.for_column(self.target.name(), column.name()))
        });
        typed.collect::<Result<Vec<Value>, Error>>().map(Key::from_iter)
    }
}

/// A list, or its only item.
fn listed(literal: Literal) -> Vec<Literal> {
    match literal {
        Literal::List(items) => items,
        item => vec![item],
    }
}

/// What `read` makes of each item; an error says of which.
fn each<T>(items: Vec<Literal>, read: impl Fn(Literal) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    let items = items.into_iter().enumerate();
    items.map(|(at, item)| read(item).map_err(|error| error.at(at))).collect()
}

fn missing(name: &str) -> Error {
    let expected = ecow::eco_format!("`{name}`");
    invalid(QueryMistake::Shape { expected, found: "none".into() })
}
