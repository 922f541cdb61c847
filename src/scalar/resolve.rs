//! Names to ids, and types from the leaves up.

use super::types::{casts, common, expect, incompatible, is_number, widened};
use super::{Names, Scalar, What, condition};
use crate::error::{Error, ErrorKind, FlatMistake, QueryMistake, Result};
use crate::expr::{Arithmetic, Expr, Function, Part};
use crate::value::{Input, Literal, Type, Value};
use ecow::{EcoString, eco_format};
use rust_decimal::Decimal;

/// How deep expressions may nest.
const DEPTH_MAX: usize = 128;

/// What an expression stands for. O(n).
///
/// # Errors
/// Unknown names, and types that don't go together.
pub(crate) fn expression(names: &dyn Names, expr: &Expr) -> Result<Scalar> {
    Resolver { names, depth: 0 }.of(expr, None)
}

#[derive(Clone, Copy)]
pub(super) struct Resolver<'n> {
    pub(super) names: &'n dyn Names,
    pub(super) depth: usize,
}

impl<'n> Resolver<'n> {
    pub(super) fn deeper(self) -> Result<Resolver<'n>> {
        if self.depth == DEPTH_MAX {
            let allowed = DEPTH_MAX as u64;
            return Err(Error::new(ErrorKind::LimitExceeded { limit: "expression_depth", allowed }));
        }
        Ok(Resolver { depth: self.depth + 1, ..self })
    }

    /// A scalar; a plain value takes the type that is wanted.
    pub(super) fn of(self, expr: &Expr, wanted: Option<&Type>) -> Result<Scalar> {
        self.deeper()?.fresh(expr, wanted)
    }

    fn fresh(self, expr: &Expr, wanted: Option<&Type>) -> Result<Scalar> {
        match expr {
            Expr::Column(name) => self.names.column(name).map_err(|error| error.at(name)),
            Expr::Input(input) => input_of(input, wanted),
            Expr::Arithmetic(arithmetic, a, b) => {
                let (a, b) = self.both(a, b, false)?;
                arithmetic_of(*arithmetic, a, b)
            }
            Expr::Call(Function::Coalesce, arguments) => self.coalesce(arguments, wanted),
            Expr::Call(function, arguments) => self.call(*function, arguments),
            Expr::Part(part, of) => {
                let of = self.of(of, None)?;
                let timed = matches!(part, Part::Hour | Part::Minute | Part::Second);
                expect(&of, part.word(), |ty| match ty {
                    Type::Date => !timed,
                    Type::Timestamp | Type::Timestamptz => true,
                    _ => false,
                })?;
                Ok(Scalar::new(Type::Int, What::Part(*part, Box::new(of))))
            }
            Expr::Case(cases, otherwise) => self.case(cases, otherwise.as_deref(), wanted),
            Expr::Cast(of, ty) => {
                if let Expr::Input(Input::Placeholder(name)) = &**of {
                    return Ok(Scalar::new(ty.clone(), What::Placeholder(name.clone())));
                }
                let of = self.of(of, None)?;
                if casts(&of.ty, ty) {
                    Ok(Scalar::new(ty.clone(), What::Cast(Box::new(of))))
                } else {
                    Err(incompatible("a cast", &[&of.ty, ty]))
                }
            }
            Expr::Aggregate(aggregate, of) => self.names.aggregate(*aggregate, of.as_deref()),
        }
    }

    /// Two scalars that are to be put together: a plain value takes the other's type, in a comparison
    /// even where it would be another number's.
    pub(super) fn both(self, a: &Expr, b: &Expr, compared: bool) -> Result<(Scalar, Scalar)> {
        let plain = |expr: &Expr| matches!(expr, Expr::Input(_));
        let as_other = |expr: &Expr, other: &Type| {
            // A number beside another number keeps its own type, so that 1.5 is no integer.
            if is_numeric(expr) && !compared {
                self.of(expr, Some(&natural(expr, other)))
            } else {
                self.compared(expr, other)
            }
        };
        match (plain(a), plain(b)) {
            (true, false) => {
                let b = self.of(b, None)?;
                Ok((as_other(a, &b.ty)?, b))
            }
            (false, true) => {
                let a = self.of(a, None)?;
                let b = as_other(b, &a.ty)?;
                Ok((a, b))
            }
            _ => Ok((self.of(a, None)?, self.of(b, None)?)),
        }
    }

    /// A plain value beside something of type `other`.
    fn compared(self, expr: &Expr, other: &Type) -> Result<Scalar> {
        match self.of(expr, Some(other)) {
            Err(_) if is_number(other) && is_numeric(expr) => self.of(expr, Some(&natural(expr, other))),
            found => found,
        }
    }

    fn coalesce(self, arguments: &[Expr], wanted: Option<&Type>) -> Result<Scalar> {
        let all: Vec<&Expr> = arguments.iter().collect();
        let (ty, parts) = self.unified("`coalesce`", &all, wanted)?;
        Ok(Scalar::new(ty, What::Call(Function::Coalesce, parts)))
    }

    fn case(
        self,
        cases: &[(crate::filter::Filter, Expr)],
        otherwise: Option<&Expr>,
        wanted: Option<&Type>,
    ) -> Result<Scalar> {
        let results: Vec<&Expr> = cases.iter().map(|(_, then)| then).chain(otherwise).collect();
        let (ty, results) = self.unified("`case`", &results, wanted)?;
        let mut results = results.into_iter();
        let mut resolved = Vec::with_capacity(cases.len());
        for ((when, _), then) in cases.iter().zip(results.by_ref()) {
            let when = condition::within(self.deeper()?, when)?;
            let when = when.ok_or_else(|| Error::new(ErrorKind::InvalidQuery(QueryMistake::AbsentFilter)))?;
            resolved.push((when, then));
        }
        Ok(Scalar::new(ty, What::Case(resolved, results.next().map(Box::new))))
    }

    /// Scalars of one type, which plain values take from the others.
    fn unified(self, what: &str, exprs: &[&Expr], wanted: Option<&Type>) -> Result<(Type, Vec<Scalar>)> {
        let mut ty: Option<Type> = None;
        for expr in exprs.iter().filter(|expr| !matches!(expr, Expr::Input(_))) {
            let next = self.of(expr, wanted)?.ty;
            ty = Some(match &ty {
                Some(ty) => common(ty, &next).ok_or_else(|| incompatible(what, &[ty, &next]))?,
                None => next,
            });
        }
        let hint = ty.clone().or(wanted.cloned());
        let mut scalars = Vec::with_capacity(exprs.len());
        for expr in exprs {
            let scalar = match (&hint, expr) {
                (Some(hint), Expr::Input(_)) => self.compared(expr, hint)?,
                _ => self.of(expr, None)?,
            };
            let null = matches!(scalar.what, What::Constant(Value::Null));
            ty = Some(match ty {
                Some(ty) if null => ty,
                Some(ty) => common(&ty, &scalar.ty).ok_or_else(|| incompatible(what, &[&ty, &scalar.ty]))?,
                None if null => {
                    scalars.push(scalar);
                    continue;
                }
                None => scalar.ty.clone(),
            });
            scalars.push(scalar);
        }
        let ty = ty.unwrap_or(Type::Text);
        Ok((ty.clone(), scalars.into_iter().map(|scalar| widened(scalar, &ty)).collect()))
    }

    fn call(self, function: Function, arguments: &[Expr]) -> Result<Scalar> {
        let mut scalars = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let place = function == Function::Substring && at > 0;
            let wanted = if place { Type::Integer } else { Type::Text };
            let wanted = if function == Function::Abs { None } else { Some(&wanted) };
            let scalar = self.of(argument, wanted)?;
            match (function, place) {
                (Function::Abs, _) => expect(&scalar, function.word(), is_number)?,
                (_, true) => expect(&scalar, function.word(), Type::is_integer)?,
                _ => expect(&scalar, function.word(), |ty| matches!(ty, Type::Text | Type::Enum(_)))?,
            }
            scalars.push(if place { widened(scalar, &Type::Integer) } else { scalar });
        }
        let (least, most) = function.arity();
        if !(least..=most).contains(&scalars.len()) {
            let expected = eco_format!("at least {least} argument of `{}`", function.word());
            let found = eco_format!("{}", scalars.len());
            return Err(Error::new(ErrorKind::InvalidQuery(QueryMistake::Shape { expected, found })));
        }
        let ty = match function {
            Function::Length => Type::Int,
            Function::Abs => scalars.first().map_or(Type::Integer, |scalar| scalar.ty.clone()),
            _ => Type::Text,
        };
        Ok(Scalar::new(ty, What::Call(function, scalars)))
    }
}

fn arithmetic_of(arithmetic: Arithmetic, a: Scalar, b: Scalar) -> Result<Scalar> {
    let fits = if is_number(&a.ty) && is_number(&b.ty) { common(&a.ty, &b.ty) } else { None };
    let ty = fits.filter(|ty| *ty != Type::Float || arithmetic != Arithmetic::Modulo);
    let Some(ty) = ty else {
        return Err(incompatible(eco_format!("`{}`", arithmetic.word()), &[&a.ty, &b.ty]));
    };
    let (a, b) = (Box::new(widened(a, &ty)), Box::new(widened(b, &ty)));
    Ok(Scalar::new(ty, What::Arithmetic(arithmetic, a, b)))
}

fn is_numeric(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Input(
            Input::Value(Value::Integer(_) | Value::Decimal(_) | Value::Float(_))
                | Input::Literal(Literal::Number(_))
        )
    )
}

/// The type of a number by itself, as PostgreSQL sees it.
fn natural(expr: &Expr, other: &Type) -> Type {
    match expr {
        Expr::Input(input) => natural_type(input).unwrap_or_else(|| other.clone()),
        _ => other.clone(),
    }
}

fn natural_type(input: &Input) -> Option<Type> {
    let integer = |v: i64| if i32::try_from(v).is_ok() { Type::Int } else { Type::Integer };
    match input {
        Input::Literal(Literal::Boolean(_)) => Some(Type::Boolean),
        Input::Literal(Literal::Number(text)) => Some(text.parse::<i64>().map_or(Type::Decimal, integer)),
        Input::Literal(Literal::Text(_)) => Some(Type::Text),
        Input::Literal(Literal::List(_) | Literal::Object(_)) => Some(Type::Json),
        Input::Value(value) => match value {
            Value::Null => None,
            Value::Boolean(_) => Some(Type::Boolean),
            Value::Integer(v) => Some(integer(*v)),
            Value::Float(_) => Some(Type::Float),
            Value::Decimal(_) => Some(Type::Decimal),
            Value::Text(_) => Some(Type::Text),
            Value::Bytes(_) => Some(Type::Bytes),
            Value::Date(_) => Some(Type::Date),
            Value::Timestamp(_) => Some(Type::Timestamp),
            Value::Timestamptz(_) => Some(Type::Timestamptz),
            Value::Uuid(_) => Some(Type::Uuid),
            Value::Json(_) => Some(Type::Json),
        },
        Input::Literal(Literal::Null) | Input::Placeholder(_) | Input::Nested(_) => None,
    }
}

/// A plain value, of the type that is wanted or else its own.
pub(super) fn input_of(input: &Input, wanted: Option<&Type>) -> Result<Scalar> {
    let own = natural_type(input);
    let ty = wanted.cloned().or(own);
    match (input, ty) {
        (Input::Placeholder(name), Some(ty)) => Ok(Scalar::new(ty, What::Placeholder(name.clone()))),
        (Input::Placeholder(name), None) => {
            Err(FlatMistake::UntypedPlaceholder { name: name.clone() }.into())
        }
        (input, ty) if input.is_null() => Ok(Scalar::constant(ty.unwrap_or(Type::Text), Value::Null)),
        (input, Some(ty)) => Ok(Scalar::constant(ty.clone(), read(input, &ty)?)),
        (_, None) => Ok(Scalar::constant(Type::Text, Value::Null)),
    }
}

/// A double that stands for a decimal reads as the digits it's written with.
fn read(input: &Input, ty: &Type) -> Result<Value> {
    match (input, ty) {
        (Input::Value(Value::Float(v)), Type::Decimal) => {
            let text: EcoString = eco_format!("{v}");
            match Decimal::from_str_exact(&text) {
                Ok(v) => Ok(Value::Decimal(v)),
                Err(_) => input.resolve(ty),
            }
        }
        _ => input.resolve(ty),
    }
}
