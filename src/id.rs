//! The newtypes that everything else is indexed by.
//!
//! Names are resolved to these once, when a schema is built or a query is planned. No loop looks
//! anything up by name.

use std::fmt;

/// Declares an index newtype over `u32`.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            /// The id of position `index`; positions past `u32::MAX` saturate.
            #[inline]
            pub const fn new(index: usize) -> Self {
                Self(if index > u32::MAX as usize { u32::MAX } else { index as u32 })
            }

            /// The position this id stands for.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    )*};
}

ids! {
    /// A table's position in its catalog, in declared order.
    TableId,
    /// A column's position in its table, in declared order.
    ColumnId,
    /// A relation's position among those of its table.
    RelationId,
    /// An index's position among those of its table.
    IndexId,
    /// An edge's position in the catalog: a pair of column lists that rows are joined by.
    EdgeId,
    /// A foreign key's position in the catalog.
    ForeignKeyId,
}

/// Where a row lives in its table. Slots ascend in insertion order, but for tables that were clustered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u32);

impl Slot {
    /// No row. As a position it lies past every row, so a look-up by it finds nothing.
    pub const NONE: Slot = Slot(u32::MAX);

    /// The slot at position `index`; positions that don't fit give [`Slot::NONE`].
    #[inline]
    pub const fn new(index: usize) -> Self {
        Self(if index >= u32::MAX as usize { u32::MAX } else { index as u32 })
    }

    /// The position of the row in its columns.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether this stands for no row.
    #[inline]
    pub const fn is_none(self) -> bool {
        self.0 == u32::MAX
    }

    /// Whether any of these stands for no row. O(slots), many at a time.
    #[inline]
    pub(crate) fn any_none(slots: &[Slot]) -> bool {
        slots.iter().fold(false, |none, slot| none | slot.is_none())
    }

    /// This slot, or `None` when it stands for no row.
    #[inline]
    pub const fn some(self) -> Option<Slot> {
        if self.is_none() { None } else { Some(self) }
    }
}

impl Default for Slot {
    #[inline]
    fn default() -> Self {
        Slot::NONE
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() { f.write_str("Slot(none)") } else { write!(f, "Slot({})", self.0) }
    }
}
