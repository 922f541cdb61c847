//! JSON text into literals: every digit kept, every fault placed, nothing beyond the limits.

mod limits;
mod read;
mod scan;
mod size;

pub use limits::Limits;
pub use read::{read, utf8};

pub(crate) use limits::Effort;
pub(crate) use read::{read_value, text as read_text};
pub(crate) use scan::{Scanner, position};
