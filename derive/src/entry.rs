//! What stands between the brackets of `#[relata(...)]`.

use crate::names::nearest;
use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Error, Expr, Ident, Lit, LitStr, Path, Result, Token, parenthesized};

/// One part of an attribute.
pub(crate) struct Entry {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

/// What an attribute's part says.
pub(crate) enum Value {
    /// `unique`
    Flag,
    /// `table = "authors"`
    Is(Box<Expr>),
    /// `author: Author`
    Names(Box<Expr>),
    /// `unique(first, last)`
    List(TokenStream),
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> Result<Entry> {
        let name: Ident = input.call(syn::ext::IdentExt::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Value::Is(input.parse()?)
        } else if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            Value::Names(input.parse()?)
        } else if input.peek(syn::token::Paren) {
            let inner;
            parenthesized!(inner in input);
            Value::List(inner.parse()?)
        } else {
            Value::Flag
        };
        Ok(Entry { name, value })
    }
}

/// The parts of a list.
pub(crate) fn entries(tokens: TokenStream) -> Result<Vec<Entry>> {
    let list = syn::parse::Parser::parse2(Punctuated::<Entry, Token![,]>::parse_terminated, tokens)?;
    Ok(list.into_iter().collect())
}

/// The parts of every `#[relata(...)]` among these attributes.
pub(crate) fn of_attributes(attributes: &[Attribute], mistakes: &mut Mistakes) -> Vec<Entry> {
    let mut all = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("relata")) {
        let read = attribute.meta.require_list().and_then(|list| entries(list.tokens.clone()));
        all.extend(mistakes.keep(read).unwrap_or_default());
    }
    all
}

impl Entry {
    /// A mistake about this part.
    pub(crate) fn mistake(&self, message: impl std::fmt::Display) -> Error {
        Error::new(self.name.span(), message)
    }

    /// The mistake that no such part is known here.
    pub(crate) fn unknown(&self, known: &[&str]) -> Error {
        let name = self.name.to_string();
        let near = nearest(&name, known).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
        self.mistake(format!("unknown attribute `{name}`\nhelp: {near}there are: {}", known.join(", ")))
    }

    /// Nothing but the name.
    pub(crate) fn flag(&self) -> Result<()> {
        match self.value {
            Value::Flag => Ok(()),
            _ => Err(self.mistake(format!("`{}` takes no value", self.name))),
        }
    }

    /// What stands after `=`.
    pub(crate) fn expr(&self) -> Result<&Expr> {
        match &self.value {
            Value::Is(expr) => Ok(expr),
            _ => Err(self.mistake(format!("`{0}` takes a value: `{0} = ...`", self.name))),
        }
    }

    /// The text after `=`.
    pub(crate) fn text(&self) -> Result<LitStr> {
        match self.expr()? {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Ok(text.clone()),
                _ => Err(self.mistake(format!("`{0}` takes a text: `{0} = \"...\"`", self.name))),
            },
            _ => Err(self.mistake(format!("`{0}` takes a text: `{0} = \"...\"`", self.name))),
        }
    }

    /// The name after `=`.
    pub(crate) fn ident(&self) -> Result<Ident> {
        ident(self.expr()?)
    }

    /// The parts between the brackets.
    pub(crate) fn list(&self) -> Result<Vec<Entry>> {
        match &self.value {
            Value::List(tokens) => entries(tokens.clone()),
            _ => Err(self.mistake(format!("`{0}` takes a list: `{0}(...)`", self.name))),
        }
    }

    /// The names between the brackets.
    pub(crate) fn names(&self) -> Result<Vec<Ident>> {
        let list = self.list()?;
        list.iter().try_for_each(Entry::flag)?;
        let names: Vec<Ident> = list.into_iter().map(|entry| entry.name).collect();
        if names.is_empty() {
            Err(self.mistake(format!("`{}` names no fields", self.name)))
        } else {
            Ok(names)
        }
    }

    /// The paths between the brackets.
    pub(crate) fn paths(&self) -> Result<Vec<Path>> {
        match &self.value {
            Value::List(tokens) => {
                let parse = Punctuated::<Path, Token![,]>::parse_terminated;
                Ok(syn::parse::Parser::parse2(parse, tokens.clone())?.into_iter().collect())
            }
            _ => Err(self.mistake(format!("`{0}` takes a list: `{0}(...)`", self.name))),
        }
    }
}

/// An expression that is a name.
pub(crate) fn ident(expr: &Expr) -> Result<Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident().cloned(),
        _ => None,
    }
    .ok_or_else(|| Error::new_spanned(expr, "expected a name"))
}

/// An expression that is a path.
pub(crate) fn path(expr: &Expr) -> Result<Path> {
    match expr {
        Expr::Path(path) if path.qself.is_none() => Ok(path.path.clone()),
        _ => Err(Error::new_spanned(expr, "expected the path of a model")),
    }
}

/// Every mistake of a definition.
#[derive(Default)]
pub(crate) struct Mistakes(Option<Error>);

impl Mistakes {
    pub(crate) fn note(&mut self, mistake: Error) {
        match &mut self.0 {
            Some(first) => first.combine(mistake),
            None => self.0 = Some(mistake),
        }
    }

    /// What was read; a mistake is noted.
    pub(crate) fn keep<T>(&mut self, read: Result<T>) -> Option<T> {
        read.map_err(|mistake| self.note(mistake)).ok()
    }

    /// # Errors
    /// Every mistake, when there is any.
    pub(crate) fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}
