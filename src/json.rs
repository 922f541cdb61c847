//! The JSON documents: requests as text in, answers and errors as text out.
//!
//! A request is read in one pass into a [`Literal`](crate::Literal) tree whose numbers keep their
//! digits, within [`Limits`]; then [`Request`] gives it its meaning. Whatever is refused carries the
//! path of the part it's about, and the line and column where that part stands in the text.

mod answer;
mod control;
mod error;
mod extras;
mod flat;
mod follow;
mod locate;
mod nested;
mod options;
mod pluck;
mod request;
mod script;
mod select;
mod session;
mod statement;

pub use crate::document::{Limits, read, utf8};
pub use answer::{Answer, ResultDocument, answer};
pub use control::Control;
pub use error::ErrorDocument;
pub use locate::locate;
pub use request::Request;
pub use script::{Script, ScriptItem, script};
pub use session::Session;
