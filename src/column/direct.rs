//! Single cells read where they lie, by a reader that knows the type of the column: there is no view to
//! take first, and the one type that is expected is all that is read in place.

use super::{Column, Data};
use crate::id::Slot;
use ecow::EcoString;

/// Declares how a cell of one type is read: the default for a null and in another column.
macro_rules! direct {
    ($($(#[$doc:meta])* $name:ident: $data:ident => $cell:ty;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub(crate) fn $name(&self, slot: Slot) -> $cell {
            if let Data::$data(cells) = &self.data { cells.at(slot.index()) } else { Default::default() }
        }
    )*};
}

impl Column {
    direct! {
        /// The cell at `slot` of a boolean column. O(1).
        boolean: Boolean => bool;
        /// The cell at `slot` of a column of 16 bits. O(1).
        smallint: Smallint => i16;
        /// The cell at `slot` of a column of 32 bits. O(1).
        int: Int => i32;
        /// The cell at `slot` of a column of 64 bits. O(1).
        integer: Integer => i64;
        /// The cell at `slot` of a float column. O(1).
        float: Float => f64;
    }

    /// The text at `slot` of a column of text, JSON or labels; empty for a null and for another column. O(1).
    #[inline]
    pub(crate) fn text(&self, slot: Slot) -> &str {
        if let Data::Text(cells) = &self.data { cells.at(slot.index()) } else { self.other_text(slot) }
    }

    // Apart, so that reading a column of text stays small enough to be inlined.
    #[inline(never)]
    fn other_text(&self, slot: Slot) -> &str {
        match &self.data {
            Data::Json(cells) => cells.at(slot.index()),
            Data::Enum(_, labels) => labels.get(self.ordinal(slot)).map_or("", EcoString::as_str),
            _ => "",
        }
    }

    /// The place of the label at `slot` among an enum's, 0 for a null and for another column. O(1).
    #[inline]
    pub(crate) fn ordinal(&self, slot: Slot) -> usize {
        if let Data::Enum(cells, _) = &self.data { cells.at(slot.index()).into() } else { 0 }
    }
}
