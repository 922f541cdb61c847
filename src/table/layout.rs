//! A table's rows laid out in another order.

use super::Table;
use super::ranks::Ranks;
use crate::catalog::TableInfo;
use crate::column::chunked::ROWS;
use crate::id::Slot;
use crate::index::keyed::HashKeys;
use crate::value::Value;

impl Table {
    /// This table with its rows one after the other as they stand in `layout`, each row once. Their
    /// insertion order stays. O(rows x (columns + indexes)), ordered indexes O(rows log rows).
    pub(crate) fn laid_out(&self, info: &TableInfo, layout: &[Slot]) -> Table {
        let mut next = Table::new(info, HashKeys::random());
        let mut cells: Vec<Value> = Vec::with_capacity(ROWS);
        for block in layout.chunks(ROWS) {
            for (from, to) in self.columns.iter().zip(&mut next.columns) {
                cells.clear();
                cells.extend(block.iter().map(|slot| from.get(*slot).to_value()));
                to.extend(&cells, |cell| cell);
            }
        }
        next.live.extend(std::iter::repeat_n(true, layout.len()));
        next.rows = layout.len();
        next.sequence = self.sequence;
        next.index_rows(0..layout.len());
        let mut places = vec![Slot::NONE; self.bound()];
        for (to, from) in layout.iter().enumerate() {
            if let Some(place) = places.get_mut(from.index()) {
                *place = Slot::new(to);
            }
        }
        let place = |slot: Slot| places.get(slot.index()).copied().unwrap_or_default();
        next.ranks = Ranks::new(self.in_order().map(place).collect(), layout.len());
        next
    }
}
