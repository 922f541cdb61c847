//! Guides, rendered with the reference.

#[doc = include_str!("../docs/relations.md")]
pub mod relations {}

#[doc = include_str!("../docs/constraints.md")]
pub mod constraints {}

#[doc = include_str!("../docs/queries.md")]
pub mod queries {}

#[doc = include_str!("../docs/flat.md")]
pub mod flat {}

#[doc = include_str!("../docs/writes.md")]
pub mod writes {}

#[doc = include_str!("../docs/transactions.md")]
pub mod transactions {}

#[cfg(feature = "typed")]
#[doc = include_str!("../docs/models.md")]
pub mod models {}

#[cfg(feature = "json")]
#[doc = include_str!("../docs/json.md")]
pub mod json {}

#[doc = include_str!("../docs/hooks.md")]
pub mod hooks {}

#[doc = include_str!("../docs/reliability.md")]
pub mod reliability {}

#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[cfg(feature = "files")]
#[doc = include_str!("../docs/files.md")]
pub mod files {}

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub mod readme {}
