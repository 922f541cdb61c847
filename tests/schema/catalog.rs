//! What a catalog tells of the schema it was made of.

use super::*;
use relata::{Action, col};

fn catalog() -> Catalog {
    let schema = Schema::new()
        .table(table("users", &["id", "age"]).check("grown", col("age").gte(18)))
        .table(table("posts", &["id", "user_id"]).foreign_key(
            ForeignKey::new(["user_id"], "users").named("written_by").on_delete(Action::Cascade),
        ))
        .table(
            table("notes", &["id"])
                .column(Column::text("on_type").nullable())
                .column(Column::integer("on_id").nullable()),
        )
        .relation(Relation::belongs_to("posts", "user"))
        .relation(Relation::has_many("users", "posts"))
        .relation(Relation::polymorphic("notes", "on").types(["users", "posts"]));
    Catalog::try_from(schema).unwrap()
}

#[test]
fn a_check_has_its_name_and_the_columns_it_reads() {
    let catalog = catalog();
    let users = catalog.table(catalog.table_id("users").unwrap());
    let [check] = users.checks() else { panic!("{} checks", users.checks().len()) };
    let columns: Vec<_> = check.columns().iter().map(|id| users.column(*id).name()).collect();
    assert_eq!((check.name(), columns), ("grown", vec!["age"]));
}

#[test]
fn a_foreign_key_has_its_name_its_actions_and_the_columns_of_both_sides() {
    let catalog = catalog();
    let (users, posts) = (catalog.table_id("users").unwrap(), catalog.table_id("posts").unwrap());
    let [id] = catalog.table(posts).foreign_keys() else { panic!("one key") };
    let (key, edge) = (catalog.foreign_key(*id), catalog.foreign_key_edge(*id));
    assert_eq!(
        (key.name(), key.on_delete(), key.on_update()),
        ("written_by", Action::Cascade, Action::NoAction)
    );
    assert!(!key.is_deferrable());
    assert_eq!((edge.child(), edge.parent()), (posts, users));
    let child: Vec<_> =
        edge.child_columns().iter().map(|id| catalog.table(posts).column(*id).name()).collect();
    let parent: Vec<_> =
        edge.parent_columns().iter().map(|id| catalog.table(users).column(*id).name()).collect();
    assert_eq!((child, parent), (vec!["user_id"], vec!["id"]));
    assert!(edge.discriminator().is_none());
}

#[test]
fn a_relation_has_its_name_where_it_starts_and_where_it_leads() {
    let catalog = catalog();
    let (users, posts) = (catalog.table_id("users").unwrap(), catalog.table_id("posts").unwrap());
    let id = catalog.table(users).relation_id("posts").unwrap();
    let relation = catalog.table(users).relation(id);
    assert_eq!((relation.id(), relation.name()), (id, "posts"));
    assert_eq!((relation.source(), relation.target(), relation.is_many()), (users, posts, true));
    assert!(relation.is_optional() && !relation.is_polymorphic());
    let user = catalog.table(posts).relation(catalog.table(posts).relation_id("user").unwrap());
    assert!(!user.is_optional() && !user.is_many());
}

#[test]
fn a_polymorphic_relation_has_the_tables_it_leads_to_and_what_stands_for_them() {
    let catalog = catalog();
    let notes = catalog.table(catalog.table_id("notes").unwrap());
    let on = notes.relation(notes.relation_id("on").unwrap());
    assert!(on.is_polymorphic());
    let members: Vec<_> =
        on.members().iter().map(|member| (member.label(), catalog.table(member.target()).name())).collect();
    assert_eq!(members, [("users", "users"), ("posts", "posts")]);
}

#[test]
fn what_a_write_does_besides_is_told_for_every_action() {
    let child = |name: &str, action: Action| {
        table(name, &["id"])
            .column(Column::integer("user_id").nullable().default(1))
            .foreign_key(ForeignKey::new(["user_id"], "users").on_delete(action))
    };
    let schema = Schema::new()
        .table(table("users", &["id"]))
        .table(child("defaulted", Action::SetDefault))
        .table(child("left", Action::NoAction))
        .table(child("deleted", Action::NoAction))
        .table(child("restricted", Action::NoAction))
        .relation(Relation::belongs_to("deleted", "user"))
        .relation(Relation::belongs_to("restricted", "user"))
        .relation(Relation::has_many("users", "deleted").dependent(relata::Dependent::Delete))
        .relation(Relation::has_many("users", "restricted").dependent(relata::Dependent::Restrict));
    let words = Catalog::try_from(schema).unwrap().explain_writes("users").unwrap();
    for expected in ["sets to default", "is refused when it leaves", "deletes", "is refused while there are"]
    {
        assert!(words.contains(expected), "{expected}\n{words}");
    }
}
