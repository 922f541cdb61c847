//! bevy_ecs: a row is an entity, an association a pair of relationship components kept in step
//! by the crate's own hooks, a cascade is `linked_spawn`. Maps from id to entity and the counter
//! are kept by a removal hook. Only the traversals, the scans and the cascade; a World has no clone.

use crate::workload::*;
use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::query::QueryState;
use bevy_ecs::world::DeferredWorld;
use hashbrown::{HashMap, HashSet};

macro_rules! one_to_many {
    ($source:ident, $target:ident, $list:ty) => {
        #[derive(Component)]
        #[relationship(relationship_target = $target)]
        struct $source(Entity);
        #[derive(Component)]
        #[relationship_target(relationship = $source, linked_spawn)]
        struct $target($list);
    };
}
one_to_many!(ProfileOf, HasProfile, Entity);
one_to_many!(PostOf, Posts, Vec<Entity>);
one_to_many!(CommentOn, Comments_, Vec<Entity>);
one_to_many!(AuthoredBy, Authored, Vec<Entity>);
one_to_many!(TaggingOf, Taggings, Vec<Entity>);
one_to_many!(TaggedWith, Tagged, Vec<Entity>);

#[derive(Component)]
#[allow(dead_code)]
struct User {
    id: i64,
    name: String,
    email: String,
    created_at: i64,
    posts_count: i64,
}
#[derive(Component)]
#[allow(dead_code)]
struct Profile {
    id: i64,
    bio: Option<String>,
}
#[derive(Component)]
#[component(on_remove = post_gone)]
struct Post {
    id: i64,
    title: String,
    published: bool,
    created_at: i64,
    comments_count: i64,
}
#[derive(Component)]
#[component(on_remove = comment_gone)]
#[allow(dead_code)]
struct Comment {
    id: i64,
    body: String,
    created_at: i64,
}
#[derive(Component)]
#[allow(dead_code)]
struct Tag {
    id: i64,
    name: String,
}

#[derive(Resource, Default)]
struct Ids {
    users: HashMap<i64, Entity>,
    posts: HashMap<i64, Entity>,
    comments: HashMap<i64, Entity>,
}

fn post_gone(mut world: DeferredWorld, c: HookContext) {
    let id = world.get::<Post>(c.entity).unwrap().id;
    world.resource_mut::<Ids>().posts.remove(&id);
}
fn comment_gone(mut world: DeferredWorld, c: HookContext) {
    let id = world.get::<Comment>(c.entity).unwrap().id;
    world.resource_mut::<Ids>().comments.remove(&id);
    if let Some(on) = world.get::<CommentOn>(c.entity).map(|on| on.0) {
        if let Some(mut post) = world.get_mut::<Post>(on) {
            post.comments_count -= 1;
        }
    }
}

pub struct Bevy {
    world: World,
    users: QueryState<(&'static User, Option<&'static Posts>)>,
    posts: QueryState<(&'static Post, &'static PostOf, Option<&'static Comments_>)>,
    comments: QueryState<(&'static Comment, &'static CommentOn, &'static AuthoredBy)>,
}

impl Bevy {
    pub fn load(d: &Data) -> Bevy {
        let mut world = World::new();
        let mut ids = Ids::default();
        for u in d.users() {
            let user = User {
                id: u.id,
                name: u.name.into(),
                email: u.email.into(),
                created_at: u.created_at,
                posts_count: u.posts_count,
            };
            ids.users.insert(u.id, world.spawn(user).id());
        }
        for p in d.profiles() {
            world.spawn((
                Profile { id: p.id, bio: p.bio.map(str::to_string) },
                ProfileOf(ids.users[&p.user_id]),
            ));
        }
        for p in d.posts() {
            let post = Post {
                id: p.id,
                title: p.title.into(),
                published: p.published,
                created_at: p.created_at,
                comments_count: p.comments_count,
            };
            ids.posts.insert(p.id, world.spawn((post, PostOf(ids.users[&p.user_id]))).id());
        }
        for c in d.comments.iter() {
            let comment = Comment { id: c.id, body: c.body.into(), created_at: c.created_at };
            let e = world
                .spawn((comment, CommentOn(ids.posts[&c.post_id]), AuthoredBy(ids.users[&c.author_id])))
                .id();
            ids.comments.insert(c.id, e);
        }
        let tags: HashMap<i64, Entity> =
            d.tags().map(|(id, name)| (id, world.spawn(Tag { id, name: name.into() }).id())).collect();
        for (post, tag) in &d.posts_tags {
            world.spawn((TaggingOf(ids.posts[post]), TaggedWith(tags[tag])));
        }
        world.insert_resource(ids);
        let (users, posts, comments) = (world.query(), world.query(), world.query());
        Bevy { world, users, posts, comments }
    }
}

impl Peer for Bevy {
    fn w1(&self, posts: &[i64]) -> Option<u64> {
        let (ids, q) = (self.world.resource::<Ids>(), self.posts.query_manual(&self.world));
        let one = |id| {
            let (p, ..) = q.get(ids.posts[id]).unwrap();
            sig(&p.title) + p.created_at as u64 % 1000
        };
        Some(posts.iter().map(one).sum())
    }
    fn w3(&self, comments: &[i64]) -> Option<u64> {
        let ids = self.world.resource::<Ids>();
        let (users, posts, rows) = (
            self.users.query_manual(&self.world),
            self.posts.query_manual(&self.world),
            self.comments.query_manual(&self.world),
        );
        let one = |id| {
            let (_, on, by) = rows.get(ids.comments[id]).unwrap();
            let (_, of, _) = posts.get(on.0).unwrap();
            sig(&users.get(by.0).unwrap().0.name) + sig(&users.get(of.0).unwrap().0.name)
        };
        Some(comments.iter().map(one).sum())
    }
    fn w4(&self, users: &[i64]) -> Option<u64> {
        let ids = self.world.resource::<Ids>();
        let (all, posts) = (self.users.query_manual(&self.world), self.posts.query_manual(&self.world));
        let one = |id| {
            let (_, has) = all.get(ids.users[id]).unwrap();
            has.map_or(0, |l| l.iter().map(|p| posts.get(p).unwrap().0.created_at as u64).sum::<u64>())
        };
        Some(users.iter().map(one).sum())
    }
    fn w6(&self) -> Option<u64> {
        let (users, posts, comments) = (
            self.users.query_manual(&self.world),
            self.posts.query_manual(&self.world),
            self.comments.query_manual(&self.world),
        );
        let mut sum = 0;
        for (u, has) in users.iter() {
            sum += ck_user(u.id, &u.name);
            for p in has.into_iter().flat_map(|h| h.iter()) {
                let (p, _, has) = posts.get(p).unwrap();
                sum += ck_post(p.id, &p.title, p.created_at);
                for c in has.into_iter().flat_map(|h| h.iter()) {
                    let (c, _, by) = comments.get(c).unwrap();
                    sum += ck_comment(c.id, &c.body, &users.get(by.0).unwrap().0.name);
                }
            }
        }
        Some(sum)
    }
    fn w8(&self, after: i64) -> Option<u64> {
        let q = self.posts.query_manual(&self.world);
        let mut hits: Vec<(i64, i64)> = q
            .iter()
            .map(|r| r.0)
            .filter(|p| p.published && p.created_at > after)
            .map(|p| (p.created_at, p.id))
            .collect();
        let count = hits.len() as u64;
        if hits.len() > 100 {
            hits.select_nth_unstable_by(99, |a, b| b.cmp(a));
            hits.truncate(100);
        }
        hits.sort_unstable_by(|a, b| b.cmp(a));
        Some(ck_list(count, hits.iter().map(|h| h.1), true))
    }
    fn w9(&self) -> Option<u64> {
        let (users, q) = (self.users.query_manual(&self.world), self.posts.query_manual(&self.world));
        let hit: HashSet<Entity> =
            q.iter().filter(|(p, ..)| p.published && p.comments_count > 20).map(|(_, of, _)| of.0).collect();
        Some(ck_list(hit.len() as u64, hit.iter().map(|u| users.get(*u).unwrap().0.id), false))
    }
    fn w11(&mut self, users: &[i64]) -> Option<u64> {
        for id in users {
            let user = self.world.resource_mut::<Ids>().users.remove(id).unwrap();
            self.world.despawn(user);
        }
        Some(users.len() as u64)
    }
    fn digest(&mut self) -> Option<Digest> {
        let w = &mut self.world;
        Some(Digest {
            users: w.query::<&User>().iter(w).count() as u64,
            profiles: w.query::<&Profile>().iter(w).count() as u64,
            posts: w.query::<&Post>().iter(w).count() as u64,
            comments: w.query::<&Comment>().iter(w).count() as u64,
            posts_tags: w.query::<&TaggingOf>().iter(w).count() as u64,
            comments_count: Some(w.query::<&Post>().iter(w).map(|p| p.comments_count as u64).sum()),
            tree: {
                self.users.update_archetypes(&self.world);
                self.posts.update_archetypes(&self.world);
                self.comments.update_archetypes(&self.world);
                self.w6()?
            },
        })
    }
}
