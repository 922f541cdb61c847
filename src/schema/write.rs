//! Schemas as documents, in one canonical form: what is the default isn't written.

use super::nested::ALL_BLANK;
use super::{
    Action, Check, Column, CounterCache, DefaultValue, Dependent, ForeignKey, Index, NestedAttributes,
    Polymorphic, PolymorphicType, RejectIf, Relation, RelationKind, Schema, Table, Unique,
};
use crate::value::{Literal, Type};
use ecow::{EcoString, eco_format};

/// An object under construction.
#[derive(Default)]
struct Object(Vec<(EcoString, Literal)>);

impl Object {
    fn put(mut self, key: &str, value: Literal) -> Object {
        self.0.push((key.into(), value));
        self
    }

    fn put_some(self, key: &str, value: Option<Literal>) -> Object {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    fn put_true(self, key: &str, flag: bool) -> Object {
        self.put_some(key, flag.then_some(Literal::Boolean(true)))
    }

    fn put_list(self, key: &str, items: Vec<Literal>) -> Object {
        let list = (!items.is_empty()).then(|| Literal::List(items));
        self.put_some(key, list)
    }

    fn end(self) -> Literal {
        Literal::Object(self.0)
    }
}

fn text(text: &EcoString) -> Literal {
    Literal::Text(text.clone())
}

fn names(names: &[EcoString]) -> Vec<Literal> {
    names.iter().map(text).collect()
}

impl From<&Schema> for Literal {
    fn from(schema: &Schema) -> Literal {
        let tables = schema.tables.iter().map(|table| (table.name.clone(), write_table(table))).collect();
        let mut relations: Vec<(EcoString, Literal)> = Vec::new();
        for relation in &schema.relations {
            let entry = (relation.name.clone(), write_relation(relation));
            match relations.iter_mut().find(|(source, _)| *source == relation.source) {
                Some((_, Literal::Object(entries))) => entries.push(entry),
                _ => relations.push((relation.source.clone(), Literal::Object(vec![entry]))),
            }
        }
        Object::default()
            .put("tables", Literal::Object(tables))
            .put_some("relations", (!relations.is_empty()).then_some(Literal::Object(relations)))
            .end()
    }
}

fn write_table(table: &Table) -> Literal {
    let columns = table.columns.iter().map(|column| (column.name.clone(), write_column(column))).collect();
    Object::default()
        .put("columns", Literal::Object(columns))
        .put_list("primaryKey", names(&table.primary_key))
        .put_list("unique", table.unique.iter().map(write_unique).collect())
        .put_list("indexes", table.indexes.iter().map(write_index).collect())
        .put_list("checks", table.checks.iter().map(write_check).collect())
        .put_list("foreignKeys", table.foreign_keys.iter().map(write_foreign_key).collect())
        .put_some("version", table.version.as_ref().map(text))
        .end()
}

fn write_column(column: &Column) -> Literal {
    let ty = match &column.ty {
        Type::Enum(labels) => Object::default().put("enum", Literal::List(names(labels))).end(),
        other => Literal::Text(eco_format!("{other}")),
    };
    let made = |source| Object::default().put_true(source, true).end();
    let default = column.default.as_ref().map(|default| match default {
        DefaultValue::Constant(input) => Literal::from(input),
        DefaultValue::Now => made("now"),
        DefaultValue::Uuid => made("uuid"),
    });
    Object::default()
        .put("type", ty)
        .put_true("nullable", column.nullable)
        .put_some("default", default.filter(|default| *default != Literal::Null))
        .put_true("generated", column.generated)
        .put_true("unique", column.unique)
        .end()
}

fn write_unique(unique: &Unique) -> Literal {
    let columns = Literal::List(names(&unique.columns));
    match &unique.name {
        None => columns,
        Some(name) => Object::default().put("name", text(name)).put("columns", columns).end(),
    }
}

fn write_index(index: &Index) -> Literal {
    let columns = Literal::List(names(&index.columns));
    if index.name.is_none() && !index.ordered && !index.unique {
        return columns;
    }
    Object::default()
        .put_some("name", index.name.as_ref().map(text))
        .put("columns", columns)
        .put_true("ordered", index.ordered)
        .put_true("unique", index.unique)
        .end()
}

fn write_check(check: &Check) -> Literal {
    Object::default()
        .put_some("name", check.name.as_ref().map(text))
        .put("where", Literal::from(&check.filter))
        .end()
}

fn write_foreign_key(key: &ForeignKey) -> Literal {
    let references =
        Object::default().put("table", text(&key.table)).put_list("columns", names(&key.references)).end();
    let action = |action: Action| (action != Action::NoAction).then(|| Literal::Text(action.word().into()));
    Object::default()
        .put_some("name", key.name.as_ref().map(text))
        .put("columns", Literal::List(names(&key.columns)))
        .put("references", references)
        .put_some("onDelete", action(key.on_delete))
        .put_some("onUpdate", action(key.on_update))
        .put_true("deferrable", key.deferrable)
        .end()
}

fn write_relation(relation: &Relation) -> Literal {
    let through = relation.through.as_ref().map(|through| {
        Object::default()
            .put_some("table", (!through.table.is_empty()).then(|| text(&through.table)))
            .put_list("from", names(&through.from))
            .put_list("to", names(&through.to))
            .end()
    });
    let chain = (!relation.chain.is_empty()).then(|| Literal::List(names(&relation.chain)));
    let key = match (relation.kind, relation.many) {
        (Some(RelationKind::BelongsTo), _) => "belongsTo",
        (None, false) if relation.polymorphic.is_some() => "belongsTo",
        (Some(RelationKind::HasOne), _) => "hasOne",
        (Some(RelationKind::HasMany), _) => "hasMany",
        (Some(RelationKind::ManyToMany), _) => "manyToMany",
        (None, true) => "many",
        (None, false) => "one",
    };
    let by_name = relation.target.is_empty() && (relation.kind.is_some() || relation.polymorphic.is_some());
    let target = if by_name { Literal::Boolean(true) } else { text(&relation.target) };
    Object::default()
        .put(key, target)
        .put_some("polymorphic", relation.polymorphic.as_ref().map(write_polymorphic))
        .put_some("as", relation.as_.as_ref().map(text))
        .put_list("from", names(&relation.from))
        .put_some("through", through.or(chain))
        .put_some("source", relation.through_source.as_ref().map(text))
        .put_some("sourceType", relation.source_type.as_ref().map(text))
        .put_list("to", names(&relation.to))
        .put_some("inverse", relation.inverse.as_ref().map(text))
        .put_some("alias", relation.alias.as_ref().map(text))
        .put_some("where", relation.filter.as_ref().map(Literal::from))
        .put_list("orderBy", relation.order_by.iter().map(Literal::from).collect())
        .put_true("distinct", relation.distinct)
        .put_some("optional", relation.optional.map(Literal::Boolean))
        .put_some("counterCache", relation.counter_cache.as_ref().map(write_counter))
        .put_some("touch", relation.touch.as_ref().map(text))
        .put_some("dependent", relation.dependent.map(|dependent| Literal::Text(dependent.word().into())))
        .put_some("nested", relation.nested.as_ref().map(write_nested))
        .end()
}

/// True for the types that the other sides tell, an object of tables by label where labels are given, and
/// else a list.
fn write_polymorphic(polymorphic: &Polymorphic) -> Literal {
    let types = &polymorphic.types;
    if types.is_empty() {
        return Literal::Boolean(true);
    }
    let given = |one: &PolymorphicType| one.label.clone().filter(|label| *label != one.table);
    let key = |one: &PolymorphicType| given(one).unwrap_or_else(|| one.table.clone());
    let object = |one: &PolymorphicType| (key(one), text(&one.table));
    let distinct =
        types.iter().enumerate().all(|(at, one)| !types[..at].iter().any(|other| key(other) == key(one)));
    if distinct && types.iter().any(|one| given(one).is_some()) {
        return Literal::Object(types.iter().map(object).collect());
    }
    let item = |one: &PolymorphicType| match given(one) {
        Some(_) => Literal::Object(vec![object(one)]),
        None => text(&one.table),
    };
    Literal::List(types.iter().map(item).collect())
}

fn write_counter(counter: &CounterCache) -> Literal {
    let column = (!counter.column.is_empty()).then(|| text(&counter.column));
    match (column, &counter.filter) {
        (Some(column), None) => column,
        (None, None) => Literal::Boolean(true),
        (column, Some(filter)) => {
            Object::default().put_some("column", column).put("where", Literal::from(filter)).end()
        }
    }
}

fn write_nested(nested: &NestedAttributes) -> Literal {
    let reject_if = nested.reject_if.as_ref().map(|reject| match reject {
        RejectIf::AllBlank => Literal::Text(ALL_BLANK.into()),
        RejectIf::Where(filter) => Literal::from(filter),
    });
    Object::default()
        .put_true("allowDestroy", nested.allow_destroy)
        .put_some("limit", nested.limit.map(|limit| Literal::Number(eco_format!("{limit}"))))
        .put_some("rejectIf", reject_if)
        .put_true("updateOnly", nested.update_only)
        .end()
}

impl Action {
    /// The word for it in a document.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Action::NoAction => "no_action",
            Action::Restrict => "restrict",
            Action::Cascade => "cascade",
            Action::SetNull => "set_null",
            Action::SetDefault => "set_default",
        }
    }

    /// The action a document's word stands for.
    pub(super) fn from_word(word: &str) -> Option<Action> {
        use Action as A;
        let all = [A::NoAction, A::Restrict, A::Cascade, A::SetNull, A::SetDefault];
        all.into_iter().find(|action| action.word() == word)
    }
}

impl Dependent {
    /// The word for it in a document.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Dependent::Destroy => "destroy",
            Dependent::Delete => "delete",
            Dependent::Nullify => "nullify",
            Dependent::Restrict => "restrict",
        }
    }

    /// The dependent a document's word stands for.
    pub(super) fn from_word(word: &str) -> Option<Dependent> {
        use Dependent as D;
        [D::Destroy, D::Delete, D::Nullify, D::Restrict].into_iter().find(|action| action.word() == word)
    }
}
