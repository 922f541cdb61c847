//! Includes that are repeated from the rows they find.

use relata::typed::{Database, Id, Model, Node, Nodes};

#[derive(Model, Clone, Debug, PartialEq)]
#[relata(has_many(children: Category::parent), has_many(goods: Good::category))]
struct Category {
    #[relata(key, generated)]
    id: Id<Category>,
    #[relata(belongs_to(parent: Category))]
    parent_id: Option<Id<Category>>,
    name: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
struct Good {
    #[relata(key, generated)]
    id: Id<Good>,
    #[relata(belongs_to(category: Category))]
    category_id: Id<Category>,
    name: String,
}

/// Media over books and films, books over novels, novels over crime.
fn filled() -> Database {
    let db = Database::new::<(Category, Good)>().unwrap();
    let media = db.insert(NewCategory::new("media")).unwrap();
    let books = db.insert(NewCategory::new("books").parent_id(media)).unwrap();
    db.insert(NewCategory::new("films").parent_id(media)).unwrap();
    let novels = db.insert(NewCategory::new("novels").parent_id(books)).unwrap();
    let crime = db.insert(NewCategory::new("crime").parent_id(novels)).unwrap();
    db.insert(NewGood::new(crime, "Gaudy Night")).unwrap();
    db
}

fn names<I>(nodes: Nodes<'_, Category, I>) -> Vec<String> {
    let deeper = |node: Node<'_, Category, I>| match node.deeper() {
        Some(nodes) => format!("{}{:?}", node.name(), names(nodes)),
        None => format!("{}!", node.name()),
    };
    nodes.iter().map(deeper).collect()
}

#[test]
fn an_include_goes_on_to_the_end() {
    let db = filled();
    let roots = || db.query::<Category>().filter(|c| c.parent_id().is_null());
    let page = roots().include(|c| c.children().recursive()).all().unwrap();
    let tree = names(page.first().unwrap().children()).join(" ").replace(['"', '\\'], "");
    assert_eq!(tree, "books[novels[crime[]]] films[]");
    // The same rows by name give the same document.
    assert_eq!(serde_json::to_string(&page).unwrap(), serde_json::to_string(page.untyped()).unwrap());
    assert!(format!("{:?}", page.first().unwrap()).contains("children: [{id: 4"));
}

#[test]
fn a_depth_ends_it_and_other_includes_hold_at_every_level() {
    let db = filled();
    let roots = db.query::<Category>().filter(|c| c.parent_id().is_null());
    let page = roots
        .include(|c| c.children().order_by(|c| c.name().desc()).include(|c| c.goods()).recursive_to(2))
        .all()
        .unwrap();
    let tree = names(page.first().unwrap().children()).join(" ").replace(['"', '\\'], "");
    assert_eq!(tree, "films[] books[novels!]");
    let all = db.query::<Category>().filter(|c| c.name().eq("novels"));
    let all = all.include(|c| c.children().include(|c| c.goods()).recursive()).one().unwrap();
    let crime = all.row().children().first().unwrap();
    assert_eq!((crime.name(), crime.goods().first().unwrap().name()), ("crime", "Gaudy Night"));
    assert_eq!(crime.row().to_model().name, "crime");
    assert!(db.query::<Category>().include(|c| c.children().recursive_to(0)).all().is_err());
}

#[test]
fn a_relation_to_one_is_followed_up() {
    let db = filled();
    let crime = db.query::<Category>().filter(|c| c.name().eq("crime"));
    let crime = crime.include(|c| c.parent().recursive()).one().unwrap();
    let mut above = Vec::new();
    let mut node = crime.row().parent();
    while let Some(category) = node {
        above.push(category.name());
        node = category.deeper().and_then(Nodes::first);
    }
    assert_eq!(above, ["novels", "books", "media"]);
    assert_eq!(crime.row().parent(), crime.row().parent());
    let media = db.query::<Category>().filter(|c| c.name().eq("media")).include(|c| c.parent().recursive());
    assert!(media.one().unwrap().row().parent().is_none());
}

#[test]
fn nodes_are_listed_from_both_ends_printed_and_documents() {
    let db = filled();
    let roots = || db.query::<Category>().filter(|c| c.parent_id().is_null());
    let page = roots().include(|c| c.children().recursive_to(2)).all().unwrap();
    let nodes = page.first().unwrap().children();
    assert_eq!((nodes.len(), nodes.is_empty(), nodes.iter().len()), (2, false, 2));
    assert_eq!(nodes.iter().rev().map(|node| node.name()).collect::<Vec<_>>(), ["films", "books"]);
    assert_eq!(nodes.into_iter().map(|node| *node.id().get()).collect::<Vec<_>>(), [2, 3]);
    assert!(nodes.get(2).is_none());
    let (books, films) = (nodes.first().unwrap(), nodes.get(1).unwrap());
    assert!(films.deeper().unwrap().is_empty());
    assert_eq!(format!("{films:?}"), r#"Category { id: 3, parent_id: 1, name: "films", children: [] }"#);
    assert_eq!(format!("{nodes:?}"), format!("[{books:?}, {films:?}]"),);
    let copy = books;
    assert_eq!((copy, copy.name()), (books, "books"));
    assert_eq!(
        serde_json::to_string(&films).unwrap(),
        r#"{"id":3,"parent_id":1,"name":"films","children":[]}"#
    );
    assert_eq!(
        serde_json::to_string(&nodes).unwrap(),
        r#"[{"id":2,"parent_id":1,"name":"books","children":[{"id":4,"parent_id":2,"name":"novels"}]},{"id":3,"parent_id":1,"name":"films","children":[]}]"#
    );
    let none = Nodes::<Category>::default();
    assert_eq!((none.len(), none.is_empty(), format!("{none:?}")), (0, true, "[]".to_owned()));
    let asked = format!("{:?}", Category::fields().children().recursive_to(2));
    assert!(asked.starts_with("children {") && asked.contains("Levels(2)"), "{asked}");
}
