//! Relations of every kind, thrown together.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

mod common;

use common::{sound, table};
use relata::{Catalog, Column, Database, Relation, Schema, Table, row};

const NAMES: [&str; 7] = ["users", "posts", "tags", "user", "post", "tag", "on"];

/// Numbers that a seed repeats.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % n
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.below(NAMES.len())]
    }

    fn table(&mut self) -> &'static str {
        NAMES[self.below(3)]
    }
}

fn tables() -> Schema {
    let keys = |table: Table| {
        let names = ["user_id", "post_id", "tag_id", "on_id"];
        names.iter().fold(table, |table, name| table.column(Column::integer(*name).nullable()))
    };
    Schema::new()
        .table(keys(table("users").column(Column::integer("posts_count").default(0))))
        .table(keys(table("posts").column(Column::text("on_type").nullable())))
        .table(keys(table("tags").column(Column::text("on_type").nullable())))
        .table(Table::new("posts_tags").column(Column::integer("post_id")).column(Column::integer("tag_id")))
}

fn relation(chance: &mut Chance) -> Relation {
    let (source, name) = (chance.table(), chance.name());
    let relation = match chance.below(6) {
        0 => Relation::belongs_to(source, name),
        1 => Relation::has_one(source, name),
        2 => Relation::has_many(source, name),
        3 => Relation::many_to_many(source, name),
        4 => Relation::polymorphic(source, name),
        _ => Relation::many(source, name, chance.table()),
    };
    match chance.below(12) {
        0 => relation.through_relations([chance.name()]),
        1 => relation.through_relations([chance.name(), chance.name()]),
        2 => relation.as_("on"),
        3 => relation.inverse(chance.name()),
        4 => relation.counted(),
        5 => relation.distinct(),
        6 => relation.types([chance.table()]),
        7 => relation.through_relations([chance.name()]).source_type(chance.table()),
        8 => relation.optional(false),
        9 => relation.target(chance.table()),
        _ => relation,
    }
}

/// Some rows, and whatever leads anywhere leads to as many rows as it counts.
fn reads_agree(schema: &Schema) {
    let db = Database::new(schema.clone()).unwrap();
    for name in ["users", "posts", "tags"] {
        let row = row! { user_id: 1, post_id: 2, tag_id: 1, on_id: 2 };
        let row = if name == "users" { row } else { row.set("on_type", "posts") };
        // What a required polymorphic relation refuses stays away.
        let _ = db.insert(name, row.clone());
        let _ = db.insert(name, row);
    }
    db.insert("posts_tags", row! { post_id: 1, tag_id: 2 }).unwrap();
    for relation in &schema.relations {
        let page = db.query(&relation.source).include(&relation.name, |to| to).all().unwrap();
        let counted = db.query(&relation.source).count_of("n", &relation.name).all().unwrap();
        for (row, count) in page.iter().zip(&counted) {
            let found = row.includes().next().map_or(0, |(_, _, rows)| rows.len() as i64);
            let count = count.get::<i64>("n").unwrap();
            assert_eq!(found, if relation.many { count } else { count.min(1) }, "{}", schema.to_json());
        }
    }
    sound(&db);
}

#[test]
fn any_mix_of_kinds_is_taken_and_read_or_told_its_mistakes() {
    let mut chance = Chance(3);
    let mut taken = 0;
    for _ in 0..1_500 {
        let mut schema = tables();
        for _ in 0..1 + chance.below(6) {
            let relation = relation(&mut chance);
            let same = |one: &Relation| (&one.source, &one.name) == (&relation.source, &relation.name);
            if !schema.relations.iter().any(same) {
                schema = schema.relation(relation);
            }
        }
        let read = Schema::from_json(&schema.to_json()).unwrap();
        let verdict = Catalog::try_from(schema.clone()).is_ok();
        assert_eq!(Catalog::try_from(read).is_ok(), verdict, "{}", schema.to_json());
        if verdict {
            taken += 1;
            reads_agree(&schema);
        }
    }
    assert!((30..1_200).contains(&taken), "{taken}");
}
