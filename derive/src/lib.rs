//! The derive macros of relata's typed models. Use them through `relata::typed`.
//!
//! Each macro reads a definition, with every mistake reported at its place, and then writes code that
//! calls plain functions of `relata::typed`; the logic is there.

#![forbid(unsafe_code)]

mod entry;
mod enumeration;
mod expand;
mod link;
mod model;
mod names;
mod polymorphic;
mod project;
mod types;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a table. See `relata::typed::Model`, and the guide's page on models for the attributes.
#[proc_macro_derive(Model, attributes(relata))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(model::Model::read(&input).map(|model| expand::model(&model)))
}

/// Makes an enum without fields the type of a column, a label for each variant.
#[proc_macro_derive(ModelEnum, attributes(relata))]
pub fn derive_model_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(enumeration::expand(&input))
}

/// Makes an enum of models what a relation leads to one of. See `relata::typed::Polymorphic`.
#[proc_macro_derive(Polymorphic)]
pub fn derive_polymorphic(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(polymorphic::expand(&input))
}

/// Makes a struct hold some fields of a model. See `relata::typed::Project`.
#[proc_macro_derive(Project, attributes(relata))]
pub fn derive_project(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    finish(project::expand(&input))
}

fn finish(expanded: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    expanded.unwrap_or_else(|mistakes| mistakes.to_compile_error()).into()
}
