//! What is made of the rows along a relation.

use crate::blog::{State, User, filled};
use relata::typed::{Database, Id, Model, Newtype, Query, count};
use rust_decimal::Decimal;

fn emails(query: Query<User>) -> Vec<String> {
    query.all().unwrap().iter().map(|u| u.email()[..3].to_owned()).collect()
}

#[test]
fn a_value_of_related_rows_filters_wherever_a_condition_stands() {
    let db = filled();
    let users = || db.query::<User>();
    assert_eq!(emails(users().filter(|u| u.posts().count().gte(2))), ["ann"]);
    assert_eq!(emails(users().filter(|u| u.posts().sum(|p| p.score()).eq(5))), ["bob"]);
    assert_eq!(emails(users().filter(|u| u.posts().min(|p| p.score()).is_null())), ["cid"]);
    assert_eq!(emails(users().filter(|u| u.posts().max(|p| p.title()).is_not_null())), ["ann", "bob"]);
    let drafts = |u: crate::blog::UserFields| u.posts().filter(|p| p.state().eq(State::Draft)).count();
    assert_eq!(emails(users().filter(|u| drafts(u).eq(1).and(!u.posts().count().eq(1)))), ["ann"]);
    // Inside the filter of a relation.
    assert_eq!(emails(users().filter(|u| u.posts().some(|p| p.comments().count().eq(0)))), ["bob"]);
    assert_eq!(
        emails(users().filter(|u| u.posts().avg(|p| p.score()).gt(Decimal::new(49, 1)))),
        ["ann", "bob"]
    );
}

#[test]
fn a_value_of_related_rows_orders_without_being_given() {
    let db = filled();
    let by_best = || db.query::<User>().order_by(|u| u.posts().max(|p| p.score()).desc().nulls_last());
    assert_eq!(emails(by_best()), ["ann", "bob", "cid"]);
    assert_eq!(emails(db.query::<User>().order_by(|u| u.posts().count().asc())), ["cid", "bob", "ann"]);
    let shown = serde_json::to_string(&by_best().limit(1).all().unwrap()).unwrap();
    assert!(!shown.contains('$'), "{shown}");
    // Also of the rows of an include, and where a page ended.
    let page = db.query::<User>().include(|u| u.posts().order_by(|p| p.tags().count().asc())).all().unwrap();
    let titles: Vec<_> = page.first().unwrap().posts().iter().map(|p| p.title()).collect();
    assert_eq!(titles, ["Sand", "Dune"]);
    let after = db.query::<User>().order_by(|u| u.posts().count().desc()).after(|u| u.posts().count().at(2));
    assert_eq!(emails(after), ["bob", "cid"]);
}

#[test]
fn a_value_of_related_rows_is_included() {
    let db = filled();
    let page = db
        .query::<User>()
        .include(|u| u.posts().sum(|p| p.score()))
        .include(|u| u.comments().count())
        .include(|u| u.drafts().max(|p| p.title()))
        .all()
        .unwrap();
    let found: Vec<_> = page.iter().map(|u| (u.posts(), u.comments(), u.drafts())).collect();
    assert_eq!(found, [(Some(10), 0, Some("Sand")), (Some(5), 1, Some("Hive")), (None, 0, None)]);
    let shown = serde_json::to_string(&page.get(2).unwrap()).unwrap();
    assert!(shown.ends_with(r#""posts":null,"drafts":null,"comments":0}"#), "{shown}");
    assert!(format!("{:?}", page.first().unwrap()).contains("posts: 10"));
}

#[test]
fn the_same_is_asked_in_a_document() {
    let db = filled();
    let filter = r#"{"$expr": [{"$sum": {"posts": "score"}, "where": {"score": {"gt": 3}}}, {"gte": 7}]}"#;
    let found =
        db.query_json(&format!(r#"{{"findMany": "users", "columns": {{"id": true}}, "where": {filter}}}"#));
    assert_eq!(found.unwrap(), r#"[{"id":1}]"#);
    let flat = db.query_json(&format!(r#"{{"from": "users", "select": ["id"], "where": {filter}}}"#));
    assert_eq!(flat.unwrap(), r#"[{"id":1}]"#);
    // What a condition prints is such a document.
    let condition = User::fields().posts().filter(|p| p.score().gt(3)).sum(|p| p.score()).gte(7);
    assert_eq!(
        format!("{condition:?}"),
        r#"{"$expr":[{"$sum":{"posts":"score"},"where":{"AND":[{"score":{"gt":3}}]}},{"gte":7}]}"#
    );
}

#[derive(Clone, Debug, PartialEq)]
struct Cents(i64);

impl Newtype for Cents {
    type Inner = i64;

    fn wrap(cents: i64) -> Cents {
        Cents(cents)
    }

    fn inner(&self) -> i64 {
        self.0
    }
}

#[derive(Model)]
#[relata(has_many(lines: Line::order))]
struct Order {
    #[relata(key, generated)]
    id: Id<Order>,
}

#[derive(Model)]
struct Line {
    #[relata(key, generated)]
    id: Id<Line>,
    #[relata(belongs_to(order: Order))]
    order_id: Id<Order>,
    price: Cents,
    discount: Option<f64>,
}

#[test]
fn a_wrapped_number_sums_as_what_it_wraps_and_ranks_as_itself() {
    let db = Database::new::<(Order, Line)>().unwrap();
    let order = db.insert(NewOrder::default()).unwrap();
    db.insert(NewLine::new(order, Cents(250)).discount(0.5)).unwrap();
    db.insert(NewLine::new(order, Cents(100))).unwrap();
    let found = db.query::<Line>().aggregate(|l| (l.price().sum(), l.price().min(), l.discount().avg()));
    assert_eq!(found.unwrap(), (Some(350), Some(Cents(100)), Some(0.5)));
    let page = db.query::<Order>().include(|o| o.lines().max(|l| l.price())).all().unwrap();
    assert_eq!(page.first().unwrap().lines(), Some(Cents(250)));
    assert!(db.query::<Order>().filter(|o| o.lines().max(|l| l.price()).gt(Cents(200))).exists().unwrap());
}

#[test]
fn what_leaves_rows_out_is_refused_where_all_of_them_are_summed_up() {
    let db = filled();
    let users = || db.query::<User>();
    let refused = |found: relata::Result<Vec<String>>, option: &str| {
        let error = found.unwrap_err();
        assert!(error.to_string().starts_with(&format!("`{option}` belongs where rows are read")), "{error}");
    };
    let emails =
        |query: Query<User>| query.all().map(|page| page.iter().map(|u| u.email().to_owned()).collect());
    refused(emails(users().filter(|u| u.posts().limit(1).count().gte(1))), "limit");
    refused(emails(users().order_by(|u| u.posts().offset(1).max(|p| p.score()).desc())), "offset");
    refused(users().include(|u| u.posts().limit(1).sum(|p| p.score())).all().map(|_| Vec::new()), "limit");
    refused(users().limit(2).aggregate(|_| count()).map(|_| Vec::new()), "limit");
    refused(users().offset(1).group_by(|u| u.email()).select(|email, _| email).all(), "offset");
    refused(db.from::<User>().limit(2).aggregate(|_| count()).map(|_| Vec::new()), "limit");
}

#[test]
fn a_count_is_of_the_rows_that_a_query_gives() {
    let db = filled();
    let users = || db.query::<User>();
    assert_eq!((users().limit(2).count().unwrap(), users().offset(2).count().unwrap()), (2, 1));
    assert!(!users().offset(3).exists().unwrap());
    assert!(!users().limit(0).exists().unwrap());
    let first = users().all().unwrap().first().unwrap().id();
    assert_eq!(users().order_by(|u| u.id().asc()).after(|u| u.id().at(first)).count().unwrap(), 2);
}
