//! A model as its struct and attributes define it.

use crate::entry::{Entry, Mistakes, Value, of_attributes};
use crate::link::{Link, Way};
use crate::names::{nearest, plural, snake};
use crate::types::{FIELD_TYPES, can_be_field, last_name, shown};
use syn::{Attribute, Data, DeriveInput, Error, Expr, Fields, Ident, Result, Type, Visibility};

/// A model.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) table: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) uniques: Vec<Vec<Ident>>,
    pub(crate) indexes: Vec<(Vec<Ident>, bool)>,
    pub(crate) checks: Vec<(Option<Ident>, Expr)>,
    pub(crate) links: Vec<Link>,
}

/// A field, which is a column.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    /// What its documentation says.
    pub(crate) docs: Vec<Attribute>,
    pub(crate) column: String,
    pub(crate) is_key: bool,
    pub(crate) is_generated: bool,
    pub(crate) is_unique: bool,
    pub(crate) default: Option<Default>,
    /// Whether the store counts it.
    pub(crate) is_counter: bool,
    /// Whether it counts the changes of its row.
    pub(crate) is_version: bool,
}

/// What a field gets when it isn't given.
pub(crate) enum Default {
    Value(Expr),
    Now,
    Uuid,
}

const ON_MODELS: [&str; 9] =
    ["table", "unique", "index", "ordered_index", "check", "belongs_to", "has_many", "has_one", "key"];

const ON_FIELDS: [&str; 14] = [
    "key",
    "generated",
    "unique",
    "index",
    "ordered_index",
    "default",
    "default_now",
    "default_uuid",
    "rename",
    "check",
    "counter",
    "version",
    "belongs_to",
    "polymorphic",
];

impl Model {
    /// Reads a struct.
    ///
    /// # Errors
    /// Every mistake of its attributes.
    pub(crate) fn read(input: &DeriveInput) -> Result<Model> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new_spanned(
                &input.ident,
                "a model is a struct; for an enum derive `ModelEnum`",
            ));
        };
        let Fields::Named(named) = &data.fields else {
            return Err(Error::new_spanned(&input.ident, "a model has named fields, one for each column"));
        };
        if !input.generics.params.is_empty() {
            return Err(Error::new_spanned(&input.generics, "a model has no generic parameters"));
        }
        let mut model = Model {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            table: plural(&snake(&input.ident.to_string())),
            fields: Vec::new(),
            uniques: Vec::new(),
            indexes: Vec::new(),
            checks: Vec::new(),
            links: Vec::new(),
        };
        let mut mistakes = Mistakes::default();
        for field in &named.named {
            let Some(ident) = &field.ident else { continue };
            if !can_be_field(&field.ty) {
                let ty = &field.ty;
                mistakes.note(Error::new_spanned(
                    ty,
                    format!("`{}` can't be a field of a model\n{FIELD_TYPES}", shown(ty)),
                ));
            }
            let docs = field.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned();
            let mut read = Field {
                ident: ident.clone(),
                ty: field.ty.clone(),
                docs: docs.collect(),
                column: ident.to_string().trim_start_matches("r#").to_owned(),
                is_key: false,
                is_generated: false,
                is_unique: false,
                default: None,
                is_counter: false,
                is_version: false,
            };
            for entry in of_attributes(&field.attrs, &mut mistakes) {
                mistakes.keep(model.on_field(&mut read, &entry));
            }
            model.fields.push(read);
        }
        let mut keys = Vec::new();
        for entry in of_attributes(&input.attrs, &mut mistakes) {
            mistakes.keep(model.on_model(&entry, &mut keys));
        }
        model.check(&keys, &mut mistakes);
        mistakes.finish()?;
        Ok(model)
    }

    fn on_model(&mut self, entry: &Entry, keys: &mut Vec<Ident>) -> Result<()> {
        match entry.name.to_string().as_str() {
            "table" => self.table = entry.text()?.value(),
            "key" => keys.extend(entry.names()?),
            "unique" => self.uniques.push(entry.names()?),
            "index" => self.indexes.push((entry.names()?, false)),
            "ordered_index" => self.indexes.push((entry.names()?, true)),
            "check" => {
                for part in entry.list()? {
                    let Value::Names(closure) = part.value else {
                        return Err(entry.mistake("name the check: `check(printed: |b| b.year().gte(1450))`"));
                    };
                    self.checks.push((Some(part.name), *closure));
                }
            }
            "belongs_to" => self.links.push(Link::belongs_to(entry, None)?),
            "has_many" => self.links.push(Link::has(entry, true)?),
            "has_one" => self.links.push(Link::has(entry, false)?),
            _ => return Err(entry.unknown(&ON_MODELS)),
        }
        Ok(())
    }

    fn on_field(&mut self, field: &mut Field, entry: &Entry) -> Result<()> {
        let own = || vec![field.ident.clone()];
        match entry.name.to_string().as_str() {
            "key" => field.is_key = entry.flag().map(|()| true)?,
            "generated" => field.is_generated = entry.flag().map(|()| true)?,
            "unique" => field.is_unique = entry.flag().map(|()| true)?,
            "index" => self.indexes.push(entry.flag().map(|()| (own(), false))?),
            "ordered_index" => self.indexes.push(entry.flag().map(|()| (own(), true))?),
            "default" => field.default = Some(Default::Value(entry.expr()?.clone())),
            "default_now" => field.default = Some(entry.flag().map(|()| Default::Now)?),
            "default_uuid" => field.default = Some(entry.flag().map(|()| Default::Uuid)?),
            "rename" => field.column = entry.text()?.value(),
            "check" => self.checks.push((None, entry.expr()?.clone())),
            "counter" => field.is_counter = entry.flag().map(|()| true)?,
            "version" => field.is_version = entry.flag().map(|()| true)?,
            "belongs_to" => self.links.push(Link::belongs_to(entry, Some(&field.ident))?),
            "polymorphic" => self.links.push(Link::polymorphic(entry, &field.ident)?),
            _ => return Err(entry.unknown(&ON_FIELDS)),
        }
        Ok(())
    }

    /// What only the whole struct shows.
    fn check(&mut self, keys: &[Ident], mistakes: &mut Mistakes) {
        for counted in self.links.iter().filter_map(|link| link.counter.clone()) {
            match self.fields.iter_mut().find(|field| field.ident == counted) {
                Some(field) => field.is_counter = true,
                None => mistakes.note(self.no_field(&counted)),
            }
        }
        for field in self.fields.iter().filter(|field| field.is_counter) {
            if !self.links.iter().any(|link| link.counter.as_ref() == Some(&field.ident)) {
                let message =
                    format!("nothing is counted here: add `counter = {}` to a `has_many`", field.ident);
                mistakes.note(Error::new(field.ident.span(), message));
            }
        }
        for key in keys {
            match self.fields.iter_mut().find(|field| field.ident == *key) {
                Some(field) => field.is_key = true,
                None => mistakes.note(self.no_field(key)),
            }
        }
        let named = self.uniques.iter().chain(self.indexes.iter().map(|(names, _)| names)).flatten();
        let from = self.links.iter().filter_map(Link::key).flat_map(|key| &key.from);
        let types = self.links.iter().filter_map(|link| match &link.way {
            Way::Polymorphic { type_field, .. } => Some(type_field),
            _ => None,
        });
        for name in named.chain(from).chain(types) {
            if self.field(name).is_none() {
                mistakes.note(self.no_field(name));
            }
        }
        if !self.fields.iter().any(|field| field.is_key) {
            let message =
                format!("`{}` has no key\nhelp: mark a field, or several, with `#[relata(key)]`", self.ident);
            mistakes.note(Error::new(self.ident.span(), message));
        }
        for link in &self.links {
            if let Some(field) = self.fields.iter().find(|field| field.ident == link.name) {
                let message = format!("the relation `{}` is named like a field", field.ident);
                mistakes.note(Error::new(link.name.span(), message));
            }
        }
    }

    fn no_field(&self, name: &Ident) -> Error {
        let known: Vec<String> = self.fields.iter().map(|field| field.ident.to_string()).collect();
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let near = nearest(&name.to_string(), &names);
        let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        Error::new(name.span(), format!("no field `{name}`\nhelp: {near}there are: {}", known.join(", ")))
    }

    /// The field of this name.
    pub(crate) fn field(&self, name: &Ident) -> Option<&Field> {
        self.fields.iter().find(|field| field.ident == *name)
    }

    /// The column of the field of this name.
    pub(crate) fn column(&self, name: &Ident) -> String {
        self.field(name).map_or_else(|| name.to_string(), |field| field.column.clone())
    }

    /// The columns of these fields.
    pub(crate) fn columns<'a>(&self, names: impl IntoIterator<Item = &'a Ident>) -> Vec<String> {
        names.into_iter().map(|name| self.column(name)).collect()
    }

    /// The fields of the key, in declared order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_key)
    }
}

impl Field {
    /// Whether its type is written as an `Option`.
    pub(crate) fn is_option(&self) -> bool {
        last_name(&self.ty).is_some_and(|name| name == "Option")
    }

    /// Whether it's given when a row is inserted.
    pub(crate) fn is_given(&self) -> bool {
        !self.is_generated && !self.is_kept()
    }

    /// Whether the store alone writes it.
    pub(crate) fn is_kept(&self) -> bool {
        self.is_counter || self.is_version
    }

    /// Whether an insert must give it.
    pub(crate) fn is_required(&self) -> bool {
        self.is_given() && self.default.is_none() && !self.is_option()
    }
}
