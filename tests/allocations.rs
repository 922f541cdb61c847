//! Walking a typed result allocates nothing, and a typed query no more than one by name.
#![cfg(feature = "typed")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops where something is wrong")]

#[path = "typed/blog.rs"]
mod blog;

use blog::{Comment, Post, User, filled};
use relata::col;
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
    let along = snapshot.rows_of::<User>().unwrap().walk(|u| u.posts()).unwrap();
    let (_, found) = allocations(|| {
        snapshot.rows_of::<User>().unwrap().iter().map(|u| along.from(u).len()).sum::<usize>()
    });
    assert_eq!(found, 0);
    let (row, found) = allocations(|| posts.get(relata::typed::Id::new(2)).map(|post| post.title().len()));
    assert_eq!((row, found), (Some(4), 0));

    let joined = db.from::<User>().left_join(|u| u.posts()).all().unwrap();
    let (titles, found) = allocations(|| {
        joined.iter().filter_map(|(_, post)| post).map(|post| post.title().len()).sum::<usize>()
    });
    assert_eq!((titles, found), (12, 0));
    by_key_as_by_name(&db);
}

/// Typed forms of a query allocate no more than its forms by name.
fn by_key_as_by_name(db: &relata::typed::Database) {
    let one = relata::typed::Id::<User>::new(1);
    let typed =
        || db.query::<User>().include(|u| u.posts().filter(|p| p.score().gt(1)).include(|p| p.comments()));
    let named = || {
        let posts =
            |posts: relata::Query| posts.filter(col("score").gt(1)).include("comments", |comments| comments);
        db.untyped().query("users").include("posts", posts)
    };
    let (prepared, by_name) = (typed().prepare().unwrap(), named().prepare().unwrap());
    let (mut prepared, mut by_name) = (prepared.by_key(), by_name.by_key());
    // Buffers have grown to what this needs afterwards.
    let ask = |prepared: &mut relata::typed::ByKey<'_, User, _>| prepared.get(one).unwrap().is_some();
    let warm = (ask(&mut prepared), by_name.get(1).unwrap().is_some());
    let (found, allocated) = allocations(|| ask(&mut prepared));
    let (again, allowed) = allocations(|| by_name.get(1).unwrap().is_some());
    assert_eq!((warm, found, again), ((true, true), true, true));
    assert!(allocated <= allowed, "{allocated} typed, {allowed} by name");

    let (found, allocated) = allocations(|| typed().filter(|u| u.id().eq(one)).all().unwrap().len());
    let (again, allowed) = allocations(|| named().filter(col("id").eq(1)).all().unwrap().len());
    assert_eq!((found, again), (1, 1));
    assert!(allocated <= allowed, "{allocated} typed, {allowed} by name");
}
