//! What cells are slices of.

/// What cells are slices of: `String` for text, `Vec<u8>` for bytes.
pub(crate) trait Segment: Clone + Default + Send + Sync + 'static {
    /// A cell: `str` or `[u8]`.
    type Cell: ?Sized + 'static;
    /// The empty cell.
    const EMPTY: &'static Self::Cell;

    /// An empty segment with room. O(1).
    fn with_capacity(bytes: usize) -> Self;
    /// All of it. O(1).
    fn whole(&self) -> &Self::Cell;
    /// The bytes there is room for. O(1).
    fn capacity(&self) -> usize;
    /// Adds a cell at the end. O(bytes) amortised.
    fn append(&mut self, cell: &Self::Cell);
    /// Gives spare room back. O(bytes) at worst.
    fn shrink(&mut self);
    /// The length of a cell in bytes. O(1).
    fn size(cell: &Self::Cell) -> usize;
    /// A slice of a cell; empty when there is no such slice. O(1).
    fn part(cell: &Self::Cell, from: usize, to: usize) -> &Self::Cell;
    /// As [`part`](Segment::part), for a loop over slices that mostly lie inside: of these nothing is asked but
    /// whether they begin and end between characters. It's more code, so not for a single cell. O(1).
    fn inner(cell: &Self::Cell, from: usize, to: usize) -> &Self::Cell;
    /// The bytes of a cell. O(1).
    fn bytes(cell: &Self::Cell) -> &[u8];
}

/// Implements [`Segment`] for a growable sequence and its slice type.
macro_rules! segment {
    ($owned:ty, $cell:ty, $empty:expr, $append:ident, $whole:ident) => {
        impl Segment for $owned {
            type Cell = $cell;
            const EMPTY: &'static $cell = $empty;

            fn with_capacity(bytes: usize) -> Self {
                <$owned>::with_capacity(bytes)
            }
            #[inline(always)]
            fn whole(&self) -> &$cell {
                self.$whole()
            }
            fn capacity(&self) -> usize {
                self.capacity()
            }
            #[inline]
            fn append(&mut self, cell: &$cell) {
                self.$append(cell);
            }
            fn shrink(&mut self) {
                self.shrink_to_fit();
            }
            #[inline(always)]
            fn size(cell: &$cell) -> usize {
                cell.len()
            }
            #[inline(always)]
            fn part(cell: &$cell, from: usize, to: usize) -> &$cell {
                cell.get(from..to).unwrap_or($empty)
            }
            #[inline(always)]
            fn inner(cell: &$cell, from: usize, to: usize) -> &$cell {
                if 0 < from
                    && from <= to
                    && to < cell.len()
                    && let Some(part) = cell.get(from..to)
                {
                    return part;
                }
                cell.get(from..to).unwrap_or($empty)
            }
            #[inline(always)]
            fn bytes(cell: &$cell) -> &[u8] {
                cell.as_ref()
            }
        }
    };
}

segment!(String, str, "", push_str, as_str);
segment!(Vec<u8>, [u8], &[], extend_from_slice, as_slice);
