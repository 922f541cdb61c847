//! Random schemas: tables, and associations put between them one by one. An association that the rest
//! of the schema doesn't bear is left out.

use super::shape::action;
use super::step::Choices;
use relata::{
    Catalog, Column, CounterCache, Dependent, ForeignKey, NestedAttributes, Relation, Schema, Table, col,
    desc,
};

/// The schema that some bytes stand for.
pub fn random(bytes: &[u8]) -> Schema {
    let mut choices = Choices(bytes.iter());
    let mut schema = Schema::new();
    for at in 0..2 + choices.below(3) {
        let table = Table::new(format!("t{at}"));
        schema = schema.table(match choices.below(4) {
            0 => table
                .column(Column::integer("a"))
                .column(Column::integer("b").default(1))
                .primary_key(["b", "a"]),
            _ => table.column(Column::integer("id").generated()).primary_key(["id"]),
        });
        let table = schema.tables.last_mut().unwrap();
        table.columns.push(Column::integer("v").nullable());
        if choices.below(3) == 0 {
            table.columns.push(Column::integer("u").nullable().unique());
        }
        if choices.below(3) == 2 {
            table.columns.push(Column::integer("count_changes").default(0));
            table.version = Some("count_changes".into());
        }
    }
    for at in 0..3 + choices.below(4) {
        let with = match choices.below(8) {
            0..=2 => parent(&schema, &mut choices, at),
            3 | 4 => junction(&schema, &mut choices, at),
            5 => chain(&schema, &mut choices, at),
            _ => polymorphic(&schema, &mut choices, at),
        };
        schema = with.and_then(sound).unwrap_or(schema);
    }
    if choices.below(2) == 0 {
        schema = schema.table(Table::new("log").column(Column::text("line").nullable()));
    }
    // Columns that only the store writes come last.
    for table in &mut schema.tables {
        table.columns.sort_by_key(|column| column.name.starts_with("touched_"));
    }
    schema
}

/// A schema without mistakes.
fn sound(schema: Schema) -> Option<Schema> {
    Catalog::try_from(schema.clone()).is_ok().then_some(schema)
}

fn table<'s>(schema: &'s Schema, name: &str) -> &'s Table {
    schema.tables.iter().find(|table| table.name == name).unwrap()
}

fn table_mut<'s>(schema: &'s mut Schema, name: &str) -> &'s mut Table {
    schema.tables.iter_mut().find(|table| table.name == name).unwrap()
}

/// A table whose rows have a key that tells them apart.
fn some_table(schema: &Schema, choices: &mut Choices<'_>) -> String {
    let keyed: Vec<&Table> = schema.tables.iter().filter(|table| !table.primary_key.is_empty()).collect();
    keyed[choices.below(keyed.len())].name.to_string()
}

/// Adds columns that hold a key of a table, with a foreign key over them as a rule.
fn hold(
    schema: &mut Schema,
    choices: &mut Choices<'_>,
    (child, prefix): (&str, &str),
    (parent, key): (&str, &[String]),
    is_required: bool,
) -> Vec<String> {
    let names: Vec<String> = key.iter().map(|name| format!("{prefix}_{name}")).collect();
    let default = choices.below(4) == 0;
    for name in &names {
        let column = Column::integer(name.as_str());
        let column = if is_required { column } else { column.nullable() };
        table_mut(schema, child).columns.push(if default { column.default(1) } else { column });
    }
    if choices.below(4) > 0 {
        let (on_delete, on_update) = (action(choices.below(5) as u8), action(choices.below(5) as u8));
        let foreign = ForeignKey::new(names.clone(), parent).references(key.to_vec());
        let foreign = foreign.on_delete(on_delete).on_update(on_update);
        let foreign = if choices.below(4) == 3 { foreign.deferrable() } else { foreign };
        table_mut(schema, child).foreign_keys.push(foreign);
    }
    names
}

/// Has a relation that leads up touch a column of the rows it leads to.
fn touching(schema: &mut Schema, choices: &mut Choices<'_>, up: Relation, parents: &[String]) -> Relation {
    if choices.below(3) > 0 {
        return up;
    }
    let column = ["touched_a", "touched_b"][choices.below(2)];
    for parent in parents {
        let parent = table_mut(schema, parent);
        if parent.columns.iter().all(|other| other.name != column) {
            parent.columns.push(Column::timestamptz(column).nullable());
        }
    }
    up.touch_column(column)
}

/// Has a relation that leads up count the rows it comes from, in a column of those it leads to.
fn counting(
    schema: &mut Schema,
    choices: &mut Choices<'_>,
    up: Relation,
    column: &str,
    parents: &[String],
) -> Relation {
    if up.filter.is_some() || choices.below(4) < 3 {
        return up;
    }
    for parent in parents {
        table_mut(schema, parent).columns.push(Column::integer(column).default(0));
    }
    match choices.below(3) {
        0 => up.counter_cache_where(column, col("v").lt(4)),
        _ => up.counter_cache(column),
    }
}

/// Rules for nested attributes.
fn rules(choices: &mut Choices<'_>, many: bool) -> NestedAttributes {
    let rules = NestedAttributes::new();
    let rules = if choices.below(4) > 0 { rules.allow_destroy() } else { rules };
    let rules = if choices.below(4) == 3 { rules.limit(2) } else { rules };
    let rules = if !many && choices.below(2) == 1 { rules.update_only() } else { rules };
    match choices.below(6) {
        4 => rules.reject_all_blank(),
        5 => rules.reject_if(col("v").eq(3)),
        _ => rules,
    }
}

fn dependent(choices: &mut Choices<'_>) -> Dependent {
    [Dependent::Destroy, Dependent::Delete, Dependent::Nullify, Dependent::Restrict][choices.below(4)]
}

/// Adds a relation to many rows, or to one, with whatever such a relation may have; without what the
/// schema doesn't bear.
fn dressed(schema: &Schema, choices: &mut Choices<'_>, plain: Relation, counter: &str) -> Option<Schema> {
    let mut with = schema.clone();
    let mut relation = plain.clone();
    if choices.below(5) == 0 {
        relation = relation.filter(col("v").gte(2));
    }
    if choices.below(5) == 0 {
        relation = relation.order_by(desc("v"));
    }
    if choices.below(3) == 0 {
        relation.dependent = Some(dependent(choices));
    }
    if choices.below(2) == 1 {
        let ruled = relation.clone().nested(rules(choices, relation.many));
        relation = if sound(schema.clone().relation(ruled.clone())).is_some() { ruled } else { relation };
    }
    if choices.below(2) == 0 {
        let counter = format!("count_{counter}");
        let filter = (choices.below(3) == 0).then(|| col("v").lt(4));
        let mut counted = with.clone();
        let column = Column::integer(counter.as_str()).default(0);
        table_mut(&mut counted, &relation.source).columns.push(column);
        let counter_cache = Some(CounterCache { column: counter.into(), filter });
        let counted = sound(counted.relation(Relation { counter_cache, ..relation.clone() }));
        if counted.is_some() {
            return counted;
        }
    }
    with = with.relation(relation);
    sound(with).or_else(|| sound(schema.clone().relation(plain)))
}

fn one_or_many(choices: &mut Choices<'_>, source: &str, name: &str, target: &str) -> Relation {
    match choices.below(4) {
        0 => Relation::one(source, name, target),
        _ => Relation::many(source, name, target),
    }
}

/// A key in one table, with relations on both sides, and sometimes a second one down.
fn parent(schema: &Schema, choices: &mut Choices<'_>, at: usize) -> Option<Schema> {
    let mut schema = schema.clone();
    let (child, parent) = (some_table(&schema, choices), some_table(&schema, choices));
    let has_unique = table(&schema, &parent).columns.iter().any(|column| column.unique);
    let key: Vec<String> = match choices.below(4) {
        0 if has_unique => vec!["u".into()],
        _ => table(&schema, &parent).primary_key.iter().map(ToString::to_string).collect(),
    };
    let is_required = choices.below(3) == 0;
    let from = hold(&mut schema, choices, (&child, &format!("k{at}")), (&parent, &key), is_required);
    let alias = format!("e{at}");
    let up =
        Relation::one(&*child, format!("up{at}"), &*parent).from(from.clone()).to(key.clone()).alias(&*alias);
    let mut up = touching(&mut schema, choices, up, std::slice::from_ref(&parent));
    if choices.below(6) == 0 {
        up.dependent = Some(dependent(choices));
    }
    if up.touch.is_none() && choices.below(6) == 0 {
        up = up.filter(col("v").lt(4));
    }
    if choices.below(2) == 1 {
        up = up.nested(rules(choices, false));
    }
    let up = counting(&mut schema, choices, up, &format!("count_{at}u"), std::slice::from_ref(&parent));
    let down = one_or_many(choices, &parent, &format!("down{at}"), &child).alias(&*alias);
    schema = dressed(&sound(schema.relation(up))?, choices, down, &format!("{at}"))?;
    if choices.below(3) == 0 {
        let more =
            Relation::many(&*parent, format!("more{at}"), &*child).from(key).to(from).alias(format!("m{at}"));
        return dressed(&schema, choices, more, &format!("{at}m")).or(Some(schema));
    }
    Some(schema)
}

/// A junction between two tables, or one and itself, with relations on both sides.
fn junction(schema: &Schema, choices: &mut Choices<'_>, at: usize) -> Option<Schema> {
    let mut schema = schema.clone();
    let (near, far) = (some_table(&schema, choices), some_table(&schema, choices));
    let key = |schema: &Schema, name: &str| -> Vec<String> {
        table(schema, name).primary_key.iter().map(ToString::to_string).collect()
    };
    let (near_key, far_key) = (key(&schema, &near), key(&schema, &far));
    let name = format!("j{at}");
    schema = schema.table(Table::new(&*name).column(Column::integer("v").nullable()));
    let is_required = choices.below(4) > 0;
    let from = hold(&mut schema, choices, (&name, "near"), (&near, &near_key), is_required);
    let to = hold(&mut schema, choices, (&name, "far"), (&far, &far_key), is_required);
    match choices.below(3) {
        0 if is_required => {
            let both = from.iter().chain(&to).cloned();
            let joined = table_mut(&mut schema, &name);
            joined.primary_key = both.map(Into::into).collect();
        }
        1 => {
            let joined = table_mut(&mut schema, &name);
            joined.columns.insert(0, Column::integer("id").generated());
            joined.primary_key = vec!["id".into()];
        }
        _ => {}
    }
    let up =
        Relation::one(&*name, "near", &*near).from(from.clone()).to(near_key.clone()).alias(format!("n{at}"));
    let up = touching(&mut schema, choices, up, std::slice::from_ref(&near));
    let down = Relation::many(&*near, format!("joined{at}"), &*name).alias(format!("n{at}"));
    let across = Relation::many(&*near, format!("across{at}"), &*far)
        .from(near_key)
        .through(&*name, from, to)
        .to(far_key)
        .alias(format!("j{at}"));
    let joined = sound(schema.relation(up).relation(down))?;
    schema = dressed(&joined, choices, across, &format!("{at}j")).unwrap_or(joined);
    let back = Relation::many(&*far, format!("back{at}"), &*near).alias(format!("j{at}"));
    dressed(&schema, choices, back, &format!("{at}b")).or(Some(schema))
}

/// A relation through two or three others.
fn chain(schema: &Schema, choices: &mut Choices<'_>, at: usize) -> Option<Schema> {
    let plain = |relation: &&Relation| relation.chain.is_empty();
    let from = |table: &str| -> Vec<&Relation> {
        schema.relations.iter().filter(plain).filter(|one| one.source == table).collect()
    };
    let first: Vec<&Relation> =
        schema.relations.iter().filter(plain).filter(|one| one.polymorphic.is_none()).collect();
    let first = *first.get(choices.below(first.len()))?;
    let (mut path, mut last) = (vec![first.name.clone()], first);
    for _ in 0..1 + choices.below(2) {
        let next = from(&last.target);
        let Some(next) = next.get(choices.below(next.len())) else { continue };
        path.push(next.name.clone());
        last = next;
        if last.polymorphic.is_some() {
            break;
        }
    }
    if path.len() == 1 {
        return None;
    }
    let types = last.polymorphic.iter().flat_map(|polymorphic| &polymorphic.types);
    let types: Vec<String> = types.map(|one| one.table.to_string()).collect();
    let target = types.get(choices.below(types.len())).cloned().unwrap_or(last.target.to_string());
    let mut relation =
        one_or_many(choices, &first.source, &format!("chain{at}"), &target).through_relations(path);
    if !types.is_empty() {
        relation = relation.source_type(target);
    }
    // Equal rows without a key are rows of their own, which a walk by values doesn't tell.
    if choices.below(3) == 0 && !table(schema, &relation.target).primary_key.is_empty() {
        relation = relation.distinct();
    }
    Some(schema.clone().relation(relation))
}

/// A key of rows of several tables, with relations on all sides.
fn polymorphic(schema: &Schema, choices: &mut Choices<'_>, at: usize) -> Option<Schema> {
    let mut schema = schema.clone();
    let child = some_table(&schema, choices);
    let name = format!("poly{at}");
    let (kind, id) = (format!("{name}_type"), format!("{name}_id"));
    let is_required = choices.below(3) == 0;
    let nullable = |column: Column| if is_required { column } else { column.nullable() };
    let held = table_mut(&mut schema, &child);
    held.columns.push(nullable(Column::text(kind.as_str())));
    held.columns.push(nullable(Column::integer(id.as_str())));
    let single = schema.tables.iter().filter(|table| table.primary_key.len() == 1);
    let mut parents: Vec<String> = single.map(|table| table.name.to_string()).collect();
    parents.truncate(1 + choices.below(3));
    let mut up = Relation::polymorphic(&*child, &*name).from([kind, id]);
    for (label, parent) in ["a", "b", "c"].iter().zip(&parents) {
        up = up.type_label(*label, &**parent);
    }
    let mut up = touching(&mut schema, choices, up, &parents);
    if choices.below(6) == 0 {
        up.dependent = Some(dependent(choices));
    }
    if choices.below(2) == 1 {
        up = up.nested(rules(choices, false));
    }
    let up = counting(&mut schema, choices, up, &format!("count_{at}v"), &parents);
    schema = schema.relation(up);
    for parent in parents {
        let down = one_or_many(choices, &parent, &format!("about{at}"), &child).as_(&*name);
        schema = dressed(&schema, choices, down, &format!("{at}p")).unwrap_or(schema);
    }
    Some(schema)
}
