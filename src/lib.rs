//! An embedded in-memory relational store with association traversal.

#![forbid(unsafe_code)]


