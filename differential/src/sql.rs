//! What SQLite and PostgreSQL are told, and how their answers are put together.
//!
//! # What SQL is written so that it means the same
//!
//! `tests/by_design.rs` pins each difference, and those that random cases have to keep away from.
//!
//! | Relata | here |
//! |---|---|
//! | rows come in insertion order unless ordered | every order ends with `seq`, a row number that is never given twice; through a junction with the junction's first |
//! | nulls last ascending, first descending | `NULLS LAST` and `NULLS FIRST` are written out |
//! | `like` minds the case | `PRAGMA case_sensitive_like` |
//! | `ilike` folds all letters | both sides through `fold`, a function of this crate: SQLite folds ASCII only |
//! | `every` fails on a row of which the filter is unknown | `NOT EXISTS (... IS NOT TRUE)` |
//! | a bare `null` means is null | `IS NULL` |
//! | a filter that asks nothing is left out | so it is here, before SQL is written |
//! | decimals are exact and keep their scale | an integer of ten-thousandths, and the scale beside it |
//! | enums order by label; dates, times, uuids and bytes have their own orders | the place in a list that is in this order |
//! | one row of a to-one relation that leads to several: the first | `LIMIT 1` |
//! | a refused statement names one of several violations | it must be one that the naive model finds |
//! | a delete or update counts the rows its filter named, those that a cascade took first too | they are counted before |
//! | identities aren't given back | the keys that Relata gave are inserted here, and must be new |

mod answer;
mod filter;
mod store;

pub use answer::answer;
pub use filter::effective_order;
pub use store::Sql;
