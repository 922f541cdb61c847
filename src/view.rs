//! Results: borrowed views over a snapshot.
//!
//! # Glossary
//!
//! - *page*: the rows that answer a query, with everything included.
//! - *row view*: one row of a page; it borrows its cells from the snapshot.
//! - *row reference*: a row of a snapshot without any query; its relations are walked when asked.
//! - *shape*: the columns and relations of one level, resolved once so that loops look nothing up.
//!
//! No cell is copied: a page holds slots, and for each include where each parent's children begin.

mod image;
mod key;
mod lazy;
mod owned;
mod page;
mod row;
mod rows;
mod shape;
mod table;
mod tree;
mod walker;
mod write;

pub use image::RowImage;
pub use lazy::Along;
pub use owned::{Owned, OwnedRow};
pub use page::Page;
pub use row::{RowView, RowViews, RowViewsIter};
pub use shape::{Cells, Nested, Shape};
pub use table::{RowRef, TableRef, UniqueRef};
pub use tree::Tree;
pub use walker::{RowRefs, TableCells, Walker};

pub(crate) use rows::{ExtraCells, Found, Level as FoundLevel};
