//! Users in groups by a keyed junction, and tags by one without a key that repeats itself.

use super::{id, integer, labels, text};
use crate::schema::{Column, Relation, Schema, Table};
use crate::tree::{Filter, Test, asc, compare};
use crate::value::{Kind, Value};

const KINDS: Kind = labels(&["open", "closed", "secret"]);

pub(super) fn schema() -> Schema {
    Schema { name: "groups", tables: tables(), relations: relations() }
}

fn tables() -> Vec<Table> {
    let groups =
        Table::new("groups", vec![id(), text("name"), Column::new("kind", KINDS).null()]).key(&["id"]);
    let users =
        Table::new("users", vec![id(), text("name"), integer("home_id").null().default(Value::Integer(1))])
            .key(&["id"])
            .foreign_key(&["home_id"], "groups", &["id"], ("set_default", "cascade"));
    let tags = Table::new("tags", vec![text("name"), integer("weight").null()]).key(&["name"]);
    let memberships =
        vec![integer("user_id"), integer("group_id"), Column::new("rank", Kind::Smallint).null()];
    let memberships = Table::new("memberships", memberships)
        .key(&["user_id", "group_id"])
        .foreign_key(&["user_id"], "users", &["id"], ("cascade", "cascade"))
        .foreign_key(&["group_id"], "groups", &["id"], ("cascade", "cascade"));
    let labels = Table::new("labels", vec![integer("user_id").null(), text("tag").null()])
        .loose(&["user_id"], "users", &["id"])
        .loose(&["tag"], "tags", &["name"]);
    vec![groups, users, tags, memberships, labels]
}

fn relations() -> Vec<Relation> {
    let through = |name| {
        Relation::new(("users", name), &["id"], "groups", &["id"]).through(
            "memberships",
            &["user_id"],
            &["group_id"],
        )
    };
    let groups = through("groups").many();
    let first = through("a_group").alias("one");
    let open = through("open_groups")
        .many()
        .alias("open")
        .filter(compare("kind", "eq", Value::Label(0)))
        .order(asc("name"));
    let shared = Filter::Relation("users", crate::tree::Quantifier::There(true));
    let shared = through("shared_groups").many().alias("shared").filter(shared);
    let tags = Relation::new(("users", "tags"), &["id"], "tags", &["name"]).many().through(
        "labels",
        &["user_id"],
        &["tag"],
    );
    let heavy = Relation::new(("users", "heavy_tags"), &["id"], "tags", &["name"])
        .many()
        .through("labels", &["user_id"], &["tag"])
        .alias("heavy")
        .filter(Filter::Column("weight", Test::Compare("gte", Value::Integer(2))));
    let user = Relation::new(("memberships", "user"), &["user_id"], "users", &["id"]);
    let group = Relation::new(("memberships", "group"), &["group_id"], "groups", &["id"]);
    let label_user = Relation::new(("labels", "user"), &["user_id"], "users", &["id"]);
    let label_tag = Relation::new(("labels", "of"), &["tag"], "tags", &["name"]);
    let home = Relation::new(("users", "home"), &["home_id"], "groups", &["id"]).alias("home");
    vec![
        groups.reverse("users"),
        groups,
        first,
        open.reverse("users_if_open"),
        open,
        shared,
        tags.reverse("users"),
        tags,
        heavy.reverse("users_if_heavy"),
        heavy,
        user.reverse("memberships"),
        user,
        group.reverse("memberships").order(asc("rank")),
        group,
        label_user.reverse("labels"),
        label_user,
        label_tag.reverse("labels"),
        label_tag,
        home.reverse("residents"),
        home,
    ]
}
