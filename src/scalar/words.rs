//! Scalars in words.

use super::{Scalar, What};
use std::fmt::Write;

impl Scalar {
    /// `lower(name) = "ann"`; `leaf` writes what only the caller knows: columns, outputs, and what
    /// single rows are asked.
    pub(crate) fn words(&self, leaf: &dyn Fn(&What) -> String) -> String {
        let mut out = String::new();
        self.write(leaf, false, &mut out);
        out
    }

    /// Recursion is as deep as the expression. `inner` asks for brackets around lists.
    fn write(&self, leaf: &dyn Fn(&What) -> String, inner: bool, out: &mut String) {
        let list = |parts: &[&Scalar], between: &str, out: &mut String| {
            for (at, part) in parts.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { between });
                part.write(leaf, between != ", ", out);
            }
        };
        let bracketed = inner
            && match &self.what {
                What::And(parts) | What::Or(parts) => parts.len() > 1,
                What::Arithmetic(..) => true,
                _ => false,
            };
        out.push_str(if bracketed { "(" } else { "" });
        match &self.what {
            What::Constant(value) => {
                let _ = write!(out, "{value:?}");
            }
            What::Placeholder(name) => {
                let _ = write!(out, "${name}");
            }
            What::Arithmetic(arithmetic, a, b) => {
                list(&[a, b], &format!(" {} ", arithmetic.sign()), out);
            }
            What::Compare(comparison, a, b) => list(&[a, b], &format!(" {} ", comparison.sign()), out),
            What::And(parts) if parts.is_empty() => out.push_str("true"),
            What::Or(parts) if parts.is_empty() => out.push_str("false"),
            What::And(parts) => list(&parts.iter().collect::<Vec<_>>(), " and ", out),
            What::Or(parts) => list(&parts.iter().collect::<Vec<_>>(), " or ", out),
            What::Not(part) => {
                out.push_str("not ");
                part.write(leaf, true, out);
            }
            What::IsNull(part) => {
                part.write(leaf, true, out);
                out.push_str(" is null");
            }
            What::Like { of, pattern, insensitive } => {
                let between = if *insensitive { " ilike " } else { " like " };
                list(&[of, pattern], between, out);
            }
            What::In(of, values) => {
                of.write(leaf, true, out);
                out.push_str(" in (");
                list(&values.iter().collect::<Vec<_>>(), ", ", out);
                out.push(')');
            }
            What::Call(function, parts) => {
                call(function.word(), &parts.iter().collect::<Vec<_>>(), leaf, out)
            }
            What::Part(part, of) => call(part.word(), &[of], leaf, out),
            // What only widens an integer is nothing to tell.
            What::Cast(of) if of.ty.is_integer() && self.ty.is_integer() => of.write(leaf, inner, out),
            What::Cast(of) => {
                of.write(leaf, true, out);
                let _ = write!(out, "::{}", self.ty);
            }
            What::Case(cases, otherwise) => case(cases, otherwise.as_deref(), leaf, out),
            what @ (What::Column { .. } | What::Output(_) | What::Rows(..)) => out.push_str(&leaf(what)),
        }
        out.push_str(if bracketed { ")" } else { "" });
    }
}

fn call(word: &str, parts: &[&Scalar], leaf: &dyn Fn(&What) -> String, out: &mut String) {
    out.push_str(word);
    out.push('(');
    for (at, part) in parts.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { ", " });
        part.write(leaf, false, out);
    }
    out.push(')');
}

fn case(
    cases: &[(Scalar, Scalar)],
    otherwise: Option<&Scalar>,
    leaf: &dyn Fn(&What) -> String,
    out: &mut String,
) {
    out.push_str("case");
    for (when, then) in cases {
        out.push_str(" when ");
        when.write(leaf, false, out);
        out.push_str(" then ");
        then.write(leaf, true, out);
    }
    if let Some(otherwise) = otherwise {
        out.push_str(" else ");
        otherwise.write(leaf, true, out);
    }
    out.push_str(" end");
}
