//! What holds of every schema, good or bad.

use super::mistakes;
use proptest::prelude::*;
use relata::{
    Action, Column, Dependent, ForeignKey, Index, NestedAttributes, Polymorphic, RejectIf, Relation,
    RelationKind, Schema, Table, Unique, col, desc, rel,
};

/// Short names, some of which need quoting.
fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z_\" é]{0,5}"
}

fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(name(), 0..3)
}

fn column() -> impl Strategy<Value = Column> {
    let kind = prop_oneof![
        Just(Column::text("").default("it's")),
        Just(Column::integer("").generated()),
        Just(Column::integer("").default(i64::MAX)),
        Just(Column::float("").default(0.5)),
        Just(Column::timestamptz("").default_now()),
        Just(Column::uuid("").default_uuid()),
        Just(Column::boolean("").default(false)),
        names().prop_map(|labels| Column::enumeration("", labels)),
    ];
    (kind, any::<bool>(), any::<bool>()).prop_map(|(column, nullable, unique)| Column {
        nullable,
        unique,
        ..column
    })
}

fn foreign_key() -> impl Strategy<Value = ForeignKey> {
    let action = || {
        prop::sample::select(vec![
            Action::NoAction,
            Action::Restrict,
            Action::Cascade,
            Action::SetNull,
            Action::SetDefault,
        ])
    };
    (prop::option::of(name()), names(), name(), names(), action(), action(), any::<bool>()).prop_map(
        |(key_name, columns, table, references, on_delete, on_update, deferrable)| {
            let key = ForeignKey::new(columns, table).references(references);
            ForeignKey { name: key_name.map(Into::into), on_delete, on_update, deferrable, ..key }
        },
    )
}

fn any_table() -> impl Strategy<Value = Table> {
    let columns = prop::collection::btree_map(name(), column(), 0..4);
    let indexes = prop::collection::vec(
        (prop::option::of(name()), names(), any::<bool>(), any::<bool>()).prop_map(
            |(name, columns, ordered, unique)| Index {
                name: name.map(Into::into),
                ordered,
                unique,
                ..Index::on(columns)
            },
        ),
        0..3,
    );
    let uniques = prop::collection::vec((prop::option::of(name()), names()), 0..3);
    let checks = prop::collection::vec((prop::option::of(name()), name(), any::<i64>()), 0..2);
    let keys = prop::collection::vec(foreign_key(), 0..2);
    (columns, names(), indexes, uniques, checks, keys).prop_map(
        |(columns, key, indexes, uniques, checks, keys)| {
            let mut table = columns.into_iter().fold(Table::new(""), |table, (name, column)| {
                table.column(Column { name: name.into(), ..column })
            });
            table.primary_key = key.into_iter().map(Into::into).collect();
            table.indexes = indexes;
            table.foreign_keys = keys;
            for (name, columns) in uniques {
                table = table.unique(Unique { name: name.map(Into::into), ..Unique::on(columns) });
            }
            for (name, column, value) in checks {
                let filter = col(column).gte(value).or(!rel("x").exists());
                table = match name {
                    Some(name) => table.check(name, filter),
                    None => table.unnamed_check(filter),
                };
            }
            table
        },
    )
}

/// A relation with a kind, types and what names other relations, or without.
fn named_relation() -> impl Strategy<Value = Relation> {
    let some = || prop::option::weighted(0.2, name());
    let types = prop::collection::vec((some(), name()), 0..3);
    let kinds =
        [RelationKind::BelongsTo, RelationKind::HasOne, RelationKind::HasMany, RelationKind::ManyToMany];
    let kind = prop::option::of(prop::sample::select(kinds.to_vec()));
    let others = (some(), some(), some(), some());
    (any::<bool>(), name(), kind, any::<bool>(), prop::option::weighted(0.2, types), any::<bool>(), others)
        .prop_map(|(many, target, kind, bare, types, distinct, (as_, source, source_type, inverse))| {
            let mut relation = Relation { many, distinct, ..Relation::one("", "", target) };
            if let Some(kind) = kind {
                relation.many = matches!(kind, RelationKind::HasMany | RelationKind::ManyToMany);
                relation.kind = Some(kind);
            }
            if types.is_some() || (bare && kind.is_some()) {
                relation.target = "".into();
            }
            if let Some(types) = types {
                relation.polymorphic = Some(Polymorphic::default());
                for (label, table) in types {
                    relation = match label {
                        Some(label) => relation.type_label(label, table),
                        None => relation.types([table]),
                    };
                }
            }
            relation.as_ = as_.map(Into::into);
            relation.through_source = source.map(Into::into);
            relation.source_type = source_type.map(Into::into);
            relation.inverse = inverse.map(Into::into);
            relation
        })
}

fn nested() -> impl Strategy<Value = Option<NestedAttributes>> {
    let reject = prop::option::of(prop::sample::select(vec![
        RejectIf::AllBlank,
        RejectIf::Where(col("a").eq("").or(col("b").is_null())),
    ]));
    let rules = (any::<bool>(), prop::option::of(0..9usize), reject, any::<bool>());
    let rules = rules.prop_map(|(allow_destroy, limit, reject_if, update_only)| NestedAttributes {
        allow_destroy,
        limit,
        reject_if,
        update_only,
    });
    prop::option::of(rules)
}

fn relation() -> impl Strategy<Value = Relation> {
    let through = prop::option::of((name(), names(), names()));
    let chain = prop::collection::vec(name(), 0..3);
    let dependents = [Dependent::Destroy, Dependent::Delete, Dependent::Nullify, Dependent::Restrict];
    let dependent = prop::option::of(prop::sample::select(dependents.to_vec()));
    let upkeep = (prop::option::of((name(), any::<bool>())), prop::option::of(name()), dependent, nested());
    let optional = prop::option::of(any::<bool>());
    let ways = (through, chain, upkeep);
    (named_relation(), names(), names(), ways, prop::option::of(name()), optional, any::<bool>()).prop_map(
        |(
            relation,
            from,
            to,
            (through, chain, (counter, touch, dependent, nested)),
            alias,
            optional,
            ordered,
        )| {
            let mut relation = relation.from(from).to(to);
            if let Some((table, from, to)) = through {
                relation = relation.through(table, from, to);
            } else {
                relation = relation.through_relations(chain);
            }
            if ordered {
                relation =
                    relation.order_by(desc("a").nulls_last()).order_by("b").filter(col("c").is_in(["d"]));
            }
            if let Some((column, filtered)) = counter {
                relation = match filtered {
                    true => relation.counter_cache_where(column, col("a").gt(1)),
                    false => relation.counter_cache(column),
                };
            }
            if let Some(column) = touch {
                relation = relation.touch_column(column);
            }
            relation.dependent = dependent;
            relation.nested = nested;
            Relation { alias: alias.map(Into::into), optional, ..relation }
        },
    )
}

fn any_schema() -> impl Strategy<Value = Schema> {
    let tables = prop::collection::btree_map(name(), any_table(), 0..4);
    let relations = prop::collection::btree_map((name(), name()), relation(), 0..4);
    (tables, relations).prop_map(|(tables, relations)| {
        let schema = tables
            .into_iter()
            .fold(Schema::new(), |schema, (name, table)| schema.table(Table { name: name.into(), ..table }));
        relations.into_iter().fold(schema, |schema, ((source, name), relation)| {
            schema.relation(Relation { source: source.into(), name: name.into(), ..relation })
        })
    })
}

proptest! {
    /// Good or bad, a schema is written in one form, which reads back as the same.
    #[test]
    fn every_schema_survives_being_written_and_read(schema in any_schema()) {
        let written = schema.to_json();
        let read = Schema::from_json(&written).unwrap();
        prop_assert_eq!(read.to_json(), written);
        prop_assert_eq!(read.tables.len(), schema.tables.len());
        prop_assert_eq!(Schema::from_json(&read.to_json()).unwrap(), read);
    }

    /// Whatever is wrong with a schema, it's told so with one thing to do about each, and what is
    /// taken is taken from its document too.
    #[test]
    fn any_schema_is_either_taken_or_told_its_mistakes(schema in any_schema()) {
        let read = Schema::from_json(&schema.to_json()).unwrap();
        let verdict = mistakes(schema);
        prop_assert_eq!(verdict.is_empty(), mistakes(read).is_empty());
        prop_assert!(verdict.iter().all(|mistake| !mistake.ends_with("| ")), "{:?}", verdict);
    }
}
