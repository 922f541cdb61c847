//! Order, equality and hash of values of vectors.

use super::{Data, Vector};
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

impl Vector<'_> {
    /// The order of two values that aren't null: enums as declared, everything else by value.
    #[inline]
    pub(crate) fn compare(&self, row: usize, other: &Vector<'_>, at: usize) -> Ordering {
        let (i, j) = (self.place(row), other.place(at));
        match (&self.data, &other.data) {
            (Data::Integer(a), Data::Integer(b))
            | (Data::Timestamp(a), Data::Timestamp(b))
            | (Data::Timestamptz(a), Data::Timestamptz(b)) => a.get(i).cmp(&b.get(j)),
            (Data::Text(a), Data::Text(b)) | (Data::Json(a), Data::Json(b)) => a.get(i).cmp(&b.get(j)),
            (Data::Label(a, labels), Data::Label(b, others)) if labels == others => a.get(i).cmp(&b.get(j)),
            (Data::Date(a), Data::Date(b)) => a.get(i).cmp(&b.get(j)),
            (Data::Uuid(a), Data::Uuid(b)) => a.get(i).cmp(&b.get(j)),
            (Data::Boolean(a), Data::Boolean(b)) => a.get(i).cmp(&b.get(j)),
            _ => self.get(row).cmp(&other.get(at)),
        }
    }

    /// Whether two values are the same; null is the same as null.
    #[inline]
    pub(crate) fn same(&self, row: usize, other: &Vector<'_>, at: usize) -> bool {
        match (self.is_null(row), other.is_null(at)) {
            (false, false) => self.compare(row, other, at) == Ordering::Equal,
            (a, b) => a == b,
        }
    }

    /// Feeds a value to a hash; what is the same hashes alike.
    #[inline]
    pub(crate) fn hash(&self, row: usize, state: &mut impl Hasher) {
        if self.is_null(row) {
            return state.write_u8(0);
        }
        let at = self.place(row);
        match &self.data {
            Data::Integer(v) | Data::Timestamp(v) | Data::Timestamptz(v) => {
                state.write_i64(v.get(at).copied().unwrap_or_default());
            }
            Data::Text(v) => v.get(at).map(|text| text.as_ref()).hash(state),
            Data::Label(v, _) => state.write_u16(v.get(at).copied().unwrap_or_default()),
            Data::Date(v) => state.write_i32(v.get(at).copied().unwrap_or_default()),
            Data::Uuid(v) => state.write_u128(v.get(at).copied().unwrap_or_default()),
            _ => self.get(row).hash(state),
        }
    }

    /// The integer of a row, where the values are stored as one.
    #[inline]
    pub(crate) fn whole(&self, row: usize) -> Option<i64> {
        if self.is_null(row) {
            return None;
        }
        let at = self.place(row);
        match &self.data {
            Data::Integer(v) | Data::Timestamp(v) | Data::Timestamptz(v) => v.get(at).copied(),
            Data::Date(v) => v.get(at).map(|v| i64::from(*v)),
            Data::Label(v, _) => v.get(at).map(|v| i64::from(*v)),
            Data::Boolean(v) => v.get(at).map(|v| i64::from(*v)),
            _ => None,
        }
    }

    /// The integers of the rows, where that is how the values are held and none is null.
    #[inline]
    pub(crate) fn wholes(&self) -> Option<&[i64]> {
        match &self.data {
            Data::Integer(v) | Data::Timestamp(v) | Data::Timestamptz(v) if self.nulls.is_none() => Some(v),
            _ => None,
        }
    }

    /// Whether the values are stored as integers.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(
            self.data,
            Data::Integer(_)
                | Data::Timestamp(_)
                | Data::Timestamptz(_)
                | Data::Date(_)
                | Data::Label(..)
                | Data::Boolean(_)
        )
    }
}
