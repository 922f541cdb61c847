//! Relations as attributes.

use crate::entry::{Entry, Value, path};
use proc_macro2::Span;
use syn::{Error, Expr, Ident, Path, Result};

/// A relation of a model.
pub(crate) struct Link {
    pub(crate) name: Ident,
    /// The model it leads to.
    pub(crate) target: Path,
    pub(crate) way: Way,
    pub(crate) filter: Option<Expr>,
    pub(crate) order_by: Vec<Expr>,
    pub(crate) dependent: Option<Ident>,
    /// The field that counts its rows.
    pub(crate) counter: Option<Ident>,
    pub(crate) counter_filter: Option<Expr>,
}

/// How a relation gets there.
pub(crate) enum Way {
    BelongsTo(BelongsTo),
    /// To one of several models: the target is an enum of them.
    Polymorphic {
        type_field: Ident,
        key: Ident,
        touch: Option<Option<Ident>>,
    },
    /// The relation of the target that leads back.
    Inverse {
        inverse: Ident,
        many: bool,
    },
    /// The junction, and its two relations.
    Junction {
        junction: Path,
        near: Ident,
        far: Ident,
        many: bool,
    },
    /// Relations one after the other.
    Chain {
        relations: Vec<Ident>,
        many: bool,
    },
}

/// The side that holds the key.
pub(crate) struct BelongsTo {
    /// The fields that hold the key.
    pub(crate) from: Vec<Ident>,
    /// The columns it refers to; the target's key when empty.
    pub(crate) to: Vec<Ident>,
    pub(crate) on_delete: Option<Ident>,
    pub(crate) on_update: Option<Ident>,
    pub(crate) is_deferrable: bool,
    /// Whether rows may point nowhere.
    pub(crate) is_unguarded: bool,
    /// The target's column that is touched; `updated_at` when it isn't named.
    pub(crate) touch: Option<Option<Ident>>,
}

const BELONGS_TO: [&str; 10] = [
    "on_delete",
    "on_update",
    "deferrable",
    "no_foreign_key",
    "touch",
    "dependent",
    "filter",
    "from",
    "to",
    "name: Model",
];

const HAS: [&str; 7] =
    ["through", "filter", "order_by", "dependent", "counter", "counter_filter", "name: Model::relation"];

impl Link {
    fn new(entry: &Entry, rest: &[Entry], example: &str) -> Result<(Link, Path)> {
        let first = rest.first().map(|first| (&first.name, &first.value));
        let Some((name, Value::Names(target))) = first else {
            let message = format!("name the relation and where it leads first: `{}({example})`", entry.name);
            return Err(entry.mistake(message));
        };
        let target = path(target)?;
        let way = Way::Chain { relations: Vec::new(), many: false };
        let link = Link {
            name: name.clone(),
            target: target.clone(),
            way,
            filter: None,
            order_by: Vec::new(),
            dependent: None,
            counter: None,
            counter_filter: None,
        };
        Ok((link, target))
    }

    /// `belongs_to(author: Author, on_delete = cascade)`; `field` is the one it stands on.
    pub(crate) fn belongs_to(entry: &Entry, field: Option<&Ident>) -> Result<Link> {
        let parts = entry.list()?;
        let (mut link, _) = Link::new(entry, &parts, "author: Author")?;
        let mut way = BelongsTo {
            from: field.into_iter().cloned().collect(),
            to: Vec::new(),
            on_delete: None,
            on_update: None,
            is_deferrable: false,
            is_unguarded: false,
            touch: None,
        };
        for part in parts.iter().skip(1) {
            match part.name.to_string().as_str() {
                "on_delete" => way.on_delete = Some(action(part)?),
                "on_update" => way.on_update = Some(action(part)?),
                "deferrable" => way.is_deferrable = part.flag().map(|()| true)?,
                "no_foreign_key" => way.is_unguarded = part.flag().map(|()| true)?,
                "touch" => {
                    way.touch = Some(if let Value::Flag = part.value { None } else { Some(part.ident()?) });
                }
                "dependent" => link.dependent = Some(dependent(part)?),
                "filter" => link.filter = Some(part.expr()?.clone()),
                "from" if field.is_none() => way.from = part.names()?,
                "to" => way.to = part.names()?,
                _ => return Err(part.unknown(&BELONGS_TO)),
            }
        }
        if way.from.is_empty() {
            let message =
                "name the fields that hold the key: `from(first, second)`, or put `belongs_to` on the field";
            return Err(entry.mistake(message));
        }
        link.way = Way::BelongsTo(way);
        Ok(link)
    }

    /// `polymorphic(subject: Subject)` on the field that holds the key.
    pub(crate) fn polymorphic(entry: &Entry, field: &Ident) -> Result<Link> {
        let parts = entry.list()?;
        let (mut link, _) = Link::new(entry, &parts, "subject: Subject")?;
        let mut type_field = Ident::new(&format!("{}_type", link.name), link.name.span());
        let mut touch = None;
        for part in parts.iter().skip(1) {
            match part.name.to_string().as_str() {
                "type_field" => type_field = part.ident()?,
                "touch" => {
                    touch = Some(if let Value::Flag = part.value { None } else { Some(part.ident()?) })
                }
                "dependent" => link.dependent = Some(dependent(part)?),
                _ => return Err(part.unknown(&["type_field", "touch", "dependent", "name: Enum"])),
            }
        }
        link.way = Way::Polymorphic { type_field, key: field.clone(), touch };
        Ok(link)
    }

    /// `has_many(books: Book::author)`, `has_one(profile: Profile::user)`.
    pub(crate) fn has(entry: &Entry, many: bool) -> Result<Link> {
        let parts = entry.list()?;
        let (mut link, target) = Link::new(entry, &parts, "books: Book::author")?;
        let mut through = None;
        for part in parts.iter().skip(1) {
            match part.name.to_string().as_str() {
                "through" => through = Some((part, part.paths()?)),
                "filter" => link.filter = Some(part.expr()?.clone()),
                "order_by" => link.order_by.push(part.expr()?.clone()),
                "dependent" => link.dependent = Some(dependent(part)?),
                "counter" if many => link.counter = Some(part.ident()?),
                "counter_filter" if many => link.counter_filter = Some(part.expr()?.clone()),
                _ => return Err(part.unknown(&HAS)),
            }
        }
        match through {
            None => {
                let (model, inverse) = split(&target)?;
                link.target = model;
                link.way = Way::Inverse { inverse, many };
            }
            Some((part, paths)) => link.way = way_through(part, &paths, many)?,
        }
        Ok(link)
    }

    /// The key it holds, when it holds one.
    pub(crate) fn key(&self) -> Option<&BelongsTo> {
        if let Way::BelongsTo(key) = &self.way { Some(key) } else { None }
    }

    /// Whether it leads to many rows.
    pub(crate) fn is_many(&self) -> bool {
        match self.way {
            Way::BelongsTo(_) | Way::Polymorphic { .. } => false,
            Way::Inverse { many, .. } | Way::Junction { many, .. } | Way::Chain { many, .. } => many,
        }
    }
}

/// Two relations of one junction, or a chain of the model's own.
fn way_through(part: &Entry, paths: &[Path], many: bool) -> Result<Way> {
    let own: Option<Vec<Ident>> = paths.iter().map(|path| path.get_ident().cloned()).collect();
    if let Some(relations) = own {
        if relations.len() < 2 {
            return Err(
                part.mistake("a chain goes through two relations or more: `through(posts, comments)`")
            );
        }
        return Ok(Way::Chain { relations, many });
    }
    let [near, far] = paths else {
        return Err(
            part.mistake("a junction is named by its two relations: `through(Member::user, Member::group)`")
        );
    };
    let ((junction, near), (other, far)) = (split(near)?, split(far)?);
    if quote::quote!(#junction).to_string() != quote::quote!(#other).to_string() {
        return Err(Error::new_spanned(other, "both relations must be of one junction"));
    }
    Ok(Way::Junction { junction, near, far, many })
}

/// `Book::author` as the model and its relation.
fn split(target: &Path) -> Result<(Path, Ident)> {
    let mut model = target.clone();
    let last = model.segments.pop();
    model.segments.pop_punct();
    match last {
        Some(last) if !model.segments.is_empty() => Ok((model, last.ident)),
        _ => {
            let message = "name the relation that leads back: `Book::author`, where `Book` has `belongs_to(author: ...)`";
            Err(Error::new_spanned(target, message))
        }
    }
}

/// `on_delete = cascade` as the name of the action.
fn action(part: &Entry) -> Result<Ident> {
    const ACTIONS: [(&str, &str); 5] = [
        ("restrict", "Restrict"),
        ("no_action", "NoAction"),
        ("cascade", "Cascade"),
        ("set_null", "SetNull"),
        ("set_default", "SetDefault"),
    ];
    one_of(part, &ACTIONS)
}

/// `dependent = destroy` as the name of what becomes of the rows.
fn dependent(part: &Entry) -> Result<Ident> {
    const DEPENDENTS: [(&str, &str); 4] =
        [("destroy", "Destroy"), ("delete", "Delete"), ("nullify", "Nullify"), ("restrict", "Restrict")];
    one_of(part, &DEPENDENTS)
}

fn one_of(part: &Entry, known: &[(&str, &str)]) -> Result<Ident> {
    let given = part.ident()?;
    match known.iter().find(|(word, _)| given == word) {
        Some((_, name)) => Ok(Ident::new(name, Span::call_site())),
        None => {
            let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
            Err(Error::new(
                given.span(),
                format!("unknown `{} = {given}`\nhelp: there are: {}", part.name, words.join(", ")),
            ))
        }
    }
}
