//! Schemas as JSON documents.

use super::shown;
use relata::{Action, Catalog, DefaultValue, ForeignKey, Index, Schema, Type, Unique, asc, desc};

#[test]
fn a_document_with_every_part_is_read() {
    let text = r#"{
        "tables": {
            "users": {
                "columns": {
                    "id": {"type": "integer", "generated": true},
                    "email": {"type": "text", "unique": true},
                    "role": {"type": {"enum": ["guest", "admin"]}, "default": "guest"},
                    "born": {"type": "date", "nullable": true, "default": null},
                    "token": {"type": "uuid", "default": {"uuid": true}},
                    "at": {"type": "timestamptz", "default": {"now": true}},
                    "boss": {"type": "integer", "nullable": true}
                },
                "primaryKey": "id",
                "unique": ["token", ["email", "role"], {"name": "n", "columns": ["born", "role"]}],
                "indexes": ["born", ["role"], {"name": "i", "columns": "at", "ordered": true, "unique": true}],
                "checks": [{"id": {"gt": 0}}, {"name": "c", "where": {"email": {"like": "%@%"}}}],
                "foreignKeys": [
                    {"columns": "boss", "references": {"table": "users"}, "onDelete": "set null",
                     "onUpdate": "cascade", "deferrable": true, "name": "bossy"}
                ]
            },
            "tags": {"columns": {"id": {"type": "int"}}, "checks": {"positive": {"id": {"gt": 0}}}}
        },
        "relations": {
            "users": {
                "boss_of": {"many": "users", "alias": "boss", "orderBy": [{"born": "desc"}, {"id": {"direction": "asc", "nulls": "first"}}]},
                "superior": {"one": "users", "from": "boss", "to": ["id"], "alias": "boss", "optional": false, "where": {"role": "admin"}}
            }
        }
    }"#;
    let schema = Schema::from_json(text).unwrap();
    let users = &schema.tables[0];
    assert_eq!(users.primary_key, ["id"]);
    assert_eq!(users.columns[2].ty, Type::enumeration(["guest", "admin"]));
    assert_eq!((&users.columns[3].default, &users.columns[4].default), (&None, &Some(DefaultValue::Uuid)));
    assert_eq!(
        users.unique,
        [Unique::on(["token"]), Unique::on(["email", "role"]), Unique::on(["born", "role"]).named("n")]
    );
    assert_eq!(users.indexes[2], Index::on(["at"]).named("i").ordered().unique());
    assert_eq!((users.checks[0].name.as_deref(), users.checks[1].name.as_deref()), (None, Some("c")));
    let key = ForeignKey::new(["boss"], "users")
        .named("bossy")
        .on_delete(Action::SetNull)
        .on_update(Action::Cascade)
        .deferrable();
    assert_eq!(users.foreign_keys, [key]);
    assert_eq!(schema.tables[1].checks[0].name.as_deref(), Some("positive"));
    assert_eq!(schema.relations[0].order_by, [desc("born"), asc("id").nulls_first()]);
    assert_eq!(schema.relations[1].optional, Some(false));
    assert!(Catalog::try_from(schema.clone()).is_ok());
    let written = schema.to_json();
    assert_eq!(Schema::from_json(&written).unwrap(), schema, "{written}");
    assert_eq!(serde_json::from_str::<Schema>(&written).unwrap(), schema);
}

#[test]
fn everything_wrong_in_a_document_is_told_at_once() {
    let text = r#"{
        "tables": {
            "users": {
                "columns": {
                    "id": {"type": "integr", "nulable": true},
                    "name": {"nullable": "yes"},
                    "kind": {"type": {"enum": "a"}}
                },
                "primarykey": ["id"],
                "unique": [1],
                "foreignKeys": [{"columns": ["id"], "onDelete": "explode"}]
            }
        },
        "relations": {
            "users": {
                "a": {"from": ["id"]},
                "b": {"one": "users", "many": "users", "counterCache": 7, "cascade": 1},
                "c": {"many": "users", "through": 1, "orderBy": {"id": "down"}}
            }
        },
        "views": {}
    }"#;
    let known = "there are: one, many, belongsTo, hasOne, hasMany, manyToMany, hasAndBelongsToMany, polymorphic, \
        as, from, to, through, source, sourceType, inverse, alias, where, orderBy, distinct, optional, counterCache, \
        touch, dependent, nested";
    assert_eq!(
        shown(&Schema::from_json(text).unwrap_err()),
        [
            "no option `views` here | there are: tables, relations".to_owned(),
            "users: no option `primarykey` at tables.users | did you mean `primaryKey`? there are: columns, \
             primaryKey, unique, indexes, checks, foreignKeys, version".into(),
            "users.id: no option `nulable` at tables.users.columns.id | did you mean `nullable`? there are: type, \
             nullable, default, generated, unique".into(),
            "users.id: no type `integr` | did you mean `integer`? there are: boolean, smallint, int, integer, \
             float, decimal, text, bytes, date, timestamp, timestamptz, uuid, json, {\"enum\": [...]}".into(),
            "users.name: tables.users.columns.name.type: expected the name of a type or {\"enum\": [...]}, found \
             nothing | write the name of a type or {\"enum\": [...]}".into(),
            "users.name: tables.users.columns.name.nullable: expected true or false, found \"yes\" | \
             write true or false".into(),
            "users.kind: tables.users.columns.kind.type.enum: expected a list, found \"a\" | write a list".into(),
            "users: tables.users.unique[0]: expected a name or a list of names, found 1 | \
             write a name or a list of names".into(),
            "users: tables.users.foreignKeys[0].references: expected an object, found nothing | write an object".into(),
            "users: tables.users.foreignKeys[0].onDelete: expected restrict, no_action, cascade, set_null or \
             set_default, found \"explode\" | write restrict, no_action, cascade, set_null or set_default".into(),
            "users.a: relations.users.a: expected `one`, `many`, `belongsTo`, `hasOne`, `hasMany` or `manyToMany`, \
             found an object | write `one`, `many`, `belongsTo`, `hasOne`, `hasMany` or `manyToMany`".into(),
            format!("users.b: no option `cascade` at relations.users.b | {known}"),
            "users.b: relations.users.b: expected only one of `one`, `many` and the kinds, found an object | \
             write only one of `one`, `many` and the kinds".into(),
            "users.b: relations.users.b.counterCache: expected true, a column, or an object with `column` and \
             `where`, found 7 | write true, a column, or an object with `column` and `where`".into(),
            "users.c: relations.users.c.through: expected an object with `table`, `from` and `to`, a relation or a \
             list of them, found 1 | write an object with `table`, `from` and `to`, a relation or a list of \
             them".into(),
            "users.c: relations.users.c.orderBy.id: expected asc or desc, found \"down\" | write asc or desc".into(),
        ]
    );
}

#[test]
fn text_that_is_not_json_is_placed_by_line_and_column() {
    let error = Schema::from_json("{\n  \"tables\": {,}\n}").unwrap_err();
    assert_eq!(error.kind().name(), "parse");
    assert_eq!(error.position(), Some((2, 14)));
    let twice = r#"{"tables": {"a": {"columns": {}}, "a": {"columns": {}}}}"#;
    assert_eq!(Schema::from_json(twice).unwrap_err().to_string(), "`a` stands twice in one object");
}

#[test]
fn a_part_of_another_shape_is_one_mistake() {
    let text = r#"{
        "tables": {
            "users": {"columns": {"id": "integer"}},
            "posts": {
                "columns": {"id": {"type": "string"}},
                "foreignKeys": [{"columns": ["id"], "references": "users"}]
            }
        },
        "relations": {"posts": {"author": "belongsTo"}}
    }"#;
    assert_eq!(
        shown(&Schema::from_json(text).unwrap_err()),
        [
            "users.id: tables.users.columns.id: expected an object, found \"integer\" | write an object",
            "posts.id: no type `string` | did you mean `text`? there are: boolean, smallint, int, integer, float, \
             decimal, text, bytes, date, timestamp, timestamptz, uuid, json, {\"enum\": [...]}",
            "posts: tables.posts.foreignKeys[0].references: expected an object, found \"users\" | write an object",
            "posts.author: relations.posts.author: expected an object, found \"belongsTo\" | write an object",
        ]
    );
}

#[test]
fn numbers_are_written_with_every_digit_they_were_read_with() {
    let numbers = ["-0", "1.10", "12345678901234567890.123456789", "1e400", "-0.0"];
    for number in numbers {
        let text = format!(
            r#"{{
  "tables": {{
    "items": {{
      "columns": {{
        "price": {{
          "type": "decimal"
        }}
      }},
      "checks": [
        {{
          "where": {{
            "price": {{
              "gte": {number}
            }}
          }}
        }}
      ]
    }}
  }}
}}"#
        );
        let schema = Schema::from_json(&text).unwrap();
        assert_eq!(schema.to_json(), text);
        assert_eq!(Schema::from_json(&schema.to_json()).unwrap(), schema);
    }
}

#[test]
fn an_option_of_another_shape_says_what_it_may_be() {
    let text = r#"{
        "tables": {
            "posts": {
                "columns": {"id": {"type": "integer"}, "user_id": {"type": "integer"}},
                "primaryKey": ["id", 7],
                "foreignKeys": [{"columns": ["user_id"], "references": {}}]
            },
            "users": {"columns": {"id": {"type": "integer"}}, "primaryKey": ["id"]}
        },
        "relations": {
            "posts": {
                "a": {"belongsTo": true, "polymorphic": 7},
                "b": {"belongsTo": true, "polymorphic": []},
                "c": {"many": "users", "through": []},
                "d": {"many": "users", "through": {"from": ["id"], "to": ["id"]}},
                "e": {"many": "users", "orderBy": {"id": {"nulls": "middle"}}},
                "f": {"belongsTo": true, "touch": 1}
            }
        }
    }"#;
    let all = shown(&Schema::from_json(text).unwrap_err()).join("\n");
    for expected in [
        "posts: tables.posts.primaryKey[1]: expected a text, found 7",
        "posts: tables.posts.foreignKeys[0].references.table: expected the name of a table",
        "posts.a: relations.posts.a.polymorphic: expected true, a list of tables, or an object of tables by type, found 7",
        "posts.b: relations.posts.b.polymorphic: expected at least one table",
        "posts.c: relations.posts.c.through: expected a list of at least one relation",
        "posts.d: relations.posts.d.through.table: expected the name of the junction",
        "posts.e: relations.posts.e.orderBy.id.nulls: expected first or last, found \"middle\"",
        "posts.f: relations.posts.f.touch: expected true or a column, found 1",
    ] {
        assert!(all.contains(expected), "{expected}\n{all}");
    }
}

#[test]
fn the_types_of_a_polymorphic_relation_are_a_list_or_named_one_by_one() {
    let with = |types: &str| {
        let text = format!(
            r#"{{"tables": {{
                "posts": {{"columns": {{"id": {{"type": "integer"}}}}, "primaryKey": "id"}},
                "photos": {{"columns": {{"id": {{"type": "integer"}}}}, "primaryKey": "id"}},
                "notes": {{"columns": {{"id": {{"type": "integer"}}, "on_type": {{"type": "text"}},
                    "on_id": {{"type": "integer"}}}}, "primaryKey": "id"}}
            }}, "relations": {{"notes": {{"on": {{"belongsTo": true, "polymorphic": {types}}}}}}}}}"#
        );
        let catalog = Catalog::try_from(Schema::from_json(&text).unwrap()).unwrap();
        let notes = catalog.table(catalog.table_id("notes").unwrap());
        let on = notes.relation(notes.relation_id("on").unwrap());
        on.members().iter().map(|member| member.label().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(with(r#"["posts", "photos"]"#), ["posts", "photos"]);
    assert_eq!(with(r#"{"Post": "posts", "Photo": "photos"}"#), ["Post", "Photo"]);
    assert_eq!(with(r#"["posts", {"Photo": "photos"}]"#), ["posts", "Photo"]);
}
