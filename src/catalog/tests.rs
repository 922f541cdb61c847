//! How relations find their way, and what indexes and edges there are.

use super::{Catalog, Hop, IndexKind, RelationInfo};
use crate::filter::{col, desc, rel};
use crate::id::ColumnId;
use crate::schema::{Action, Column, ForeignKey, Index, Relation, Schema, Table, Unique};

fn table(name: &str, columns: &[&str]) -> Table {
    columns.iter().fold(Table::new(name), |table, column| table.column(Column::integer(*column)))
}

fn build(schema: Schema) -> Catalog {
    Catalog::try_from(schema).unwrap()
}

fn relation<'a>(catalog: &'a Catalog, table: &str, name: &str) -> &'a RelationInfo {
    let table = catalog.table(catalog.table_id(table).unwrap());
    table.relation(table.relation_id(name).unwrap())
}

fn hops<'a>(catalog: &'a Catalog, table: &str, name: &str) -> &'a [Hop] {
    &relation(catalog, table, name).hops
}

fn index_names(catalog: &Catalog, table: &str) -> Vec<String> {
    let table = catalog.table(catalog.table_id(table).unwrap());
    table.indexes().iter().map(|index| format!("{} {:?}", index.name, index.kind)).collect()
}

#[test]
fn a_foreign_key_and_relations_over_its_columns_share_an_edge() {
    let catalog = build(
        Schema::new()
            .table(table("users", &["id"]).primary_key(["id"]))
            .table(table("posts", &["id", "user_id"]).foreign_key(ForeignKey::new(["user_id"], "users")))
            .relation(Relation::many("users", "posts", "posts"))
            .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"])),
    );
    assert_eq!(catalog.edges.len(), 1);
    let edge = catalog.edges[0].id;
    assert_eq!(hops(&catalog, "users", "posts"), [Hop::ToChildren(edge)]);
    assert_eq!(hops(&catalog, "posts", "user"), [Hop::ToParent(edge)]);
    assert!(!relation(&catalog, "posts", "user").optional && relation(&catalog, "users", "posts").optional);
    let users = catalog.table(catalog.table_id("users").unwrap());
    assert_eq!((users.parent_edges.as_slice(), users.incoming.len()), ([edge].as_slice(), 1));
}

#[test]
fn composite_columns_follow_the_order_of_the_index_they_match() {
    let catalog = build(
        Schema::new()
            .table(table("regions", &["code", "country"]).primary_key(["country", "code"]))
            .table(table("cities", &["region_code", "region_country"]).foreign_key(
                ForeignKey::new(["region_code", "region_country"], "regions").references(["code", "country"]),
            ))
            .relation(
                Relation::one("cities", "region", "regions")
                    .from(["region_country", "region_code"])
                    .to(["country", "code"]),
            ),
    );
    let [edge] = catalog.edges.as_slice() else { unreachable!("one edge") };
    assert_eq!(edge.parent_columns, [ColumnId::new(1), ColumnId::new(0)]);
    assert_eq!(edge.child_columns, [ColumnId::new(1), ColumnId::new(0)]);
}

#[test]
fn where_both_sides_are_unique_a_foreign_key_names_the_child_and_else_the_to_one_side_is_it() {
    let tables = |key: Option<ForeignKey>| {
        let profiles = table("profiles", &["id", "user_id"]).primary_key(["id"]).unique("user_id");
        let profiles = match key {
            Some(key) => profiles.foreign_key(key),
            None => profiles,
        };
        Schema::new().table(table("users", &["id"]).primary_key(["id"])).table(profiles)
    };
    let from_users = || Relation::one("users", "profile", "profiles").from(["id"]).to(["user_id"]);
    let guarded = build(tables(Some(ForeignKey::new(["user_id"], "users"))).relation(from_users()));
    assert!(matches!(hops(&guarded, "users", "profile"), [Hop::ToChildren(_)]));
    let bare =
        build(tables(None).relation(from_users()).relation(Relation::one("profiles", "user", "users")));
    assert!(matches!(hops(&bare, "users", "profile"), [Hop::ToParent(_)]));
    assert!(matches!(hops(&bare, "profiles", "user"), [Hop::ToChildren(_)]));
    let many =
        build(tables(None).relation(Relation::many("users", "p", "profiles").from(["id"]).to(["user_id"])));
    assert!(matches!(hops(&many, "users", "p"), [Hop::ToChildren(_)]));
}

#[test]
fn columns_that_are_unique_on_neither_side_get_an_index_on_both() {
    let catalog = build(
        Schema::new()
            .table(table("a", &["id", "tag"]).primary_key(["id"]))
            .table(table("b", &["id", "tag"]).primary_key(["id"]).ordered_index("tag"))
            .relation(Relation::many("a", "bs", "b").from(["tag"]).to(["tag"]))
            .relation(Relation::many("b", "a_s", "a")),
    );
    assert!(matches!(hops(&catalog, "a", "bs"), [Hop::Lookup { .. }]));
    assert!(matches!(hops(&catalog, "b", "a_s"), [Hop::Lookup { .. }]));
    assert_eq!(index_names(&catalog, "a"), ["a_pkey Primary", "a_tag_idx Hash"]);
    assert_eq!(index_names(&catalog, "b"), ["b_pkey Primary", "b_tag_idx Ordered"]);
}

#[test]
fn a_junction_is_two_hops_and_its_bare_reverse_the_same_two_backwards() {
    let catalog = build(
        Schema::new()
            .table(table("users", &["id"]).primary_key(["id"]))
            .table(table("groups", &["id"]).primary_key(["id"]))
            .table(table("members", &["user_id", "group_id"]))
            .relation(Relation::many("groups", "users", "users"))
            .relation(
                Relation::many("users", "groups", "groups")
                    .from(["id"])
                    .through("members", ["user_id"], ["group_id"])
                    .to(["id"])
                    .filter(col("id").gt(1)),
            ),
    );
    let [Hop::ToChildren(users), Hop::ToParent(groups)] = hops(&catalog, "users", "groups") else {
        unreachable!("two edges")
    };
    assert_eq!(hops(&catalog, "groups", "users"), [Hop::ToChildren(*groups), Hop::ToParent(*users)]);
    let reverse = relation(&catalog, "groups", "users");
    assert!(reverse.filter.is_none() && reverse.source_filter.is_some());
}

#[test]
fn a_reverse_inherits_the_filter_but_not_the_order() {
    let catalog = build(
        Schema::new()
            .table(table("users", &["id"]).primary_key(["id"]))
            .table(table("posts", &["id", "user_id"]).primary_key(["id"]))
            .relation(
                Relation::many("users", "late", "posts")
                    .from(["id"])
                    .to(["user_id"])
                    .alias("late")
                    .filter(col("id").gt(9))
                    .order_by(desc("id").nulls_last()),
            )
            .relation(Relation::one("posts", "late_user", "users").alias("late")),
    );
    let (late, reverse) = (relation(&catalog, "users", "late"), relation(&catalog, "posts", "late_user"));
    assert_eq!(late.filter, reverse.source_filter);
    assert!(late.source_filter.is_none() && reverse.filter.is_none() && reverse.order_by.is_empty());
    assert!(late.order_by[0].descending && !late.order_by[0].nulls_first);
}

#[test]
fn a_filter_makes_a_required_relation_optional_and_a_declaration_overrules() {
    let catalog = build(
        Schema::new()
            .table(table("users", &["id"]).primary_key(["id"]))
            .table(table("posts", &["user_id"]).foreign_key(ForeignKey::new(["user_id"], "users")))
            .relation(
                Relation::one("posts", "a", "users").from(["user_id"]).to(["id"]).filter(col("id").gt(1)),
            )
            .relation(Relation::one("posts", "b", "users").from(["user_id"]).to(["id"]).optional(true)),
    );
    assert!(relation(&catalog, "posts", "a").optional && relation(&catalog, "posts", "b").optional);
}

#[test]
fn constraints_are_named_as_postgresql_names_them() {
    let posts = table("posts", &["id", "year", "price"])
        .column(Column::text("email").unique())
        .primary_key(["id"])
        .unique(["year", "price"])
        .unique(["price", "year"])
        .unique(Unique::on(["id"]))
        .index("year")
        .index(Index::on(["year"]).ordered().named("by_year"))
        .index("year")
        .unnamed_check(col("price").gt(0))
        .unnamed_check(col("price").lt(9))
        .unnamed_check(col("price").gt_column("year"))
        .check("adult", col("year").gte(18))
        .foreign_key(
            ForeignKey::new(["price", "year"], "posts")
                .references(["year", "price"])
                .on_delete(Action::Restrict),
        );
    let catalog = build(Schema::new().table(posts));
    assert_eq!(
        index_names(&catalog, "posts"),
        [
            "posts_pkey Primary",
            "posts_email_key Unique",
            "posts_year_price_key Unique",
            "posts_year_idx Hash",
            "by_year Ordered",
            "posts_year_idx1 Hash",
        ]
    );
    let posts = catalog.tables().next().unwrap();
    let checks: Vec<_> = posts.checks().iter().map(|check| check.name()).collect();
    assert_eq!(checks, ["posts_price_check", "posts_price_check1", "posts_check", "adult"]);
    assert_eq!(catalog.foreign_keys[0].name, "posts_price_year_fkey");
}

#[test]
fn an_index_that_is_unique_and_ordered_is_two() {
    let catalog =
        build(Schema::new().table(table("a", &["x"]).index(Index::on(["x"]).ordered().unique().named("u"))));
    assert_eq!(index_names(&catalog, "a"), ["u Unique", "a_x_idx Ordered"]);
    let kinds: Vec<_> = catalog.tables[0].indexes.iter().map(|index| index.kind).collect();
    assert_eq!(kinds, [IndexKind::Unique, IndexKind::Ordered]);
}

#[test]
fn relations_of_a_relation_filter_are_found() {
    let catalog = build(
        Schema::new()
            .table(table("users", &["id"]).primary_key(["id"]))
            .table(table("posts", &["id", "user_id"]).primary_key(["id"]))
            .relation(Relation::one("posts", "user", "users").from(["user_id"]).to(["id"]))
            .relation(Relation::many("users", "posts", "posts").filter(rel("user").exists())),
    );
    assert!(relation(&catalog, "users", "posts").filter.is_some());
}
