//! What a column is asked, typed by the column.

use super::resolve::{Scope, any, negate};
use super::{Computed, Pattern, Predicate, RelationCount, RelationTotal};
use crate::catalog::{ColumnInfo, TableInfo};
use crate::error::{Error, ErrorKind, QueryMistake, Result};
use crate::filter::{Comparison, Operand, Test};
use crate::id::ColumnId;
use crate::scalar::{self, Scalar};
use crate::value::{Input, Type, Value};
use ecow::{EcoString, eco_format};

/// What is asked: a column, how many rows there are along a relation, what is made of them, or what is
/// computed.
pub(super) enum Subject<'a> {
    Column(&'a ColumnInfo),
    Count(RelationCount),
    Total(RelationTotal),
    Scalar(Scalar),
}

impl From<Computed> for Subject<'_> {
    fn from(computed: Computed) -> Self {
        match computed {
            Computed::Count(count) => Subject::Count(count),
            Computed::Total(total) => Subject::Total(total),
            Computed::Value(scalar) => Subject::Scalar(*scalar),
        }
    }
}

impl Subject<'_> {
    pub(super) fn column_type(&self) -> &Type {
        match self {
            Subject::Column(column) => &column.ty,
            Subject::Count(_) => &Type::Integer,
            Subject::Scalar(scalar) => &scalar.ty,
            Subject::Total(total) => &total.ty,
        }
    }

    /// The value an input gives this subject.
    fn read(&self, table: &TableInfo, input: &Input) -> Result<Value> {
        let value = input.resolve(self.column_type());
        match self {
            Subject::Column(column) => value.map_err(|error| error.for_column(&table.name, &column.name)),
            Subject::Count(_) | Subject::Total(_) | Subject::Scalar(_) => value,
        }
    }

    /// What is asked as an expression, where the test needs that.
    fn scalar(&self, scope: Scope<'_>, test: &Test) -> Option<Scalar> {
        let placeholder = |input: &Input| matches!(input, Input::Placeholder(_));
        let computed = match test {
            Test::Compare(_, Operand::Input(input)) => placeholder(input),
            Test::Compare(_, Operand::Column(_)) | Test::Null(_) => false,
            Test::Compare(_, Operand::Expr(_)) => true,
            Test::In(inputs, _) => inputs.iter().any(placeholder),
            Test::Like { pattern, .. } => placeholder(pattern),
            Test::Between(least, greatest, _) => placeholder(least) || placeholder(greatest),
        };
        match self {
            Subject::Scalar(scalar) => Some(scalar.clone()),
            Subject::Column(column) if computed => {
                Some(Scalar::column(scope.catalog, 0, scope.table.id, column.id))
            }
            Subject::Column(_) | Subject::Count(_) | Subject::Total(_) => None,
        }
    }

    /// Compares with a value that isn't null.
    fn compare(&self, comparison: Comparison, value: Value) -> Predicate {
        match (self, value) {
            (Subject::Column(column), value) => Predicate::Compare(column.id, comparison, value),
            (Subject::Count(count), Value::Integer(number)) => {
                Predicate::Count(Box::new(count.clone()), comparison, number)
            }
            (Subject::Count(_) | Subject::Scalar(_), _) => self.unknown(),
            (Subject::Total(total), value) => Predicate::Total(Box::new(total.clone()), comparison, value),
        }
    }

    /// What is never true and never false. Every table has a first column.
    fn unknown(&self) -> Predicate {
        let id = if let Subject::Column(column) = self { column.id } else { ColumnId::new(0) };
        Predicate::Compare(id, Comparison::Eq, Value::Null)
    }

    /// Refuses operators that the type has no meaning for.
    fn allows(&self, test: &Test) -> Result<()> {
        let fits = match test {
            Test::Compare(Comparison::Eq | Comparison::Ne, _) | Test::In(..) | Test::Null(_) => true,
            Test::Compare(..) | Test::Between(..) => *self.column_type() != Type::Json,
            Test::Like { .. } => {
                matches!(self, Subject::Column(_) | Subject::Scalar(_)) && *self.column_type() == Type::Text
            }
        };
        if fits {
            return Ok(());
        }
        let column = match self {
            Subject::Column(column) => column.name.clone(),
            Subject::Count(_) => "the count".into(),
            Subject::Scalar(_) => "the expression".into(),
            Subject::Total(total) => total.function.word().into(),
        };
        let column_type = eco_format!("{}", self.column_type());
        Err(mistake(QueryMistake::WrongOperator { operator: test.word(), column, column_type }))
    }
}

pub(super) fn mistake(mistake: QueryMistake) -> Error {
    Error::new(ErrorKind::InvalidQuery(mistake))
}

/// The predicate of one test of a column or count.
pub(super) fn test(scope: Scope<'_>, subject: &Subject<'_>, test: &Test) -> Result<Predicate> {
    subject.allows(test)?;
    if let Some(scalar) = subject.scalar(scope, test) {
        return Ok(scalar::tested(&scope, scalar, test)?.into_predicate());
    }
    let table = scope.table;
    match test {
        Test::Compare(comparison, Operand::Input(input)) => compare(table, subject, *comparison, input),
        Test::Compare(comparison, Operand::Column(name)) => {
            compare_columns(table, subject, *comparison, name)
        }
        Test::Compare(_, Operand::Expr(_)) => Err(incomparable()),
        Test::In(inputs, negated) => {
            let found = among(table, subject, inputs)?;
            Ok(if *negated { negate(found) } else { found })
        }
        Test::Like { pattern, insensitive, negated } => {
            if pattern.is_null() {
                return Ok(subject.unknown());
            }
            let Value::Text(text) = subject.read(table, pattern)? else { return Ok(subject.unknown()) };
            let Subject::Column(column) = subject else { return Ok(subject.unknown()) };
            let found = Predicate::Like(column.id, Pattern::compile(&text, *insensitive)?);
            Ok(if *negated { negate(found) } else { found })
        }
        Test::Between(least, greatest, negated) => {
            let least = compare(table, subject, Comparison::Gte, least).map_err(|error| error.at(0))?;
            let greatest = compare(table, subject, Comparison::Lte, greatest).map_err(|error| error.at(1))?;
            let found = Predicate::And(vec![least, greatest]);
            Ok(if *negated { negate(found) } else { found })
        }
        Test::Null(negated) => Ok(match subject {
            Subject::Column(column) if *negated => negate(Predicate::IsNull(column.id)),
            Subject::Column(column) => Predicate::IsNull(column.id),
            Subject::Total(total) if *negated => negate(Predicate::NoTotal(Box::new(total.clone()))),
            Subject::Total(total) => Predicate::NoTotal(Box::new(total.clone())),
            _ if *negated => Predicate::And(Vec::new()),
            _ => Predicate::Or(Vec::new()),
        }),
    }
}

fn compare(
    table: &TableInfo,
    subject: &Subject<'_>,
    comparison: Comparison,
    input: &Input,
) -> Result<Predicate> {
    // A json column reads a written null as the document `null`; given to an operator it is unknown.
    if input.is_null() {
        return Ok(subject.unknown());
    }
    Ok(subject.compare(comparison, subject.read(table, input)?))
}

fn among(table: &TableInfo, subject: &Subject<'_>, inputs: &[Input]) -> Result<Predicate> {
    let mut values = Vec::with_capacity(inputs.len());
    let mut with_null = false;
    for (i, input) in inputs.iter().enumerate() {
        if input.is_null() {
            with_null = true;
        } else {
            values.push(subject.read(table, input).map_err(|error| error.at(i))?);
        }
    }
    values.sort_unstable();
    values.dedup();
    Ok(match subject {
        Subject::Column(column) => Predicate::In { column: column.id, values, with_null },
        Subject::Count(_) | Subject::Total(_) | Subject::Scalar(_) => {
            let mut parts: Vec<_> =
                values.into_iter().map(|value| subject.compare(Comparison::Eq, value)).collect();
            parts.extend(with_null.then(|| subject.unknown()));
            any(parts).unwrap_or(Predicate::Or(Vec::new()))
        }
    })
}

fn compare_columns(
    table: &TableInfo,
    subject: &Subject<'_>,
    comparison: Comparison,
    name: &EcoString,
) -> Result<Predicate> {
    let other = table.column(table.column_id(name)?);
    // A document can't tell a column from a JSON object, so json columns aren't compared.
    let Subject::Column(column) = subject else { return Err(expected_value(name)) };
    if column.ty == Type::Json {
        return Err(expected_value(name));
    }
    let number = |ty: &Type| ty.is_integer() || matches!(ty, Type::Float | Type::Decimal);
    let comparable = column.ty.joins_with(&other.ty) || (number(&column.ty) && number(&other.ty));
    if !comparable {
        let error = Error::new(ErrorKind::TypeMismatch {
            expected: eco_format!("{}", column.ty),
            found: eco_format!("`{name}`, which is {}", other.ty),
            column: None,
        });
        return Err(error.for_column(&table.name, &column.name));
    }
    Ok(Predicate::CompareColumns(column.id, comparison, other.id))
}

/// A count is compared with numbers only.
fn incomparable() -> Error {
    mistake(QueryMistake::Shape { expected: "a number".into(), found: "an expression".into() })
}

fn expected_value(name: &EcoString) -> Error {
    mistake(QueryMistake::Shape { expected: "a value".into(), found: eco_format!("the column `{name}`") })
}
