//! The words that documents use for operators and quantifiers.

use super::{Comparison, Quantifier, Test};

impl Comparison {
    /// The word for it in a document.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Comparison::Eq => "eq",
            Comparison::Ne => "ne",
            Comparison::Gt => "gt",
            Comparison::Gte => "gte",
            Comparison::Lt => "lt",
            Comparison::Lte => "lte",
        }
    }

    /// The sign for it in an explanation.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Comparison::Eq => "=",
            Comparison::Ne => "<>",
            Comparison::Gt => ">",
            Comparison::Gte => ">=",
            Comparison::Lt => "<",
            Comparison::Lte => "<=",
        }
    }

    /// The comparison a document's word stands for.
    pub(crate) fn from_word(word: &str) -> Option<Comparison> {
        use Comparison as C;
        [C::Eq, C::Ne, C::Gt, C::Gte, C::Lt, C::Lte].into_iter().find(|comparison| comparison.word() == word)
    }
}

impl Quantifier {
    /// The word for it in a document.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Quantifier::Some => "some",
            Quantifier::Every => "every",
            Quantifier::None => "none",
            Quantifier::Is => "is",
            Quantifier::IsNot => "isNot",
        }
    }

    /// The quantifier a document's word stands for.
    pub(crate) fn from_word(word: &str) -> Option<Quantifier> {
        use Quantifier as Q;
        [Q::Some, Q::Every, Q::None, Q::Is, Q::IsNot].into_iter().find(|quantifier| quantifier.word() == word)
    }
}

impl Test {
    /// The operator's word in a document.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Test::Compare(comparison, _) => comparison.word(),
            Test::In(_, false) => "in",
            Test::In(_, true) => "notIn",
            Test::Like { insensitive: false, negated: false, .. } => "like",
            Test::Like { insensitive: true, negated: false, .. } => "ilike",
            Test::Like { insensitive: false, negated: true, .. } => "notLike",
            Test::Like { insensitive: true, negated: true, .. } => "notIlike",
            Test::Between(_, _, false) => "between",
            Test::Between(_, _, true) => "notBetween",
            Test::Null(false) => "isNull",
            Test::Null(true) => "isNotNull",
        }
    }
}
