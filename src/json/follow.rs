//! `follow`: from the rows of a query to those that relations lead to, step by step.

use super::options::{Options, invalid, shape};
use super::select::{Scope, select};
use crate::error::{Error, QueryMistake};
use crate::query::{Follow, Select};
use crate::value::Literal;
use ecow::EcoString;

/// What a set that is followed on from can be asked.
const STEP_OPTIONS: [&str; 10] =
    ["where", "extras", "orderBy", "limit", "offset", "cursor", "distinct", "recursive", "take", "skip"];

/// Options that would be lost with the rows they're about.
const LOST: [&str; 4] = ["columns", "select", "with", "include"];

/// What is asked of the last rows, and before that of those on the way to them. `known` are the options
/// of the method.
pub(super) fn follow(
    scope: Scope<'_>,
    mut options: Options,
    steps: Literal,
    known: &[&'static str],
) -> Result<Select, Error> {
    for option in LOST {
        if options.take(option).is_some() {
            let belongs = "in the last step of `follow`";
            return Err(invalid(QueryMistake::Misplaced { option, belongs }).at(option));
        }
    }
    let known = known.iter().copied().filter(|option| *option != "follow");
    let known: Vec<&'static str> = known.chain(["recursive"]).collect();
    let mut current = select(scope, options)?;
    let (mut scope, mut follows) = (scope, Vec::new());
    let steps = match steps {
        Literal::List(steps) if !steps.is_empty() => steps,
        one => vec![one],
    };
    let last = steps.len() - 1;
    for (at, step) in steps.into_iter().enumerate() {
        let (relation, asked) = relation(step).map_err(|error| error.at(at).at("follow"))?;
        scope = scope.along(&relation);
        let known = if at == last { known.as_slice() } else { &STEP_OPTIONS };
        let next = Options::of(asked, known).and_then(|options| select(scope, options));
        let next = next.map_err(|error| error.at(&relation).at(at).at("follow"))?;
        follows.push(Follow { select: std::mem::replace(&mut current, next), relation });
    }
    current.follows = follows;
    Ok(current)
}

/// A relation and what is asked of the rows it leads to: its name, or an object of one relation.
fn relation(step: Literal) -> Result<(EcoString, Literal), Error> {
    const EXPECTED: &str = "a relation's name, or an object like {\"posts\": {\"limit\": 3}}";
    let mut entries = match step {
        Literal::Text(relation) => return Ok((relation, Literal::Object(Vec::new()))),
        Literal::Object(entries) if entries.len() == 1 => entries,
        other => return Err(shape(EXPECTED, &other)),
    };
    match entries.pop() {
        Some((relation, Literal::Boolean(true))) => Ok((relation, Literal::Object(Vec::new()))),
        Some((relation, asked @ Literal::Object(_))) => Ok((relation, asked)),
        Some((relation, other)) => Err(shape("true or an object of options", &other).at(&relation)),
        None => Err(shape(EXPECTED, &Literal::Object(Vec::new()))),
    }
}
