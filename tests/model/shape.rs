//! The schemas that random operations run over: every action, composite keys, self-references,
//! cycles and diamonds, junctions, relations without foreign keys, every kind of index.

use relata::{Action, Column, Dependent, ForeignKey, Index, Relation, Schema, Table, asc, col, desc};

/// How many shapes there are.
pub const SHAPES: u8 = 8;

/// The schema of a shape whose foreign keys act as `actions` says, which are taken in turn.
pub fn schema(shape: u8, actions: [u8; 6]) -> Schema {
    let mut next = 0;
    let mut act = move |key: ForeignKey| {
        let at = |i: usize| action(actions[i % actions.len()]);
        next += 2;
        key.on_delete(at(next - 2)).on_update(at(next - 1))
    };
    match shape % SHAPES {
        0 => library(&mut act),
        1 => school(&mut act),
        2 => tree(&mut act),
        3 => diamond(&mut act),
        4 => tags(&mut act),
        5 => amounts(&mut act),
        6 => tenants(&mut act),
        _ => remarks(&mut act),
    }
}

fn action(choice: u8) -> Action {
    match choice % 5 {
        0 => Action::Cascade,
        1 => Action::SetNull,
        2 => Action::NoAction,
        3 => Action::SetDefault,
        _ => Action::Restrict,
    }
}

type Act<'a> = &'a mut dyn FnMut(ForeignKey) -> ForeignKey;

fn id() -> Column {
    Column::integer("id").generated()
}

/// Two foreign keys to one table, one of them to a unique column that may be null; a narrow column
/// that refers to a wide one; a check.
fn library(act: Act<'_>) -> Schema {
    Schema::new()
        .table(
            Table::new("authors")
                .column(id())
                .column(Column::integer("code").nullable().unique())
                .column(Column::text("name").default("a"))
                .column(Column::integer("count_books").default(0))
                .column(Column::integer("count_coded").default(0))
                .primary_key(["id"])
                .ordered_index("name")
                .ordered_index("count_books"),
        )
        .table(
            Table::new("books")
                .column(id())
                .column(Column::integer("author_id").nullable().default(1))
                .column(Column::smallint("author_code").nullable())
                .column(Column::integer("pages").nullable())
                .primary_key(["id"])
                .index("pages")
                .check("paged", col("pages").lt(5))
                .foreign_key(act(ForeignKey::new(["author_id"], "authors")))
                .foreign_key(act(ForeignKey::new(["author_code"], "authors").references(["code"]))),
        )
        .relation(Relation::one("books", "author", "authors").from(["author_id"]).to(["id"]).alias("id"))
        .relation(Relation::many("authors", "books", "books").alias("id").counter_cache("count_books"))
        .relation(Relation::one("books", "coder", "authors").from(["author_code"]).to(["code"]).alias("code"))
        .relation(
            Relation::many("authors", "coded", "books")
                .alias("code")
                .order_by(desc("pages"))
                .counter_cache_where("count_coded", col("pages").gte(2)),
        )
        .relation(Relation::many("authors", "coders", "authors").through_relations(["books", "coder"]))
        .relation(Relation::many("authors", "recoded", "books").through_relations(["coders", "coded"]))
        .relation(Relation::many("authors", "writers", "authors").through_relations(["coded", "author"]))
        .relation(Relation::one("books", "far", "authors").through_relations(["author", "coders"]))
}

/// Composite keys, given in another order than they are declared; two foreign keys that share a
/// column; no generated key.
fn school(act: Act<'_>) -> Schema {
    Schema::new()
        .table(Table::new("courses").column(Column::integer("id")).primary_key(["id"]))
        .table(
            Table::new("offerings")
                .column(Column::integer("course"))
                .column(Column::text("semester"))
                .column(Column::integer("room").nullable().unique())
                .column(Column::integer("count_grades").default(0))
                .primary_key(["course", "semester"])
                .foreign_key(
                    ForeignKey::new(["course"], "courses")
                        .on_delete(Action::Cascade)
                        .on_update(Action::Cascade),
                ),
        )
        .table(
            Table::new("grades")
                .column(id())
                .column(Column::integer("course").nullable().default(1))
                .column(Column::text("semester").nullable().default("a"))
                .column(Column::integer("grade").nullable())
                .primary_key(["id"])
                .index(Index::on(["course", "grade"]).unique())
                .foreign_key(act(
                    ForeignKey::new(["semester", "course"], "offerings").references(["semester", "course"])
                ))
                .foreign_key(act(ForeignKey::new(["course"], "courses"))),
        )
        .relation(
            Relation::one("grades", "offering", "offerings")
                .from(["semester", "course"])
                .to(["semester", "course"]),
        )
        .relation(Relation::many("offerings", "grades", "grades").counter_cache("count_grades"))
        .relation(
            Relation::many("courses", "grades", "grades").from(["id"]).to(["course"]).order_by(asc("grade")),
        )
        .relation(Relation::many("courses", "offerings", "offerings").from(["id"]).to(["course"]))
        .relation(
            Relation::many("courses", "graded", "offerings")
                .from(["id"])
                .through("grades", ["course"], ["grade"])
                .to(["room"]),
        )
}

/// A table that refers to itself twice, once by a column that isn't its primary key.
fn tree(act: Act<'_>) -> Schema {
    Schema::new()
        .table(
            Table::new("nodes")
                .column(id())
                .column(Column::integer("parent_id").nullable().default(2))
                .column(Column::integer("rank").nullable().unique())
                .column(Column::integer("peer").nullable())
                .column(Column::integer("count_children").default(0))
                .column(Column::integer("count_ranked").default(0))
                .primary_key(["id"])
                .ordered_index(["peer", "parent_id"])
                .foreign_key(act(ForeignKey::new(["parent_id"], "nodes")))
                .foreign_key(act(ForeignKey::new(["peer"], "nodes").references(["rank"]))),
        )
        .relation(Relation::one("nodes", "parent", "nodes").from(["parent_id"]).to(["id"]).alias("tree"))
        .relation(
            Relation::many("nodes", "children", "nodes")
                .from(["id"])
                .to(["parent_id"])
                .counter_cache("count_children"),
        )
        .relation(
            Relation::many("nodes", "ranked", "nodes")
                .from(["rank"])
                .to(["peer"])
                .counter_cache_where("count_ranked", col("parent_id").lt(4)),
        )
        .relation(Relation::many("nodes", "peers", "nodes").from(["peer"]).to(["rank"]))
        .relation(Relation::many("nodes", "equals", "nodes").from(["peer"]).to(["peer"]))
}

/// A diamond whose bottom leads back to its top.
fn diamond(act: Act<'_>) -> Schema {
    let side = |name: &str, key: ForeignKey| {
        Table::new(name)
            .column(id())
            .column(Column::integer("a_id").nullable().default(1))
            .primary_key(["id"])
            .foreign_key(key)
    };
    Schema::new()
        .table(
            Table::new("a")
                .column(id())
                .column(Column::integer("d_id").nullable())
                .primary_key(["id"])
                .foreign_key(
                    ForeignKey::new(["d_id"], "d").on_delete(Action::Cascade).on_update(Action::Cascade),
                ),
        )
        .table(side("b", act(ForeignKey::new(["a_id"], "a"))))
        .table(side("c", act(ForeignKey::new(["a_id"], "a"))))
        .table(
            Table::new("d")
                .column(id())
                .column(Column::integer("b_id").nullable())
                .column(Column::integer("c_id").nullable().default(2))
                .primary_key(["id"])
                .foreign_key(act(ForeignKey::new(["b_id"], "b")))
                .foreign_key(act(ForeignKey::new(["c_id"], "c"))),
        )
        .relation(Relation::one("a", "d", "d").from(["d_id"]).to(["id"]))
        .relation(Relation::one("b", "a", "a").from(["a_id"]).to(["id"]))
        .relation(Relation::many("a", "bs", "b"))
        .relation(Relation::one("d", "b", "b").from(["b_id"]).to(["id"]))
        .relation(Relation::one("d", "c", "c").from(["c_id"]).to(["id"]))
        .relation(Relation::many("c", "ds", "d"))
        .relation(Relation::many("a", "back", "a").from(["id"]).to(["d_id"]))
        .relation(Relation::one("d", "top", "a").through_relations(["b", "a"]))
        .relation(Relation::many("a", "round", "a").through_relations(["d", "top", "back"]))
}

/// A junction with a composite primary key; relations without foreign keys, over unique columns and
/// over others; a table without a primary key.
fn tags(act: Act<'_>) -> Schema {
    Schema::new()
        .table(
            Table::new("posts")
                .column(id())
                .column(Column::integer("kind").nullable())
                .column(Column::text("slug").nullable().unique())
                .column(Column::integer("count_visits").default(0))
                .column(Column::integer("count_slugged").default(0))
                .primary_key(["id"])
                .index("kind"),
        )
        .table(Table::new("tags").column(Column::text("name")).primary_key(["name"]))
        .table(
            Table::new("posts_tags")
                .column(Column::integer("post_id"))
                .column(Column::text("tag").default("a"))
                .primary_key(["post_id", "tag"])
                .foreign_key(
                    ForeignKey::new(["post_id"], "posts")
                        .on_delete(Action::Cascade)
                        .on_update(Action::Cascade),
                )
                .foreign_key(junction(act(ForeignKey::new(["tag"], "tags")))),
        )
        .table(
            Table::new("visits")
                .column(Column::integer("post").nullable())
                .column(Column::text("slug").nullable())
                .column(Column::integer("kind").nullable())
                .ordered_index("kind"),
        )
        .relation(
            Relation::many("posts", "tags", "tags")
                .from(["id"])
                .through("posts_tags", ["post_id"], ["tag"])
                .to(["name"]),
        )
        .relation(Relation::many("tags", "posts", "posts"))
        .relation(Relation::many("tags", "visits", "visits").through_relations(["posts", "visits"]))
        .relation(Relation::many("tags", "tags", "tags").through_relations(["visits", "by_slug", "tags"]))
        .relation(Relation::one("visits", "post_of", "posts").from(["post"]).to(["id"]).alias("id"))
        .relation(
            Relation::many("posts", "visits", "visits")
                .alias("id")
                .filter(col("kind").gte(2))
                .counter_cache_where("count_visits", col("kind").lt(5)),
        )
        .relation(Relation::one("visits", "by_slug", "posts").from(["slug"]).to(["slug"]).alias("slug"))
        .relation(Relation::many("posts", "slugged", "visits").alias("slug").counter_cache("count_slugged"))
        .relation(Relation::many("posts", "alike", "visits").from(["kind"]).to(["kind"]).alias("kind"))
        .relation(Relation::many("visits", "alike", "posts").from(["kind"]).to(["kind"]).alias("kinds"))
}

/// A required column can't become null.
fn junction(key: ForeignKey) -> ForeignKey {
    let required = |action: Action| if action == Action::SetNull { Action::Cascade } else { action };
    let (delete, update) = (required(key.on_delete), required(key.on_update));
    key.on_delete(delete).on_update(update)
}

/// Keys that are equal in more than one form: decimals of several scales, zeros and no-numbers.
fn amounts(act: Act<'_>) -> Schema {
    Schema::new()
        .table(
            Table::new("prices")
                .column(Column::decimal("amount"))
                .column(Column::float("rate").nullable().unique())
                .primary_key(["amount"]),
        )
        .table(
            Table::new("sales")
                .column(id())
                .column(Column::decimal("amount").nullable().default(1))
                .column(Column::float("rate").nullable())
                .primary_key(["id"])
                .index("amount")
                .foreign_key(act(ForeignKey::new(["amount"], "prices")))
                .foreign_key(act(ForeignKey::new(["rate"], "prices").references(["rate"]))),
        )
        .relation(Relation::one("sales", "price", "prices").from(["amount"]).to(["amount"]).alias("amount"))
        .relation(Relation::many("prices", "sales", "sales").alias("amount"))
        .relation(Relation::one("sales", "rated", "prices").from(["rate"]).to(["rate"]).alias("rate"))
        .relation(Relation::many("sales", "same", "sales").from(["amount"]).to(["amount"]))
}

/// Composite self-references within a tenant, whose column is part of every key.
fn tenants(act: Act<'_>) -> Schema {
    Schema::new()
        .table(Table::new("tenants").column(Column::integer("id")).primary_key(["id"]))
        .table(
            Table::new("items")
                .column(Column::integer("tenant").default(1))
                .column(Column::integer("id"))
                .column(Column::integer("parent").nullable().default(1))
                .column(Column::integer("next").nullable())
                .column(Column::integer("count_down").default(0))
                .primary_key(["tenant", "id"])
                .unique(["next", "tenant"])
                .foreign_key(
                    ForeignKey::new(["tenant"], "tenants")
                        .on_delete(Action::Cascade)
                        .on_update(Action::Cascade),
                )
                .foreign_key(junction(act(ForeignKey::new(["tenant", "parent"], "items"))))
                .foreign_key(junction(act(
                    ForeignKey::new(["parent", "tenant"], "items").references(["next", "tenant"])
                ))),
        )
        .relation(
            Relation::one("items", "up", "items").from(["tenant", "parent"]).to(["tenant", "id"]).alias("up"),
        )
        .relation(
            Relation::many("items", "down", "items")
                .from(["id", "tenant"])
                .to(["parent", "tenant"])
                .counter_cache("count_down"),
        )
        .relation(Relation::many("tenants", "items", "items").from(["id"]).to(["tenant"]))
}

/// A table whose rows belong to one of several, itself among them, by a type and a key; a junction with
/// such a key; rows that are there twice.
fn remarks(act: Act<'_>) -> Schema {
    let target = |name: &str| {
        Table::new(name)
            .column(id())
            .column(Column::integer("count_remarks").default(0))
            .column(Column::integer("count_good").default(0))
            .primary_key(["id"])
    };
    let remarks = |source: &str| {
        Relation::many(source, "remarks", "remarks").as_("about").counter_cache("count_remarks")
    };
    let good = |source: &str| {
        Relation::many(source, "good", "remarks")
            .as_("about")
            .order_by(desc("stars"))
            .counter_cache_where("count_good", col("stars").gte(2))
    };
    Schema::new()
        .table(
            target("posts")
                .column(Column::integer("photo_id").nullable())
                .foreign_key(act(ForeignKey::new(["photo_id"], "photos"))),
        )
        .table(target("photos"))
        .table(
            target("remarks")
                .column(Column::text("about_type").nullable())
                .column(Column::integer("about_id").nullable())
                .column(Column::integer("stars").nullable())
                .column(Column::integer("author_id").nullable())
                .index("about_id")
                .foreign_key(act(ForeignKey::new(["author_id"], "photos"))),
        )
        .relation(
            Relation::polymorphic("remarks", "about")
                .from(["about_type", "about_id"])
                .type_label("a", "posts")
                .type_label("b", "photos")
                .type_label("c", "remarks"),
        )
        .relation(remarks("posts").dependent(Dependent::Destroy))
        .relation(remarks("photos").dependent(Dependent::Restrict))
        .relation(remarks("remarks").dependent(Dependent::Nullify))
        .relation(good("posts"))
        .relation(good("photos").distinct())
        .relation(Relation::one("remarks", "remark", "remarks").as_("about"))
        .relation(
            Relation::one("posts", "photo", "photos")
                .from(["photo_id"])
                .to(["id"])
                .dependent(Dependent::Delete),
        )
        .relation(Relation::many("photos", "posts", "posts"))
        .relation(Relation::one("remarks", "author", "photos").from(["author_id"]).to(["id"]))
        .relation(Relation::many("photos", "said", "remarks"))
        .relation(
            Relation::many("posts", "critics", "photos").through_relations(["remarks", "author"]).distinct(),
        )
        .relation(Relation::many("photos", "read", "posts").through_relations(["said", "about"]))
        .relation(Relation::many("photos", "below", "remarks").through_relations(["posts", "remarks"]))
        .relation(Relation::one("remarks", "post", "posts").through_relations(["about"]).source_type("posts"))
        .relation(Relation::many("posts", "seen", "photos").through_relations(["critics", "below", "author"]))
}
