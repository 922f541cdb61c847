//! Queries as documents and as SQL.

use super::{Condition, Dialect, Expr, Join, Kind, Query, Select, TABLES};
use serde_json::{Map, Value, json};

fn name(source: usize, column: &str) -> String {
    format!("s{source}.{column}")
}

/// The document of a query.
pub fn document(query: &Query) -> String {
    match query {
        Query::Select(select) => select_document(select).to_string(),
        Query::Set(word, left, right) => {
            json!({ *word: [select_document(left), select_document(right)] }).to_string()
        }
    }
}

fn select_document(select: &Select) -> Value {
    let mut out = Map::new();
    out.insert("from".into(), json!({ "s0": TABLES[select.from] }));
    let joins: Vec<(&Join, usize)> = select.joins.iter().zip(1..).collect();
    // Joins are made in the order written, so that neighbours of one kind share a key.
    let mut text = String::new();
    for (at, (join, source)) in joins.iter().enumerate() {
        let word = match join.kind {
            Kind::Inner => "innerJoin",
            Kind::Left => "leftJoin",
            Kind::Right => "rightJoin",
            Kind::Full => "fullJoin",
            Kind::Cross => "crossJoin",
            Kind::Semi => "semiJoin",
            Kind::Anti => "antiJoin",
        };
        let alias = format!("s{source}");
        let spec = match (&join.on, join.relation) {
            (_, Some((from, relation))) => json!({ alias: { "relation": format!("s{from}.{relation}") } }),
            (Some(on), None) => {
                json!({ alias: { "table": TABLES[join.table], "on": condition_document(on) } })
            }
            (None, None) => json!({ alias: TABLES[join.table] }),
        };
        let _ = at;
        text.push_str(&format!("{}:{spec}\u{1}", json!(word)));
    }
    let columns: Map<String, Value> =
        select.columns.iter().enumerate().map(|(at, expr)| (format!("x{at}"), expr_document(expr))).collect();
    out.insert("select".into(), Value::Object(columns));
    if let Some(filter) = &select.filter {
        out.insert("where".into(), condition_document(filter));
    }
    if !select.group.is_empty() {
        out.insert("groupBy".into(), select.group.iter().map(expr_document).collect());
    }
    if let Some(having) = &select.having {
        out.insert("having".into(), condition_document(having));
    }
    if select.distinct {
        out.insert("distinct".into(), json!(true));
    }
    if !select.order.is_empty() {
        let way = |descending: bool| if descending { "desc" } else { "asc" };
        let keys = select.order.iter().map(|(at, descending)| json!({ format!("x{at}"): way(*descending) }));
        out.insert("orderBy".into(), keys.collect());
    }
    if let Some(limit) = select.limit {
        out.insert("limit".into(), json!(limit));
        out.insert("offset".into(), json!(select.offset));
    }
    out.insert("\u{1}joins".into(), json!(text));
    Value::Object(out)
}

/// A document's text with its joins in the order they are made: a map would sort and unite them.
pub fn finish(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let mut out = String::new();
    finished(&value, &mut out);
    out
}

fn finished(value: &Value, out: &mut String) {
    match value {
        Value::Object(entries) => {
            let mut parts: Vec<String> = Vec::new();
            for (key, value) in entries {
                if key == "\u{1}joins" {
                    let joins =
                        value.as_str().unwrap_or_default().split('\u{1}').filter(|part| !part.is_empty());
                    parts.extend(united(joins));
                    continue;
                }
                let mut part = format!("{}:", json!(key));
                finished(value, &mut part);
                parts.push(part);
            }
            out.push_str(&format!("{{{}}}", parts.join(",")));
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| {
                let mut part = String::new();
                finished(item, &mut part);
                part
            });
            out.push_str(&format!("[{}]", items.collect::<Vec<_>>().join(",")));
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// Neighbouring joins of one kind as a list under one key.
fn united<'t>(joins: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for join in joins {
        let (word, spec) = join.split_once(':').unwrap_or((join, "{}"));
        match out.last_mut() {
            Some((last, specs)) if last == word => specs.push(spec.to_owned()),
            _ => out.push((word.to_owned(), vec![spec.to_owned()])),
        }
    }
    out.into_iter().map(|(word, specs)| format!("{word}:[{}]", specs.join(","))).collect()
}

/// Whether a document can write the joins of a query: each kind in one run.
pub fn is_writable(select: &Select) -> bool {
    let mut seen: Vec<Kind> = Vec::new();
    for join in &select.joins {
        match seen.last() {
            Some(last) if *last == join.kind => {}
            _ if seen.contains(&join.kind) => return false,
            _ => seen.push(join.kind),
        }
    }
    true
}

fn expr_document(expr: &Expr) -> Value {
    match expr {
        Expr::Column(source, column) => json!(name(*source, column)),
        Expr::Number(number) => json!(number),
        Expr::Text(text) => json!({ "value": text }),
        Expr::Null => Value::Null,
        Expr::Call(word, parts) if parts.len() == 1 => json!({ *word: expr_document(&parts[0]) }),
        Expr::Call(word, parts) => json!({ *word: parts.iter().map(expr_document).collect::<Vec<_>>() }),
        Expr::Case(when, then, otherwise) => json!({ "case": [
            { "when": condition_document(when), "then": expr_document(then) },
            { "else": expr_document(otherwise) },
        ] }),
        Expr::CastText(of) => json!({ "cast": [expr_document(of), "text"] }),
        Expr::Aggregate(word, None) => json!({ *word: true }),
        Expr::Aggregate(word, Some(of)) => json!({ *word: expr_document(of) }),
    }
}

fn condition_document(condition: &Condition) -> Value {
    let ask = |of: &Expr, test: Value| match of {
        Expr::Column(source, column) => json!({ name(*source, column): test }),
        other => json!({ "$expr": [expr_document(other), test] }),
    };
    let list = |parts: &[Condition]| parts.iter().map(condition_document).collect::<Vec<_>>();
    match condition {
        Condition::And(parts) => json!({ "AND": list(parts) }),
        Condition::Or(parts) => json!({ "OR": list(parts) }),
        Condition::Not(part) => json!({ "NOT": condition_document(part) }),
        Condition::Compare(a, word, b) => {
            let operand = match b {
                Expr::Column(source, column) => json!({ "column": name(*source, column) }),
                Expr::Number(number) => json!(number),
                Expr::Text(text) => json!(text),
                other => json!({ "$expr": expr_document(other) }),
            };
            ask(a, json!({ *word: operand }))
        }
        Condition::In(of, values) => {
            ask(of, json!({ "in": values.iter().map(constant).collect::<Vec<_>>() }))
        }
        Condition::IsNull(of) => ask(of, json!({ "isNull": true })),
        Condition::Like(of, pattern) => ask(of, json!({ "like": pattern })),
        Condition::Between(of, least, greatest) => ask(of, json!({ "between": [least, greatest] })),
    }
}

fn constant(expr: &Expr) -> Value {
    if let Expr::Number(number) = expr { json!(number) } else { Value::Null }
}

/// The SQL of a query.
pub fn sql(query: &Query, dialect: Dialect) -> String {
    match query {
        Query::Select(select) => select_sql(select, dialect, query.is_ordered()),
        Query::Set(word, left, right) => {
            let word = match *word {
                "unionAll" => "UNION ALL",
                "intersect" => "INTERSECT",
                "intersectAll" => "INTERSECT ALL",
                "except" => "EXCEPT",
                "exceptAll" => "EXCEPT ALL",
                _ => "UNION",
            };
            format!("{} {word} {}", select_sql(left, dialect, false), select_sql(right, dialect, false))
        }
    }
}

fn select_sql(select: &Select, dialect: Dialect, ordered: bool) -> String {
    let columns =
        select.columns.iter().enumerate().map(|(at, expr)| format!("{} AS x{at}", expr_sql(expr, dialect)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let distinct = if select.distinct { "DISTINCT " } else { "" };
    let mut out = format!("SELECT {distinct}{columns} FROM {} AS s0", TABLES[select.from]);
    let mut wheres: Vec<String> = Vec::new();
    let mut shown = vec![0];
    for (join, source) in select.joins.iter().zip(1..) {
        let (word, table) = (
            match join.kind {
                Kind::Inner => "JOIN",
                Kind::Left => "LEFT JOIN",
                Kind::Right => "RIGHT JOIN",
                Kind::Full => "FULL JOIN",
                Kind::Cross => "CROSS JOIN",
                Kind::Semi => "EXISTS",
                Kind::Anti => "NOT EXISTS",
            },
            TABLES[join.table],
        );
        let on = join.on.as_ref().map(|on| condition_sql(on, dialect));
        match (join.kind, on) {
            (Kind::Semi | Kind::Anti, on) => {
                let on = on.unwrap_or_else(|| "1 = 1".into());
                wheres.push(format!("{word} (SELECT 1 FROM {table} AS s{source} WHERE {on})"));
            }
            (_, Some(on)) => out.push_str(&format!(" {word} {table} AS s{source} ON {on}")),
            (_, None) => out.push_str(&format!(" {word} {table} AS s{source}")),
        }
        if !matches!(join.kind, Kind::Semi | Kind::Anti) {
            shown.push(source);
        }
    }
    wheres.extend(select.filter.as_ref().map(|filter| condition_sql(filter, dialect)));
    if !wheres.is_empty() {
        out.push_str(&format!(" WHERE {}", wheres.join(" AND ")));
    }
    if !select.group.is_empty() {
        let keys: Vec<String> = select.group.iter().map(|key| expr_sql(key, dialect)).collect();
        out.push_str(&format!(" GROUP BY {}", keys.join(", ")));
    }
    if let Some(having) = &select.having {
        out.push_str(&format!(" HAVING {}", condition_sql(having, dialect)));
    }
    if ordered {
        // A bare number would be the place of a column.
        let places = |(at, _): &&(usize, bool)| !matches!(select.columns.get(*at), Some(Expr::Number(_)));
        let keys = select.order.iter().filter(places).map(|(at, descending)| {
            let way = if *descending { "DESC NULLS FIRST" } else { "ASC NULLS LAST" };
            let text = select.columns.get(*at).is_some_and(is_text);
            let collate = if text && dialect == Dialect::Postgres { " COLLATE \"C\"" } else { "" };
            let of = select.columns.get(*at).map(|expr| expr_sql(expr, dialect)).unwrap_or_default();
            format!("({of}){collate} {way}")
        });
        let rows = shown.iter().map(|source| format!("s{source}.id ASC NULLS LAST"));
        out.push_str(&format!(" ORDER BY {}", keys.chain(rows).collect::<Vec<_>>().join(", ")));
    }
    if let Some(limit) = select.limit {
        out.push_str(&format!(" LIMIT {limit} OFFSET {}", select.offset));
    }
    out
}

fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_, column) => *column == "t",
        Expr::Text(_) | Expr::CastText(_) => true,
        Expr::Call(word, parts) => match *word {
            "coalesce" => parts.iter().any(is_text),
            word => !matches!(word, "add" | "subtract" | "multiply" | "divide" | "modulo" | "abs" | "length"),
        },
        Expr::Case(_, then, otherwise) => is_text(then) || is_text(otherwise),
        Expr::Aggregate(word, Some(of)) => matches!(*word, "min" | "max") && is_text(of),
        Expr::Number(_) | Expr::Null | Expr::Aggregate(_, None) => false,
    }
}

fn expr_sql(expr: &Expr, dialect: Dialect) -> String {
    let of = |expr: &Expr| expr_sql(expr, dialect);
    match expr {
        Expr::Column(source, column) => name(*source, column),
        Expr::Number(number) => format!("({number})"),
        Expr::Text(text) if dialect == Dialect::Postgres => format!("'{text}'::text"),
        Expr::Text(text) => format!("'{text}'"),
        Expr::Null => "NULL".into(),
        Expr::Call(word, parts) => {
            let parts: Vec<String> = parts.iter().map(of).collect();
            let sign = |sign: &str| format!("({})", parts.join(sign));
            match *word {
                "add" => sign(" + "),
                "subtract" => sign(" - "),
                "multiply" => sign(" * "),
                "divide" => sign(" / "),
                "modulo" => sign(" % "),
                "append" => sign(" || "),
                "trimStart" => format!("ltrim({})", parts.join(", ")),
                "trimEnd" => format!("rtrim({})", parts.join(", ")),
                "trim" if dialect == Dialect::Postgres => format!("btrim({})", parts.join(", ")),
                "substring" => format!("substr({})", parts.join(", ")),
                word => format!("{word}({})", parts.join(", ")),
            }
        }
        Expr::Case(when, then, otherwise) => {
            format!("CASE WHEN {} THEN {} ELSE {} END", condition_sql(when, dialect), of(then), of(otherwise))
        }
        Expr::CastText(inner) => format!("CAST({} AS text)", of(inner)),
        Expr::Aggregate(_, None) => "count(*)".into(),
        Expr::Aggregate("countDistinct", Some(inner)) => format!("count(DISTINCT {})", of(inner)),
        Expr::Aggregate(word, Some(inner)) => {
            let collate = if is_text(inner) && dialect == Dialect::Postgres { " COLLATE \"C\"" } else { "" };
            format!("{word}(({}){collate})", of(inner))
        }
    }
}

fn condition_sql(condition: &Condition, dialect: Dialect) -> String {
    let of = |expr: &Expr| expr_sql(expr, dialect);
    let list = |parts: &[Condition], between: &str| {
        let parts: Vec<String> = parts.iter().map(|part| condition_sql(part, dialect)).collect();
        format!("({})", parts.join(between))
    };
    match condition {
        Condition::And(parts) => list(parts, " AND "),
        Condition::Or(parts) => list(parts, " OR "),
        Condition::Not(part) => format!("NOT {}", condition_sql(part, dialect)),
        Condition::Compare(a, word, b) => {
            let sign = match *word {
                "eq" => "=",
                "ne" => "<>",
                "gt" => ">",
                "gte" => ">=",
                "lt" => "<",
                _ => "<=",
            };
            let collate = if is_text(a) && dialect == Dialect::Postgres { " COLLATE \"C\"" } else { "" };
            format!("({}{collate} {sign} {})", of(a), of(b))
        }
        Condition::In(a, values) => {
            format!("({} IN ({}))", of(a), values.iter().map(of).collect::<Vec<_>>().join(", "))
        }
        Condition::IsNull(a) => format!("({} IS NULL)", of(a)),
        Condition::Like(a, pattern) => format!("({} LIKE '{pattern}')", of(a)),
        Condition::Between(a, least, greatest) => format!("({} BETWEEN {least} AND {greatest})", of(a)),
    }
}
