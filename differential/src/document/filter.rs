//! Filters as documents.

use crate::schema::Schema;
use crate::tree::{Filter, Quantifier, Test};
use crate::value::{Kind, Value, object, text};
use relata::Literal;

type Entries = Vec<(String, Literal)>;

/// The document of a filter on a table.
pub(super) fn filter(schema: &Schema, table: &str, asked: &Filter) -> Literal {
    object(entries(schema, table, asked))
}

fn entries(schema: &Schema, table: &str, filter: &Filter) -> Entries {
    let each = |filters: &[Filter]| -> Vec<Entries> {
        filters.iter().map(|filter| entries(schema, table, filter)).collect()
    };
    match filter {
        Filter::And(filters, merged) => match united(each(filters)) {
            Some(entries) if *merged && !entries.is_empty() => entries,
            _ => list("AND", each(filters)),
        },
        Filter::Or(filters) => list("OR", each(filters)),
        Filter::Not(filters) => not(each(filters)),
        Filter::Column(name, asked) => {
            let kind = schema.table(table).column(name).map_or(Kind::Integer, |column| column.kind);
            let value =
                if let Test::Bare(value) = asked { value.document(kind) } else { object(test(kind, asked)) };
            vec![((*name).into(), value)]
        }
        Filter::Relation(name, quantifier) => {
            let target = schema.relation(table, name).target;
            vec![((*name).into(), quantified(schema, target, quantifier))]
        }
    }
}

fn list(word: &str, parts: Vec<Entries>) -> Entries {
    vec![(word.into(), Literal::List(parts.into_iter().map(object).collect()))]
}

fn not(mut parts: Vec<Entries>) -> Entries {
    if parts.len() == 1 {
        return vec![("NOT".into(), object(parts.pop().unwrap_or_default()))];
    }
    list("NOT", parts)
}

/// One object of all parts; `None` where a key would stand twice.
fn united(parts: Vec<Entries>) -> Option<Entries> {
    let mut all = Entries::new();
    for (key, value) in parts.into_iter().flatten() {
        if all.iter().any(|(other, _)| *other == key) {
            return None;
        }
        all.push((key, value));
    }
    Some(all)
}

fn quantified(schema: &Schema, target: &str, quantifier: &Quantifier) -> Literal {
    let (word, inner) = match quantifier {
        Quantifier::There(there) => return Literal::Boolean(*there),
        Quantifier::Bare(inner) => return filter(schema, target, inner),
        Quantifier::Some(inner) => ("some", inner),
        Quantifier::Every(inner) => ("every", inner),
        Quantifier::None(inner) => ("none", inner),
        Quantifier::Is(inner) => ("is", inner),
        Quantifier::IsNot(inner) => ("isNot", inner),
    };
    object([(word, filter(schema, target, inner))])
}

fn test(kind: Kind, asked: &Test) -> Entries {
    let value = |value: &Value| value.document(kind);
    let each = |tests: &[Test]| -> Vec<Entries> { tests.iter().map(|asked| test(kind, asked)).collect() };
    let (word, given) = match asked {
        Test::Bare(given) => ("eq", value(given)),
        Test::Compare(word, given) => (*word, value(given)),
        Test::CompareColumn(word, other) => (*word, object([("column", text(other))])),
        Test::In(values, negated) => {
            (if *negated { "notIn" } else { "in" }, Literal::List(values.iter().map(value).collect()))
        }
        Test::Like { pattern, insensitive, negated } => {
            let word = match (insensitive, negated) {
                (false, false) => "like",
                (false, true) => "notLike",
                (true, false) => "ilike",
                (true, true) => "notIlike",
            };
            (word, text(pattern))
        }
        Test::Between(least, greatest, negated) => (
            if *negated { "notBetween" } else { "between" },
            Literal::List(vec![value(least), value(greatest)]),
        ),
        Test::Null(negated) => (if *negated { "isNotNull" } else { "isNull" }, Literal::Boolean(true)),
        Test::And(tests) => return united(each(tests)).unwrap_or_else(|| list("AND", each(tests))),
        Test::Or(tests) => return list("OR", each(tests)),
        Test::Not(tests) => return not(each(tests)),
    };
    vec![(word.into(), given)]
}
