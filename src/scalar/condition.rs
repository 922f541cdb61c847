//! Filters over several sources, as conditions.

use super::resolve::{Resolver, input_of};
use super::types::{common, incompatible, is_number, widened};
use super::{Names, Scalar, What, document};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::expr::Expr;
use crate::filter::{Comparison, Filter, Operand, Test};
use crate::predicate::{self, Pattern};
use crate::value::{Input, Type, Value};
use ecow::{EcoString, eco_format};

/// What errors call anything but a column.
pub(super) const COMPUTED: &str = "the expression";

/// What a filter asks; `None` when it asks nothing. O(n).
///
/// # Errors
/// As for any filter, each with its path.
pub(crate) fn condition(names: &dyn Names, filter: &Filter) -> Result<Option<Scalar>> {
    within(Resolver { names, depth: 0 }, filter)
}

/// What a test asks of a scalar.
///
/// # Errors
/// As [`condition`].
pub(crate) fn tested(names: &dyn Names, of: Scalar, asked: &Test) -> Result<Scalar> {
    ask(Resolver { names, depth: 0 }, of, asked, COMPUTED)
}

pub(super) fn within(resolver: Resolver<'_>, filter: &Filter) -> Result<Option<Scalar>> {
    let list = |step: &'static str, filters: &[Filter]| -> Result<Vec<Scalar>> {
        let inner = resolver.deeper()?;
        let mut parts = Vec::with_capacity(filters.len());
        for (at, filter) in filters.iter().enumerate() {
            parts.extend(within(inner, filter).map_err(|error| error.at(at).at(step))?);
        }
        Ok(parts)
    };
    match filter {
        Filter::And(filters) => Ok(Scalar::all(list("AND", filters)?)),
        Filter::Or(filters) => Ok(Scalar::any(list("OR", filters)?)),
        Filter::Not(filter) => {
            let inner = within(resolver.deeper()?, filter).map_err(|error| error.at("NOT"))?;
            Ok(inner.map(Scalar::negated))
        }
        Filter::Column { name, test } => {
            let of = resolver.of(&Expr::Column(name.clone()), None)?;
            ask(resolver, of, test, name).map(Some).map_err(|error| error.at(test.word()).at(name))
        }
        Filter::Expr { expr, test } => {
            let of = resolver.of(expr, None).map_err(|error| error.at("$expr"))?;
            ask(resolver, of, test, COMPUTED).map(Some).map_err(|error| error.at(test.word()).at("$expr"))
        }
        Filter::Aggregate { of, test } => {
            let inner = |name: &str| Filter::Aggregate { of: Box::new(of.along(name)), test: test.clone() };
            rows(resolver.names, &of.relation, inner)?
                .map_or_else(|| Err(unknown(resolver.names, &of.relation)), |scalar| Ok(Some(scalar)))
        }
        Filter::Relation { name, quantifier, filter } => {
            let inner = |name: &str| Filter::Relation {
                name: name.into(),
                quantifier: *quantifier,
                filter: filter.clone(),
            };
            rows(resolver.names, name, inner)
                .map_err(|error| error.at(name))?
                .map_or_else(|| Err(unknown(resolver.names, name)), |scalar| Ok(Some(scalar)))
        }
        Filter::On { table, .. } => Err(unknown(resolver.names, table)),
        Filter::Document(literal) => document::filter(resolver, literal),
    }
}

/// What a source's relation is asked; `None` when nothing is named so.
pub(super) fn rows(
    names: &dyn Names,
    name: &EcoString,
    filter: impl FnOnce(&str) -> Filter,
) -> Result<Option<Scalar>> {
    let Some((source, table, relation)) = names.relation(name) else { return Ok(None) };
    let asked = predicate::resolve(names.catalog(), table, &filter(relation), &predicate::no_extras)?;
    Ok(Some(Scalar::condition(What::Rows(source, Box::new(asked)))))
}

/// The error of a name that is neither column nor relation.
pub(super) fn unknown(names: &dyn Names, name: &EcoString) -> Error {
    match names.column(name) {
        Err(error) => error.at(name),
        Ok(_) => Error::new(ErrorKind::InvalidQuery(QueryMistake::Shape {
            expected: "a relation".into(),
            found: eco_format!("the column `{name}`"),
        })),
    }
}

/// What a test asks of a scalar; `called` is what errors call it.
pub(super) fn ask(resolver: Resolver<'_>, of: Scalar, test: &Test, called: &str) -> Result<Scalar> {
    allows(&of.ty, test, called)?;
    match test {
        Test::Compare(comparison, operand) => {
            let other = operand_of(resolver, operand, &of.ty)?;
            compare(*comparison, of, other)
        }
        Test::In(inputs, negated) => {
            let mut values = Vec::with_capacity(inputs.len());
            for (at, input) in inputs.iter().enumerate() {
                values.push(value(input, &of.ty).map_err(|error| error.at(at))?);
            }
            Ok(turned(Scalar::condition(What::In(Box::new(of), values)), *negated))
        }
        Test::Like { pattern, insensitive, negated } => {
            let pattern = input_of(pattern, Some(&Type::Text))?;
            if let What::Constant(Value::Text(text)) = &pattern.what {
                Pattern::compile(text, *insensitive)?;
            }
            let (of, pattern) = (Box::new(of), Box::new(pattern));
            let like = What::Like { of, pattern, insensitive: *insensitive };
            Ok(turned(Scalar::condition(like), *negated))
        }
        Test::Between(least, greatest, negated) => {
            let least = value(least, &of.ty).map_err(|error| error.at(0))?;
            let greatest = value(greatest, &of.ty).map_err(|error| error.at(1))?;
            let parts =
                vec![compare(Comparison::Gte, of.clone(), least)?, compare(Comparison::Lte, of, greatest)?];
            Ok(turned(Scalar::condition(What::And(parts)), *negated))
        }
        Test::Null(negated) => Ok(turned(Scalar::condition(What::IsNull(Box::new(of))), *negated)),
    }
}

fn turned(condition: Scalar, negated: bool) -> Scalar {
    if negated { condition.negated() } else { condition }
}

/// Refuses tests that the type has no meaning for.
fn allows(ty: &Type, test: &Test, called: &str) -> Result<()> {
    let fits = match test {
        Test::Compare(Comparison::Eq | Comparison::Ne, _) | Test::In(..) | Test::Null(_) => true,
        Test::Compare(..) | Test::Between(..) => *ty != Type::Json,
        Test::Like { .. } => *ty == Type::Text,
    };
    if fits {
        return Ok(());
    }
    let column_type = eco_format!("{ty}");
    let mistake = QueryMistake::WrongOperator { operator: test.word(), column: called.into(), column_type };
    Err(Error::new(ErrorKind::InvalidQuery(mistake)))
}

fn operand_of(resolver: Resolver<'_>, operand: &Operand, ty: &Type) -> Result<Scalar> {
    match operand {
        Operand::Input(input) => value(input, ty),
        Operand::Column(name) => resolver.of(&Expr::Column(name.clone()), None),
        Operand::Expr(expr) => resolver.of(expr, Some(ty)),
    }
}

/// A value beside something of a type: of that type, or another number.
fn value(input: &Input, ty: &Type) -> Result<Scalar> {
    match input_of(input, Some(ty)) {
        Err(error) if is_number(ty) => match input_of(input, None) {
            Ok(own) if is_number(&own.ty) => Ok(own),
            _ => Err(error),
        },
        found => found,
    }
}

/// Two scalars compared: of one type, or numbers.
pub(super) fn compare(comparison: Comparison, a: Scalar, b: Scalar) -> Result<Scalar> {
    let Some(ty) = common(&a.ty, &b.ty) else {
        return Err(incompatible(eco_format!("`{}`", comparison.word()), &[&a.ty, &b.ty]));
    };
    // Integers of any width compare as they are; so does an integer with a double, exactly.
    let exact = ty.is_integer() || ty == Type::Float;
    let (a, b) = if exact { (a, b) } else { (widened(a, &ty), widened(b, &ty)) };
    Ok(Scalar::condition(What::Compare(comparison, Box::new(a), Box::new(b))))
}
