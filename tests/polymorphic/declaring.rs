//! The forms in which polymorphic relations are declared, and what is told of them.

use super::*;

/// Columns and labels of a user's own choice.
#[test]
fn types_columns_and_labels_can_be_given() {
    let labels = Type::enumeration(["Post", "Photo"]);
    let schema = Schema::new()
        .table(table("posts"))
        .table(table("photos"))
        .table(table("notes").column(Column::new("kind", labels)).column(Column::integer("of")))
        .relation(
            Relation::polymorphic("notes", "subject")
                .from(["kind", "of"])
                .types(["posts"])
                .type_label("Photo", "photos"),
        )
        .relation(Relation::many("posts", "notes", "notes").as_("subject"))
        .relation(Relation::one("photos", "note", "notes").as_("subject"));
    let again = Schema::from_json(&schema.to_json()).unwrap();
    assert_eq!(again.to_json(), schema.to_json());
    for schema in [schema, again] {
        let db = Database::new(schema).unwrap();
        db.insert("posts", row! {}).unwrap();
        db.insert("photos", row! {}).unwrap();
        db.insert_many("notes", vec![row! { kind: "Photo", of: 1 }, row! { kind: "Post", of: 1 }]).unwrap();
        assert_eq!(
            json(&db, r#"{"findMany": "photos", "with": {"note": {"with": {"subject": true}}}}"#),
            r#"[{"id":1,"note":{"id":1,"kind":"Photo","of":1,"subject":{"id":1}}}]"#
        );
        assert_eq!(
            json(&db, r#"{"findMany": "posts", "with": {"notes": {"columns": ["kind"]}}}"#),
            r#"[{"id":1,"notes":[{"kind":"Post"}]}]"#
        );
        sound(&db);
    }
}

#[test]
fn documents_declare_polymorphic_relations_in_every_form() {
    let text = |relation: &str| {
        format!(
            r#"{{"tables": {{
                "posts": {{"columns": {{"id": {{"type": "integer"}}}}, "primaryKey": ["id"]}},
                "photos": {{"columns": {{"id": {{"type": "integer"}}}}, "primaryKey": ["id"]}},
                "comments": {{"columns": {{"commentableType": {{"type": "text"}}, "commentableId": {{"type": "integer"}}}}}}
            }}, "relations": {{
                "comments": {{"commentable": {relation}}},
                "posts": {{"comments": {{"many": "comments", "as": "commentable"}}}},
                "photos": {{"comments": {{"hasMany": true, "as": "commentable"}}}}
            }}}}"#
        )
    };
    for (relation, label) in [
        (r#"{"polymorphic": true}"#, "photos"),
        (r#"{"belongsTo": true, "polymorphic": true}"#, "photos"),
        (r#"{"one": ["posts", "photos"]}"#, "photos"),
        (
            r#"{"one": {"Post": "posts", "Photo": "photos"}, "from": ["commentableType", "commentableId"]}"#,
            "Photo",
        ),
        (r#"{"belongsTo": true, "polymorphic": {"Post": "posts", "Photo": "photos"}}"#, "Photo"),
    ] {
        let schema = Schema::from_json(&text(relation)).unwrap();
        assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), schema);
        let db = Database::new(schema).unwrap();
        db.insert("photos", row! { id: 3 }).unwrap();
        db.insert("comments", row! { commentableType: label, commentableId: 3 }).unwrap();
        let answer = json(&db, r#"{"findMany": "comments", "columns": {}, "with": {"commentable": true}}"#);
        assert_eq!(answer, r#"[{"commentable":{"id":3}}]"#, "{relation}");
        assert_eq!(json(&db, r#"{"count": "photos", "where": {"comments": true}}"#), "1");
    }
}

#[test]
fn the_other_side_needs_no_declaration_of_the_polymorphic_one() {
    let schema = Schema::new()
        .table(table("posts"))
        .table(
            table("comments")
                .column(Column::text("commentable_type"))
                .column(Column::integer("commentable_id")),
        )
        .relation(Relation::has_many("posts", "comments").as_("commentable"));
    let db = Database::new(schema).unwrap();
    db.insert("posts", row! {}).unwrap();
    db.insert_many(
        "comments",
        vec![
            row! { commentable_type: "posts", commentable_id: 1 },
            row! { commentable_type: "x", commentable_id: 1 },
        ],
    )
    .unwrap();
    assert_eq!(
        json(&db, r#"{"findMany": "posts", "extras": {"n": {"$count": "comments"}}}"#),
        r#"[{"id":1,"n":1}]"#
    );
    sound(&db);
}

#[test]
fn writes_along_polymorphic_relations_are_explained() {
    let mut schema = schema();
    schema.relations[3].dependent = Some(Dependent::Destroy);
    schema.relations[4].dependent = Some(Dependent::Nullify);
    let db = seeded(schema);
    let explain = |table: &str| db.catalog().explain_writes(table).unwrap();
    assert_eq!(
        explain("comments"),
        "writing comments\n  counts posts.comments_count\n  touches posts.updated_at\n  \
         counts photos.comments_count\n  touches photos.updated_at\n"
    );
    assert!(explain("posts").contains("destroys comments along comments"), "{}", explain("posts"));
    assert!(explain("photos").contains("clears comments along comments"), "{}", explain("photos"));
    let plan = db.query("comments").include("commentable", |target| target).explain().unwrap();
    assert!(plan.contains("the posts row of commentable_id with commentable_type = \"posts\""), "{plan}");
    assert!(plan.contains("the photos row of commentable_id with commentable_type = \"photos\""), "{plan}");
}

#[test]
fn a_polymorphic_key_may_be_composite_or_lead_to_another_key() {
    let region = |name: &str| {
        Table::new(name)
            .column(Column::text("country"))
            .column(Column::integer("code"))
            .column(Column::integer("remarks_count").default(0))
            .primary_key(["country", "code"])
    };
    let schema = Schema::new()
        .table(region("states"))
        .table(region("cities"))
        .table(table("users").column(Column::text("login").unique()))
        .table(
            table("remarks")
                .column(Column::text("kind"))
                .column(Column::integer("code").nullable())
                .column(Column::text("country").nullable())
                .column(Column::text("login_type").nullable())
                .column(Column::text("login_id").nullable()),
        )
        .relation(
            Relation::polymorphic("remarks", "place")
                .from(["kind", "code", "country"])
                .to(["code", "country"])
                .types(["states", "cities"]),
        )
        .relation(Relation::polymorphic("remarks", "login").types(["users"]).to(["login"]))
        .relation(Relation::has_many("states", "remarks").as_("place").counted())
        .relation(Relation::has_many("cities", "remarks").as_("place").counted())
        .relation(Relation::has_many("users", "remarks").as_("login"));
    let db = Database::new(Schema::from_json(&schema.to_json()).unwrap()).unwrap();
    let place = |code: i64| row! { country: "x", code: code };
    db.insert_many("states", vec![place(1), place(2)]).unwrap();
    db.insert_many("cities", vec![place(1), place(2)]).unwrap();
    db.insert("users", row! { login: "ann" }).unwrap();
    let remark = |kind: &str, code: i64| row! { kind: kind, code: code, country: "x" };
    db.insert("remarks", remark("cities", 2).set("login_type", "users").set("login_id", "ann")).unwrap();
    db.insert("remarks", row! { kind: "states", code: 2 }).unwrap();
    assert_eq!(column(&db, "cities", "remarks_count"), "0,1");
    assert_eq!(column(&db, "states", "remarks_count"), "0,0");
    assert_eq!(
        json(
            &db,
            r#"{"findMany": "remarks", "columns": ["id"], "with": {"place": {"columns": ["code"]}, "login": {"columns": ["id"]}}}"#
        ),
        r#"[{"id":1,"place":{"code":2},"login":{"id":1}},{"id":2,"place":null,"login":null}]"#
    );
    db.update("cities", col("code").eq(2), row! { code: 9 }).unwrap();
    assert_eq!(column(&db, "cities", "remarks_count"), "0,0");
    sound(&db);
}
