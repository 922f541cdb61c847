//! The shared conformance cases through typed queries: the same answers, written by name in the cases and as
//! closures here.

use relata::json::{Limits, read};
use relata::typed::{Condition, Database, Id, Model, Project};
use relata::{Literal, Result};

#[derive(Model)]
#[relata(has_many(invited: User::invitee), has_many(posts: Post::author), has_many(comments: Comment::author))]
#[relata(has_many(posts_of_two: Post::author, filter = |p| p.owner_id().eq(Id::new(2))))]
#[relata(has_many(posts_dot2: Post::author, filter = |p| p.owner_id().eq(Id::new(2)).and(p.content().like("%.2"))))]
#[relata(has_many(groups: Group, through(Member::user, Member::group)), has_many(users_to_groups: Member::user))]
struct User {
    #[relata(key, generated)]
    id: Id<User>,
    name: String,
    #[relata(default = false)]
    verified: bool,
    #[relata(belongs_to(invitee: User))]
    invited_by: Option<Id<User>>,
}

#[derive(Model)]
#[relata(has_many(comments: Comment::post))]
struct Post {
    #[relata(key, generated)]
    id: Id<Post>,
    content: String,
    #[relata(belongs_to(author: User, on_delete = cascade))]
    owner_id: Option<Id<User>>,
}

#[derive(Model)]
struct Comment {
    #[relata(key, generated)]
    id: Id<Comment>,
    content: String,
    #[relata(belongs_to(author: User, on_delete = set_null))]
    creator: Option<Id<User>>,
    #[relata(belongs_to(post: Post, on_delete = cascade))]
    post_id: Option<Id<Post>>,
}

#[derive(Model)]
#[relata(has_many(users: User, through(Member::group, Member::user)), has_many(users_to_groups: Member::group))]
#[relata(has_many(users_filtered: User, through(Member::group, Member::user), filter = |u| u.id().gte(Id::new(2))))]
struct Group {
    #[relata(key, generated)]
    id: Id<Group>,
    name: String,
    description: Option<String>,
}

#[derive(Model)]
#[relata(table = "users_to_groups")]
struct Member {
    #[relata(key, belongs_to(user: User, on_delete = cascade))]
    user_id: Id<User>,
    #[relata(key, belongs_to(group: Group, on_delete = cascade))]
    group_id: Id<Group>,
}

#[derive(Model)]
#[relata(has_many(offerings: Offering, through(Grade::student, Grade::offering)))]
struct Student {
    #[relata(key)]
    id: Id<Student>,
    name: String,
}

#[derive(Model)]
#[relata(has_many(students: Student, through(Grade::offering, Grade::student)))]
struct Offering {
    #[relata(key)]
    course: i64,
    #[relata(key)]
    semester: String,
    room: String,
}

#[derive(Model)]
#[relata(belongs_to(offering: Offering, from(course, semester), no_foreign_key))]
struct Grade {
    #[relata(key, belongs_to(student: Student, no_foreign_key))]
    student_id: Id<Student>,
    #[relata(key)]
    course: i64,
    #[relata(key)]
    semester: String,
}

#[derive(Project)]
#[relata(of = User)]
#[allow(dead_code, reason = "only the document is looked at")]
struct UserKey {
    id: Id<User>,
}

#[derive(Project)]
#[relata(of = Post)]
#[allow(dead_code, reason = "only the document is looked at")]
struct PostKey {
    id: Id<Post>,
}

#[derive(Project)]
#[relata(of = Offering)]
#[allow(dead_code, reason = "only the document is looked at")]
struct Room {
    room: String,
}

type School = (User, Post, Comment, Group, Member, (Student, Offering, Grade));

/// What a case is answered with; `None` for one that isn't written here.
fn answer(db: &Database, name: &str) -> Option<Result<String>> {
    let users = || db.query::<User>();
    let m_posts = |u: UserFields| u.posts().some(|p| p.content().like("M%"));
    Some(match name {
        "a nested limit applies to each parent" => text(users().include(|u| u.posts().limit(1)).all()),
        "root and nested limits are independent" => {
            text(users().include(|u| u.posts().limit(1)).limit(2).all())
        }
        "root and nested orders are independent" => {
            text(users().include(|u| u.posts().order_by(|p| p.id().desc())).order_by(|u| u.id().desc()).all())
        }
        "root and nested filters are independent" => {
            let one = users().filter(|u| u.id().eq(Id::new(1)));
            text(one.include(|u| u.posts().filter(|p| p.id().eq(Id::new(1)))).all())
        }
        "an empty table gives an empty list" => text(users().include(|u| u.posts()).all()),
        "the first of an empty table is null" => text(users().include(|u| u.posts()).first()),
        "a self relation, null where there is none" => text(users().include(|u| u.invitee()).all()),
        "four levels deep" => {
            text(users().include(|u| u.posts().include(|p| p.comments().include(|c| c.author()))).all())
        }
        "many to many through the junction" => text(users().include(|u| u.groups().limit(1)).limit(2).all()),
        "a relation with a filter of its own" => text(users().include(|u| u.posts_of_two()).all()),
        "a filtered relation and the query's filter" => {
            text(users().include(|u| u.posts_dot2().filter(|p| p.id().gt(Id::new(1)))).all())
        }
        "filter by a child" => text(users().filter(|u| u.posts().some(|p| p.content().like("%2"))).all()),
        "has any, has none" => text(users().filter(|u| u.groups().absent()).include(|u| u.groups()).all()),
        "AND of two relation filters" => {
            let not_two = |p: PostFields| p.owner_id().ne(Id::new(2));
            text(users().filter(|u| m_posts(u).and(u.posts().some(not_two))).all())
        }
        "OR of two relation filters" => {
            text(users().filter(|u| m_posts(u).or(u.posts().some(|p| p.owner_id().eq(Id::new(3))))).all())
        }
        "NOT of a relation filter" => text(users().filter(|u| !m_posts(u)).all()),
        "filter through a junction" => {
            text(users().filter(|u| u.groups().some(|g| g.name().eq("Group2"))).all())
        }
        "columns picked" => text(users().select(|u| (u.id(), u.name())).all()),
        "a true column outweighs a false one" => text(users().select(|u| u.id()).all()),
        "columns left out" => text(users().select(|u| (u.id(), u.verified(), u.invited_by())).all()),
        "a filter may use a column that is not selected" => {
            text(users().filter(|u| u.name().eq("Dan")).select(|u| u.id()).all())
        }
        "nulls last ascending" => text(users().order_by(|u| u.invited_by().asc()).select(|u| u.id()).all()),
        "an empty OR is ignored" => text(users().filter(|_| Condition::any([])).select(|u| u.id()).all()),
        "a self relation backwards" => text(users().include(|u| u.invited().select_as::<UserKey>()).all()),
        "the reverse of a through relation is inferred" => {
            text(db.query::<Group>().include(|g| g.users().select_as::<UserKey>()).all())
        }
        "filter by a child, children not filtered" => {
            let one = users().filter(|u| u.id().gt(Id::new(1)).and(m_posts(u)));
            text(one.include(|u| u.posts().select_as::<PostKey>()).all())
        }
        "composite keys through a junction match as tuples" => {
            text(db.query::<Student>().include(|s| s.offerings().select_as::<Room>()).all())
        }
        "no columns beside a relation" => {
            text(db.query::<Member>().select(|m| m.group().select(|g| g.name())).all())
        }
        "many to many by way of the junction" => {
            let first = |u: UserFields| u.users_to_groups().limit(1).select(|m| m.group());
            text(users().limit(2).select(|u| (u.id(), first(u))).all())
        }
        "a relation count beside the columns" => {
            text(users().select(|u| (u.id(), u.posts().count().named("n"))).all())
        }
        _ => return None,
    })
}

fn text(answer: Result<impl serde::Serialize>) -> Result<String> {
    answer.map(|answer| serde_json::to_string(&answer).unwrap())
}

#[test]
fn typed_queries_answer_the_cases_as_expected() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/relational.json");
    let Ok(document) = std::fs::read_to_string(path) else { return };
    let document = read(&document, &Limits::none()).unwrap();
    let part = |literal: &Literal, key: &str| literal.get(key).unwrap_or(&Literal::Null).clone();
    let Literal::List(cases) = part(&document, "cases") else { panic!("cases are a list") };
    for case in &cases {
        let (Literal::Text(name), Literal::Text(fixture)) = (part(case, "name"), part(case, "fixture"))
        else {
            panic!("a case has a name and a fixture: {case}")
        };
        let db = Database::new::<School>().unwrap();
        if let Literal::Object(tables) = part(&part(&document, "fixtures"), &fixture) {
            for (table, rows) in &tables {
                let insert = format!(r#"{{"insert": "{table}", "values": {rows}}}"#);
                assert!(db.run_json(&insert).unwrap().contains("result"), "{name}: {insert}");
            }
        }
        let found = answer(&db, &name).unwrap_or_else(|| panic!("`{name}` isn't written as a closure"));
        assert_eq!(found.unwrap(), part(case, "expect").to_string(), "{name}");
        // Whatever the case, the same database answers it by name where its relations have these names.
        let query = part(case, "query").to_string();
        if !query.contains("extras") {
            assert_eq!(db.query_json(&query).unwrap(), part(case, "expect").to_string(), "{name}");
        }
    }
    assert_eq!(cases.len(), 30);
}
