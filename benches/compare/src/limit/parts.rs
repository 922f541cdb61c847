//! What the limit is made of: packed columns, direct id maps, packed adjacency.

use crate::workload::Strs;
use std::ops::{Deref, DerefMut};

pub(super) const NONE: u32 = u32::MAX;

/// A cell without a bounds check.
macro_rules! at {
    ($v:expr, $i:expr) => {
        unsafe { *$v.get_unchecked($i as usize) }
    };
}

#[inline(always)]
pub(super) fn prefetch<T>(v: &[T], i: u32) {
    #[cfg(target_arch = "x86_64")]
    unsafe {
        use std::arch::x86_64::*;
        _mm_prefetch(v.as_ptr().wrapping_add(i as usize) as *const i8, _MM_HINT_T0);
    }
}

/// Strings without a bounds check.
#[derive(Clone, Default)]
pub(super) struct Texts(Strs);
impl Texts {
    #[inline(always)]
    pub(super) fn get(&self, i: usize) -> &str {
        let off = self.0.off();
        let (from, to) = (at!(off, i) as usize, at!(off, i + 1) as usize);
        unsafe { self.0.text().get_unchecked(from..to) }
    }
}
impl Deref for Texts {
    type Target = Strs;
    #[inline(always)]
    fn deref(&self) -> &Strs {
        &self.0
    }
}
impl DerefMut for Texts {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Strs {
        &mut self.0
    }
}

/// A column whose copies have room to grow, so that an insert after a fork pays for the insert alone.
pub(super) struct Col<T>(Vec<T>);
impl<T> Default for Col<T> {
    fn default() -> Self {
        Col(vec![])
    }
}
impl<T: Copy> Clone for Col<T> {
    fn clone(&self) -> Self {
        let mut v = Vec::with_capacity(self.len() + self.len() / 16);
        v.extend_from_slice(self);
        Col(v)
    }
}
impl<T> Deref for Col<T> {
    type Target = Vec<T>;
    #[inline(always)]
    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}
impl<T> DerefMut for Col<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

/// id -> slot
#[derive(Clone, Default)]
pub(super) struct IdMap(pub(super) Col<u32>);
impl IdMap {
    #[inline(always)]
    pub(super) fn get(&self, id: i64) -> Option<usize> {
        self.0.get(id as usize).filter(|s| **s != NONE).map(|s| *s as usize)
    }
    #[inline(always)]
    pub(super) fn at(&self, id: i64) -> usize {
        unsafe { *self.0.get_unchecked(id as usize) as usize }
    }
    pub(super) fn push(&mut self, id: i64, slot: usize) {
        if id as usize >= self.0.len() {
            self.0.resize(id as usize + 1, NONE);
        }
        self.0[id as usize] = slot as u32;
    }
}

/// parent slot -> child slots, packed
#[derive(Clone, Default)]
pub(super) struct Csr {
    pub(super) off: Vec<u32>,
    pub(super) items: Vec<u32>,
}
impl Csr {
    pub(super) fn build(parents: usize, keys: &[u32], values: impl Iterator<Item = u32>) -> Csr {
        let mut off = vec![0u32; parents + 2];
        for k in keys {
            off[*k as usize + 2] += 1;
        }
        for i in 2..off.len() {
            off[i] += off[i - 1];
        }
        let mut items = vec![0; keys.len()];
        for (k, v) in keys.iter().zip(values) {
            let at = &mut off[*k as usize + 1];
            items[*at as usize] = v;
            *at += 1;
        }
        off.pop();
        Csr { off, items }
    }
    #[inline(always)]
    pub(super) fn of(&self, parent: usize) -> &[u32] {
        let (a, b) = (at!(self.off, parent), at!(self.off, parent + 1));
        unsafe { self.items.get_unchecked(a as usize..b as usize) }
    }
}

/// children appended since the load, newest first
#[derive(Clone, Default)]
pub(super) struct Chain {
    pub(super) base: usize,
    pub(super) head: Vec<u32>,
    pub(super) next: Vec<u32>,
}
impl Chain {
    pub(super) fn link(&mut self, parent: usize, child: usize) {
        self.next.push(std::mem::replace(&mut self.head[parent], child as u32));
    }
    pub(super) fn of(&self, parent: usize) -> impl Iterator<Item = u32> {
        let mut at = self.head[parent];
        std::iter::from_fn(move || {
            let c = at;
            (c != NONE).then(|| {
                at = self.next[c as usize - self.base];
                c
            })
        })
    }
}

pub(super) use at;
