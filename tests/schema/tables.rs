//! Mistakes of tables, columns and foreign keys.

use super::{mistakes, table};
use relata::{Action, Catalog, Column, ForeignKey, Index, Relation, Schema, Table, Unique, col};

fn single(table: Table) -> Vec<String> {
    mistakes(Schema::new().table(table))
}

#[test]
fn names_stand_once_and_are_not_empty() {
    let schema = Schema::new()
        .table(
            table("users", &["id", "id", " "])
                .unique(Unique::on(["id"]).named("one"))
                .index(Index::on(["id"]).named("one"))
                .check("", col("id").gt(0)),
        )
        .table(table("users", &["id"]))
        .table(table("", &["id"]))
        .relation(Relation::one("users", "self", "users").from(["id"]).to(["id"]))
        .relation(Relation::one("users", "self", "users").from(["id"]).to(["id"]))
        .relation(Relation::one("users", "", "users").from(["id"]).to(["id"]));
    assert_eq!(
        mistakes(schema),
        [
            "users.one: two constraints are named `one` | rename or remove one of them",
            "users: a constraint has an empty name | give it a name",
            "users.id: two columns are named `id` | rename or remove one of them",
            "users. : a column has an empty name | give it a name",
            "users: two tables are named `users` | rename or remove one of them",
            "users.self: two relations are named `self` | rename or remove one of them",
            "users: a relation has an empty name | give it a name",
            "a table has an empty name | give it a name",
        ]
    );
}

#[test]
fn a_table_has_columns_and_constraints_name_some() {
    assert_eq!(
        single(Table::new("users")),
        ["users: the table has no columns | declare at least one column"]
    );
    assert_eq!(
        single(table("users", &["id"]).unique(Unique::default()).index(Index::default())),
        [
            "users.users_key: it names no columns | name at least one column",
            "users.users_idx: it names no columns | name at least one column",
        ]
    );
}

#[test]
fn unknown_columns_get_their_nearest_name_wherever_they_stand() {
    let users = Table::new("users")
        .column(Column::integer("id"))
        .column(Column::text("email"))
        .primary_key(["idd"])
        .unique("emial")
        .index("zzz")
        .foreign_key(ForeignKey::new(["owner"], "users").references(["id"]))
        .unnamed_check(col("emai").ne(""));
    assert_eq!(
        single(users),
        [
            "users.users_pkey: no column `idd` on `users` | did you mean `id`? there are: id, email",
            "users.users_emial_key: no column `emial` on `users` | did you mean `email`? there are: id, email",
            "users.users_zzz_idx: no column `zzz` on `users` | there are: id, email",
            "users.users_owner_fkey: no column `owner` on `users` | there are: id, email",
            "users.users_check: where.emai: no column `emai` on `users` | did you mean `email`? there are: id, email",
        ]
    );
}

#[test]
fn unknown_tables_get_their_nearest_name_wherever_they_stand() {
    let schema = Schema::new()
        .table(table("users", &["id"]).foreign_key(ForeignKey::new(["id"], "user")))
        .relation(Relation::many("users", "a", "usres"))
        .relation(
            Relation::many("users", "b", "users").from(["id"]).through("member", ["x"], ["y"]).to(["id"]),
        )
        .relation(Relation::many("nobody", "c", "users"));
    assert_eq!(
        mistakes(schema),
        [
            "users.users_id_fkey: no table `user` | did you mean `users`? there are: users",
            "users.a: no table `usres` | did you mean `users`? there are: users",
            "users.b: no table `member` | there are: users",
            "nobody.c: no table `nobody` | there are: users",
        ]
    );
}

#[test]
fn a_primary_key_is_not_nullable_and_lists_a_column_once() {
    let users = Table::new("users").column(Column::integer("id").nullable());
    assert_eq!(
        single(users.clone().primary_key(["id"])),
        ["users.users_pkey: `id` is nullable and part of the primary key | declare `id` not nullable"]
    );
    assert_eq!(
        single(users.primary_key(["id", "id"])),
        ["users.users_pkey: `id` is listed twice | list it once"]
    );
}

#[test]
fn one_integer_column_is_generated_and_has_no_default() {
    let users = Table::new("users")
        .column(Column::text("code").generated())
        .column(Column::integer("id").generated().default(1));
    assert_eq!(
        single(users),
        [
            "users.code: a generated column can't be text | declare it smallint, int or integer",
            "users.id: it's generated and has a default | keep one of the two",
            "users.id: `code` is generated already | generate one column a table",
        ]
    );
}

#[test]
fn a_default_fits_its_column() {
    let users = Table::new("users")
        .column(Column::integer("a").default("x"))
        .column(Column::smallint("b").default(99_999))
        .column(Column::enumeration("c", ["on", "off"]).default("maybe"))
        .column(Column::text("d").default_now())
        .column(Column::text("e").default_uuid())
        .column(Column::date("f").default_now())
        .column(Column::uuid("g").default_uuid())
        .column(Column::decimal("h").default(1))
        .column(Column::text("i").nullable().default(None::<String>));
    assert_eq!(
        single(users),
        [
            r#"users.a: the default doesn't fit: expected integer, found "x" | give a default of the column's type"#,
            "users.b: the default doesn't fit: 99999 is out of range for smallint | give a default of the column's type",
            "users.c: the default doesn't fit: expected enum (on, off), found \"maybe\" | give a default of the column's type",
            "users.d: the default `now` can't give text | declare the column date, timestamp or timestamptz",
            "users.e: the default `uuid` can't give text | declare the column uuid",
        ]
    );
}

#[test]
fn an_enum_has_labels_each_once() {
    let users = Table::new("users")
        .column(Column::enumeration("a", Vec::<&str>::new()))
        .column(Column::enumeration("b", ["x", "y", "x"]));
    assert_eq!(
        single(users),
        [
            "users.a: the enum has no labels | give it at least one label",
            "users.b: the enum has the label `x` twice | list every label once",
        ]
    );
}

#[test]
fn a_foreign_key_references_unique_columns_of_its_types() {
    let posts = table("posts", &["id", "a", "b"])
        .column(Column::text("t"))
        .foreign_key(ForeignKey::new(["a", "b"], "users").references(["id"]))
        .foreign_key(ForeignKey::new(["t"], "users"))
        .foreign_key(ForeignKey::new(["a"], "users").references(["age"]))
        .foreign_key(ForeignKey::new(["a"], "users").references(["b"]))
        .foreign_key(ForeignKey::new(["a"], "keyless"))
        .foreign_key(ForeignKey::new(["a"], "keyless").references(["x"]))
        .foreign_key(ForeignKey::new(Vec::<&str>::new(), "users"));
    let schema = Schema::new()
        .table(table("users", &["id", "age"]).unique(["age", "id"]))
        .table(posts)
        .table(Table::new("keyless").column(Column::integer("x")));
    assert_eq!(
        mistakes(schema),
        [
            "posts.posts_a_b_fkey: (a, b) and (id) aren't of equal length | \
             name as many columns on both sides, pair by pair",
            "posts.posts_t_fkey: `posts.t` is text and `users.id` is integer: they can't be joined | \
             give both columns one type",
            "posts.posts_a_fkey: (age) is not unique on `users` | declare them unique; these are: (id), (age, id)",
            "posts.posts_a_fkey1: `b` is a column of `posts`, not of `users` | name a column of `users`",
            "posts.posts_a_fkey2: it references the primary key of `keyless`, which has none | \
             name the columns it references",
            "posts.posts_a_fkey3: (x) is not unique on `keyless` | declare a primary key or unique constraint",
            "posts.posts_fkey: it names no columns | name at least one column",
        ]
    );
}

#[test]
fn actions_need_columns_that_can_take_them() {
    let posts = Table::new("posts")
        .column(Column::integer("a"))
        .column(Column::integer("b").nullable())
        .column(Column::integer("c").default(1))
        .foreign_key(ForeignKey::new(["a"], "users").on_delete(Action::SetNull).on_update(Action::SetNull))
        .foreign_key(ForeignKey::new(["a"], "users").on_update(Action::SetDefault))
        .foreign_key(ForeignKey::new(["b"], "users").on_delete(Action::SetNull).on_update(Action::SetDefault))
        .foreign_key(ForeignKey::new(["c"], "users").on_delete(Action::SetDefault));
    assert_eq!(
        mistakes(Schema::new().table(table("users", &["id"])).table(posts)),
        [
            "posts.posts_a_fkey: `set_null` on `a`, which isn't nullable | declare `a` nullable, or another action",
            "posts.posts_a_fkey1: `set_default` on `a`, which has no default and isn't nullable | \
             give `a` a default, or declare another action",
        ]
    );
}

#[test]
fn required_keys_form_no_cycle() {
    let ring = |key: fn(ForeignKey) -> ForeignKey| {
        Schema::new()
            .table(table("a", &["id", "b_id"]).foreign_key(ForeignKey::new(["b_id"], "b")))
            .table(table("b", &["id", "c_id"]).foreign_key(ForeignKey::new(["c_id"], "c")))
            .table(table("c", &["id", "a_id"]).foreign_key(key(ForeignKey::new(["a_id"], "a"))))
            .table(
                table("d", &["id", "a_id", "d_id"])
                    .foreign_key(ForeignKey::new(["a_id"], "a"))
                    .foreign_key(ForeignKey::new(["d_id"], "d")),
            )
    };
    assert_eq!(
        mistakes(ring(|key| key)),
        ["a: no row can be the first: required foreign keys form the cycle `a` -> `b` -> `c` -> `a` | \
          make one of the keys deferrable or nullable"]
    );
    assert!(Catalog::try_from(ring(ForeignKey::deferrable)).is_ok());
}
