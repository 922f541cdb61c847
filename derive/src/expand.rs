//! The code that is written for a model.

mod definition;
mod fields;
mod include;
mod insert;
mod row;

use crate::model::Model;
use crate::names::pascal;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

/// Everything for one model.
pub(crate) fn model(model: &Model) -> TokenStream {
    let parts = [
        definition::expand(model),
        fields::expand(model),
        row::expand(model),
        insert::expand(model),
        include::expand(model),
    ];
    quote!(#(#parts)*)
}

/// The struct that closures are given.
fn fields_ident(model: &Model) -> Ident {
    format_ident!("{}Fields", model.ident)
}

/// The row of a result.
fn row_ident(model: &Model) -> Ident {
    format_ident!("{}Row", model.ident)
}

/// The struct to insert.
fn new_ident(model: &Model) -> Ident {
    format_ident!("New{}", model.ident)
}

/// The type that stands for a relation.
fn relation_ident(model: &Model, relation: &Ident) -> Ident {
    format_ident!("{}{}", model.ident, pascal(&relation.to_string()))
}

/// The trait of what a row knows when the relation was included.
fn included_ident(model: &Model, relation: &Ident) -> Ident {
    format_ident!("{}{}Included", model.ident, pascal(&relation.to_string()))
}

/// A type parameter for each relation.
fn states(model: &Model) -> Vec<Ident> {
    (0..model.links.len()).map(|at| format_ident!("S{at}")).collect()
}

/// What a row's type says when nothing is included.
fn bare(model: &Model) -> TokenStream {
    let absent = model.links.iter().map(|_| quote!(::relata::typed::Absent));
    quote!((#(#absent,)*))
}
