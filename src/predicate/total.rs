//! What an aggregate of a column comes to.

use super::test::mistake;
use crate::catalog::ColumnInfo;
use crate::error::{QueryMistake, Result};
use crate::filter::Function;
use crate::value::Type;
use ecow::eco_format;

/// The type of an aggregate of a column.
pub(super) fn type_of(function: Function, column: &ColumnInfo) -> Result<Type> {
    let ty = column.column_type();
    match (function, ty) {
        (Function::Sum, Type::Smallint | Type::Int | Type::Integer) => Ok(Type::Integer),
        (Function::Avg, Type::Smallint | Type::Int | Type::Integer) => Ok(Type::Decimal),
        (Function::Sum | Function::Avg, Type::Float | Type::Decimal) => Ok(ty.clone()),
        (Function::CountDistinct, _) => Ok(Type::Integer),
        (Function::List, _) => Ok(Type::Json),
        (Function::Min | Function::Max, ty) if !matches!(ty, Type::Boolean | Type::Json) => Ok(ty.clone()),
        _ => {
            let (column, column_type) = (column.name().into(), eco_format!("{ty}"));
            let function = function.word();
            Err(mistake(QueryMistake::WrongAggregate { function, column, column_type }))
        }
    }
}
