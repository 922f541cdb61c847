//! Random rows and random questions about them.

use crate::model::{Ask, Cells, POLYMORPHIC, Select, Total, World, cell, target};
use relata::{Action, Column, Database, ForeignKey, Index, Relation, Row, Schema, Table, Value, col, desc};

/// A small generator, so that a seed repeats everything.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) % n.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

pub fn schema() -> Schema {
    with_notes(library())
}

fn library() -> Schema {
    Schema::new()
        .table(
            Table::new("authors")
                .column(Column::integer("id"))
                .column(Column::text("name").nullable())
                .column(Column::int("age").nullable())
                .column(Column::enumeration("mood", ["sad", "glad", "mad"]).nullable())
                .primary_key(["id"])
                .index(Index::on(["age"]).ordered()),
        )
        .table(
            Table::new("books")
                .column(Column::integer("id"))
                .column(Column::text("title").nullable())
                .column(Column::integer("year"))
                .column(Column::float("price").nullable())
                .column(Column::integer("author_id").nullable())
                .column(Column::integer("sequel_to_id").nullable())
                .primary_key(["id"])
                .index(Index::on(["year", "price"]).ordered())
                .index(Index::on(["title"]))
                .foreign_key(ForeignKey::new(["author_id"], "authors").on_delete(Action::SetNull)),
        )
        .table(
            Table::new("tags").column(Column::integer("id")).column(Column::text("name")).primary_key(["id"]),
        )
        .table(
            Table::new("book_tags")
                .column(Column::integer("book_id"))
                .column(Column::integer("tag_id"))
                .foreign_key(ForeignKey::new(["book_id"], "books").on_delete(Action::Cascade))
                .foreign_key(ForeignKey::new(["tag_id"], "tags").on_delete(Action::Cascade)),
        )
        .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]).alias("main"))
        .relation(Relation::many("authors", "books", "books").alias("main"))
        .relation(
            Relation::many("authors", "recent", "books")
                .from(["id"])
                .to(["author_id"])
                .alias("recent")
                .filter(col("year").gt(4))
                .order_by(desc("year")),
        )
        .relation(
            Relation::one("authors", "first_book", "books").from(["id"]).to(["author_id"]).alias("first"),
        )
        .relation(
            Relation::one("books", "sequel_to", "books").from(["sequel_to_id"]).to(["id"]).alias("sequel"),
        )
        .relation(Relation::many("books", "sequels", "books").alias("sequel"))
        .relation(Relation::many("books", "namesakes", "tags").from(["title"]).to(["name"]).alias("namesake"))
        .relation(Relation::many("books", "tags", "tags").from(["id"]).to(["id"]).through(
            "book_tags",
            ["book_id"],
            ["tag_id"],
        ))
        .relation(Relation::many("tags", "books", "books"))
        .relation(Relation::many("authors", "tags", "tags").through_relations(["books", "tags"]))
}

/// With notes of authors and of books, and tags of books without repeats.
fn with_notes(schema: Schema) -> Schema {
    schema
        .table(
            Table::new("notes")
                .column(Column::integer("id"))
                .column(Column::text("of_type").nullable())
                .column(Column::integer("of_id").nullable())
                .column(Column::int("stars").nullable())
                .column(Column::integer("tag_id").nullable())
                .primary_key(["id"]),
        )
        .relation(Relation::polymorphic("notes", POLYMORPHIC).types(["authors"]).type_label("Book", "books"))
        .relation(Relation::has_many("authors", "notes").as_(POLYMORPHIC))
        .relation(Relation::has_many("books", "notes").as_(POLYMORPHIC))
        .relation(Relation::one("books", "best_note", "notes").as_(POLYMORPHIC).order_by(desc("stars")))
        .relation(Relation::one("notes", "book", "books").through_relations([POLYMORPHIC]))
        .relation(Relation::belongs_to("notes", "tag"))
        .relation(Relation::has_many("tags", "noting").target("notes"))
        .relation(
            Relation::many("authors", "noted_tags", "tags").through_relations(["books", "notes", "tag"]),
        )
        .relation(
            Relation::many_to_many("books", "kinds")
                .target("tags")
                .through_table("book_tags")
                .distinct()
                .alias("kinds"),
        )
}

const WORDS: [&str; 6] = ["ann", "bob", "bo", "zoë", "", "Ann"];

fn word(chance: &mut Chance) -> Value {
    if chance.one_in(5) { Value::Null } else { Value::from(*chance.pick(&WORDS)) }
}

fn number(chance: &mut Chance, below: usize) -> Value {
    if chance.one_in(5) { Value::Null } else { Value::from(chance.below(below) as i64) }
}

fn price(chance: &mut Chance) -> Value {
    match chance.below(6) {
        0 => Value::Null,
        1 => Value::from(-0.0),
        n => Value::from(n as f64 / 2.0 - 1.0),
    }
}

fn mood(chance: &mut Chance) -> Value {
    if chance.one_in(4) { Value::Null } else { Value::from(*chance.pick(&["sad", "glad", "mad"])) }
}

pub fn world(chance: &mut Chance, rows: usize) -> World {
    let mut world = World::default();
    let mut ids = 0;
    let mut id = |chance: &mut Chance| {
        ids += 1 + chance.below(3) as i64;
        Value::from(ids)
    };
    for _ in 0..rows / 3 {
        world.authors.push(vec![
            ("id", id(chance)),
            ("name", word(chance)),
            ("age", number(chance, 6)),
            ("mood", mood(chance)),
        ]);
    }
    for _ in 0..rows {
        let author = if world.authors.is_empty() || chance.one_in(5) {
            Value::Null
        } else {
            cell(chance.pick(&world.authors), "id").clone()
        };
        // A relation without a foreign key may point nowhere.
        let sequel = match chance.below(3) {
            0 => Value::Null,
            1 => Value::from(999_999),
            _ if world.books.is_empty() => Value::Null,
            _ => cell(chance.pick(&world.books), "id").clone(),
        };
        // Now and then a book is the sequel of itself or of a later one.
        let last = world.books.last().and_then(|book| cell(book, "id").as_ref().as_i64()).unwrap_or(0);
        let next = last + 1 + chance.below(6) as i64;
        let sequel = if chance.one_in(8) { Value::from(next) } else { sequel };
        world.books.push(vec![
            ("id", id(chance)),
            ("title", word(chance)),
            ("year", Value::from(chance.below(8) as i64)),
            ("price", price(chance)),
            ("author_id", author),
            ("sequel_to_id", sequel),
        ]);
    }
    for _ in 0..rows / 4 {
        world.tags.push(vec![("id", id(chance)), ("name", Value::from(*chance.pick(&WORDS)))]);
    }
    for _ in 0..if world.tags.is_empty() { 0 } else { rows } {
        let (book, tag) =
            (cell(chance.pick(&world.books), "id").clone(), cell(chance.pick(&world.tags), "id").clone());
        world.book_tags.push(vec![("book_id", book), ("tag_id", tag)]);
    }
    for _ in 0..rows {
        let id = id(chance);
        let note = note(chance, &world, id);
        world.notes.push(note);
    }
    world
}

/// What leads to an author, to a book or nowhere.
fn note(chance: &mut Chance, world: &World, id: Value) -> Cells {
    let of_type = match chance.below(6) {
        0 => Value::Null,
        1 => Value::from("tags"),
        2 | 3 => Value::from("authors"),
        _ => Value::from("Book"),
    };
    // Keys of both tables come from one row of numbers: the type alone tells them apart.
    let of = if chance.one_in(2) { &world.authors } else { &world.books };
    let of_id = if of.is_empty() || chance.one_in(8) {
        number(chance, 9)
    } else {
        cell(chance.pick(of), "id").clone()
    };
    let tag =
        if world.tags.is_empty() { number(chance, 9) } else { cell(chance.pick(&world.tags), "id").clone() };
    vec![("id", id), ("of_type", of_type), ("of_id", of_id), ("stars", number(chance, 5)), ("tag_id", tag)]
}

/// The world as a database, with rows that came and went in between.
pub fn database(chance: &mut Chance, world: &World) -> Database {
    let db = Database::new(schema()).unwrap();
    fill(&db, chance, world);
    db
}

/// Writes the world into an empty database.
pub fn fill(db: &Database, chance: &mut Chance, world: &World) {
    let row =
        |cells: &Cells| cells.iter().fold(Row::new(), |row, (name, value)| row.set(*name, value.clone()));
    // Notes come first: they wait for what they are of.
    for table in ["notes", "authors", "books", "tags", "book_tags"] {
        let mut passing = -1_000_000;
        let mut rows = Vec::new();
        for cells in world.table(table) {
            if table != "book_tags" && chance.one_in(4) {
                passing += 1;
                let mut guest = cells.clone();
                guest[0].1 = Value::from(passing);
                rows.push(row(&guest));
            }
            rows.push(row(cells));
        }
        db.insert_many(table, rows).unwrap();
        if table != "book_tags" {
            db.delete(table, col("id").lt(0)).unwrap();
        }
    }
}

/// Lays the rows of some tables otherwise than they were inserted.
pub fn cluster(chance: &mut Chance, db: &Database) {
    for (table, relation) in [("books", "author"), ("books", "sequel_to"), ("notes", "tag")] {
        if chance.one_in(3) {
            db.compact_by(table, relation).unwrap();
        }
    }
}

fn columns(table: &str) -> &'static [&'static str] {
    match table {
        "authors" => &["id", "name", "age", "mood"],
        "books" => &["id", "title", "year", "price", "author_id", "sequel_to_id"],
        "notes" => &["id", "of_type", "of_id", "stars", "tag_id"],
        _ => &["id", "name"],
    }
}

pub fn relations(table: &str) -> &'static [&'static str] {
    match table {
        "authors" => &["books", "recent", "first_book", "tags", "notes", "noted_tags"],
        "books" => &["author", "sequel_to", "sequels", "tags", "namesakes", "notes", "best_note", "kinds"],
        "notes" => &[POLYMORPHIC, "book"],
        _ => &["books", "noting"],
    }
}

fn value(chance: &mut Chance, world: &World, table: &str, column: &str) -> Value {
    let rows = world.table(table);
    let from_row = !rows.is_empty() && !chance.one_in(4);
    let value = if from_row { cell(chance.pick(rows), column).clone() } else { Value::Null };
    if !value.is_null() {
        return value;
    }
    match column {
        "of_type" => Value::from(*chance.pick(&["authors", "Book", "tags"])),
        "name" | "title" => Value::from(*chance.pick(&WORDS)),
        "mood" => Value::from(*chance.pick(&["sad", "glad", "mad"])),
        "price" => Value::from(0.5),
        _ => Value::from(chance.below(9) as i64),
    }
}

fn ask(chance: &mut Chance, world: &World, table: &'static str, depth: usize) -> Ask {
    let column = *chance.pick(columns(table));
    match chance.below(if depth < 3 { 13 } else { 8 }) {
        0..=3 => {
            let operator = *chance.pick(&["eq", "ne", "gt", "gte", "lt", "lte", "eq"]);
            Ask::Compare(column, operator, value(chance, world, table, column))
        }
        4 => {
            let mut values: Vec<Value> =
                (0..chance.below(4)).map(|_| value(chance, world, table, column)).collect();
            if chance.one_in(6) {
                values.push(Value::Null);
            }
            Ask::In(column, values, chance.one_in(3))
        }
        5 => Ask::Null(column),
        6 => match table {
            "notes" => Ask::Starts("of_type", (*chance.pick(&["a", "B", ""])).into()),
            "authors" | "tags" => Ask::Starts("name", (*chance.pick(&["a", "bo", "z", ""])).into()),
            _ => Ask::Starts("title", "bo".into()),
        },
        7 if table == "books" => Ask::Columns("year", "author_id"),
        7 => Ask::Compare("id", "gte", value(chance, world, table, "id")),
        8 => Ask::Not(Box::new(ask(chance, world, table, depth + 1))),
        9 => Ask::All((0..1 + chance.below(2)).map(|_| ask(chance, world, table, depth + 1)).collect()),
        10 => Ask::Any((0..1 + chance.below(3)).map(|_| ask(chance, world, table, depth + 1)).collect()),
        _ => related(chance, world, table, depth),
    }
}

fn related(chance: &mut Chance, world: &World, table: &'static str, depth: usize) -> Ask {
    let relation = *chance.pick(relations(table));
    if relation == POLYMORPHIC && !chance.one_in(4) {
        let to = *chance.pick(&["authors", "books"]);
        let inner = (!chance.one_in(3)).then(|| Box::new(ask(chance, world, to, depth + 1)));
        return Ask::On(relation, to, inner);
    } else if relation == POLYMORPHIC {
        return Ask::Related(relation, if chance.one_in(2) { "none" } else { "some" }, None);
    }
    let (to, many) = target(table, relation);
    let quantifier = if many { *chance.pick(&["some", "every", "none"]) } else { "is" };
    if chance.one_in(4) {
        return Ask::Related(relation, if chance.one_in(2) { "none" } else { "some" }, None);
    }
    Ask::Related(relation, quantifier, Some(Box::new(ask(chance, world, to, depth + 1))))
}

/// A relation that leads to one table.
pub fn one_table(chance: &mut Chance, table: &str) -> &'static str {
    match *chance.pick(relations(table)) {
        POLYMORPHIC => "book",
        relation => relation,
    }
}

fn total(chance: &mut Chance, world: &World, table: &'static str) -> Total {
    let relation = one_table(chance, table);
    let to = target(table, relation).0;
    let choices: &[(&str, &str)] = match to {
        "authors" => &[("sum", "age"), ("min", "mood"), ("max", "mood"), ("max", "name")],
        "books" => &[("sum", "price"), ("avg", "price"), ("sum", "year"), ("min", "title"), ("max", "price")],
        "notes" => &[("sum", "stars"), ("min", "of_type"), ("max", "id")],
        _ => &[("sum", "id"), ("min", "name"), ("max", "id")],
    };
    let (function, column) = *chance.pick(choices);
    let filter = if chance.one_in(2) { Some(ask(chance, world, to, 1)) } else { None };
    let asked = chance.one_in(3).then(|| {
        let value = match (function, column) {
            ("sum" | "avg", "price") => Value::from(chance.below(8) as f64 / 2.0),
            ("sum", _) => Value::from(chance.below(20) as i64),
            _ => value(chance, world, to, column),
        };
        (*chance.pick(&["eq", "ne", "gt", "lte"]), value)
    });
    let order = chance.one_in(3).then(|| chance.one_in(2));
    Total { relation, function, column, filter, asked, order }
}

/// Steps from a table along relations, each with what is asked of the rows before it, and what is asked
/// of the last rows with their table.
pub fn steps(
    chance: &mut Chance,
    world: &World,
    mut table: &'static str,
) -> (Vec<(Select, &'static str)>, Select, &'static str) {
    let mut steps = Vec::new();
    for _ in 0..1 + chance.below(3) {
        let mut select = select(chance, world, table, 3);
        if chance.one_in(2) {
            (select.limit, select.offset) = (None, 0);
        }
        let relation = one_table(chance, table);
        steps.push((select, relation));
        table = target(table, relation).0;
    }
    (steps, select(chance, world, table, 2), table)
}

pub fn select(chance: &mut Chance, world: &World, table: &'static str, depth: usize) -> Select {
    let mut select = Select::default();
    if chance.one_in(2) {
        select.filter = Some(ask(chance, world, table, 0));
    }
    for column in columns(table) {
        if chance.one_in(4) {
            let nulls = [None, None, Some(true), Some(false)];
            select.order.push((column, chance.one_in(2), *chance.pick(&nulls)));
        }
    }
    if chance.one_in(2) {
        select.order.reverse();
    }
    if chance.one_in(3) {
        select.limit = Some(chance.below(6));
    }
    if chance.one_in(4) {
        select.offset = chance.below(4);
    }
    if chance.one_in(6) {
        select.distinct =
            columns(table).iter().copied().skip(1 + chance.below(2)).take(1 + chance.below(2)).collect();
    }
    if chance.one_in(if select.distinct.is_empty() { 5 } else { 2 }) {
        let names: Vec<_> = select.order.iter().map(|(name, ..)| *name).collect();
        select.after = names.into_iter().map(|name| (name, value(chance, world, table, name))).collect();
    }
    if chance.one_in(4) {
        let relation = *chance.pick(relations(table));
        let filter = if relation != POLYMORPHIC && chance.one_in(2) {
            Some(ask(chance, world, target(table, relation).0, 1))
        } else {
            None
        };
        select.count = Some((relation, filter));
    }
    if chance.one_in(4) {
        select.total = Some(total(chance, world, table));
        if select.total.as_ref().is_some_and(|total| total.order.is_some()) {
            // The cursor would have to name it too.
            select.after.clear();
        }
    }
    for relation in relations(table) {
        if *relation == POLYMORPHIC {
            if depth < 3 && chance.one_in(2) {
                let mut one = |table| (table, self::select(chance, world, table, depth + 1));
                let on = vec![one("authors"), one("books")];
                select.includes.push((relation, Select { on, ..Select::default() }));
            }
            continue;
        }
        if depth < 3 && chance.one_in(3) {
            let mut nested = self::select(chance, world, target(table, relation).0, depth + 1);
            if matches!(*relation, "recent" | "best_note") {
                // The relation's own order comes after the query's; the cursor would have to name both.
                nested.after.clear();
            }
            if ["sequel_to", "sequels"].contains(relation) && chance.one_in(2) {
                nested.includes.retain(|(inner, _)| inner != relation);
                nested.recursive = Some(if chance.one_in(2) { None } else { Some(1 + chance.below(3)) });
            }
            select.includes.push((relation, nested));
        }
    }
    select
}
