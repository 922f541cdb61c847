//! Where in a query or statement something stands.

use ecow::EcoString;
use std::collections::VecDeque;
use std::fmt;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value under a key.
    Key(EcoString),
    /// The item at a place in a list, from 0.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Step {
        Step::Key(key.into())
    }
}

impl From<&EcoString> for Step {
    fn from(key: &EcoString) -> Step {
        Step::Key(key.clone())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Step {
        Step::Index(index)
    }
}

/// Steps from the root of a query or statement, printed as `with.posts.where.AND[1].year`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Path(VecDeque<Step>);

impl Path {
    pub(crate) fn push_front(&mut self, step: Step) {
        self.0.push_front(step);
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &Step> + DoubleEndedIterator {
        self.0.iter()
    }

    /// Whether the path leads nowhere but to the root.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Path {
        Path(steps.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if i == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
