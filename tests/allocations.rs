//! Walking a typed result allocates nothing.
#![cfg(feature = "typed")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops where something is wrong")]

#[path = "typed/blog.rs"]
mod blog;

use blog::{Comment, Post, User, filled};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many allocations a closure makes. The only test of its file, so that no other thread makes any.
fn allocations<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let region = Region::new(ALLOCATOR);
    let answer = run();
    (answer, region.change().allocations)
}

#[test]
fn walking_a_typed_result_allocates_nothing() {
    let db = filled();
    let page = db
        .query::<User>()
        .include(|u| u.posts().include(|p| p.comments().include(|c| c.author())).include(|p| p.tags()))
        .include(|u| u.profile())
        .all()
        .unwrap();
    let walk = || {
        let mut bytes = 0;
        for user in &page {
            bytes += user.email().len() + user.profile().map_or(0, |profile| profile.bio().len());
            for post in user.posts() {
                bytes += post.title().len() + post.score() as usize + post.tags().len();
                for comment in post.comments() {
                    bytes += comment.body().len() + comment.author().map_or(0, |author| author.email().len());
                }
            }
        }
        bytes
    };
    let (bytes, found) = allocations(walk);
    assert_eq!((found, bytes > 60), (0, true));

    let snapshot = db.snapshot();
    let (posts, comments) = (snapshot.rows_of::<Post>().unwrap(), snapshot.rows_of::<Comment>().unwrap());
    let (of_post, author) = (posts.walk(|p| p.comments()).unwrap(), comments.walk(|c| c.author()).unwrap());
    let (authors, found) = allocations(|| {
        posts.iter().flat_map(|post| of_post.from(post)).filter_map(|comment| author.one(comment)).count()
    });
    assert_eq!((authors, found), (1, 0));
    let (row, found) = allocations(|| posts.get(relata::typed::Id::new(2)).map(|post| post.title().len()));
    assert_eq!((row, found), (Some(4), 0));
}
