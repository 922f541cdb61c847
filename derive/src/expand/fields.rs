//! What closures are given: columns and relations.

use super::{fields_ident, relation_ident, states};
use crate::link::{Link, Way};
use crate::model::Model;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

pub(super) fn expand(model: &Model) -> TokenStream {
    let (ident, vis, fields) = (&model.ident, &model.vis, fields_ident(model));
    let columns = model.fields.iter().enumerate().map(|(place, field)| {
        let (name, ty, column) = (&field.ident, &field.ty, &field.column);
        let doc = format!("The column `{column}`.");
        quote_spanned! {ty.span()=>
            #[doc = #doc]
            #vis const fn #name(self) -> ::relata::typed::Col<Q::Of, Q::Cell<#ty>> {
                ::relata::typed::generated::col(#column, #place, self.at)
            }
        }
    });
    let relations = model.links.iter().map(|link| {
        let (name, relation) = (&link.name, relation_ident(model, &link.name));
        let doc = format!("The relation `{name}`.");
        let (handle, made) = match &link.way {
            Way::Polymorphic { .. } => (quote!(OneOf), quote!(one_of(self.at))),
            _ => (quote!(Related), quote!(related(self.at))),
        };
        quote! {
            #[doc = #doc]
            #vis fn #name(self) -> ::relata::typed::#handle<#relation> {
                ::relata::typed::generated::#made
            }
        }
    });
    let markers = model.links.iter().enumerate().map(|(place, link)| marker(model, place, link));
    let doc = format!("The columns and relations of [`{ident}`]; `Q` is what they are columns of.");
    let name = fields.to_string();
    quote! {
        #[doc = #doc]
        #[allow(dead_code)]
        #vis struct #fields<Q = #ident> {
            at: ::relata::typed::generated::At,
            scope: ::core::marker::PhantomData<fn() -> Q>,
        }

        #[automatically_derived]
        impl<Q> ::core::clone::Clone for #fields<Q> {
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl<Q> ::core::marker::Copy for #fields<Q> {}

        #[automatically_derived]
        impl<Q> ::core::default::Default for #fields<Q> {
            fn default() -> Self {
                #fields { at: ::core::default::Default::default(), scope: ::core::marker::PhantomData }
            }
        }

        #[automatically_derived]
        impl<Q> ::core::fmt::Debug for #fields<Q> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(#name)
            }
        }

        #[allow(dead_code, clippy::type_complexity)]
        impl<Q: ::relata::typed::Scope> #fields<Q> {
            #(#columns)*
            #(#relations)*
        }

        #(#markers)*
    }
}

/// The type that stands for a relation.
fn marker(model: &Model, place: usize, link: &Link) -> TokenStream {
    let (ident, vis, relation) = (&model.ident, &model.vis, relation_ident(model, &link.name));
    let (target, name) = (&link.target, link.name.to_string());
    let kind = kind(model, link);
    let (relation_trait, leads) = match &link.way {
        Way::Polymorphic { type_field, key, .. } => {
            let from = model.columns([type_field, key]);
            let leads = quote! {
                type Targets = #target;
                const FROM: [&'static str; 2] = [#(#from),*];
            };
            (quote!(::relata::typed::PolymorphicRelation), leads)
        }
        _ => (quote!(::relata::typed::Relation), quote!(type Target = #target; type Kind = #kind;)),
    };
    let doc = format!("The relation `{name}` of [`{ident}`].");
    let states = states(model);
    let before: Vec<_> = states.iter().take(place).collect();
    let after: Vec<_> = states.iter().skip(place + 1).collect();
    let new = format_ident!("Included");
    quote! {
        #[doc(hidden)]
        #[doc = #doc]
        #[derive(Clone, Copy, Debug)]
        #vis struct #relation;

        #[automatically_derived]
        impl #relation_trait for #relation {
            type Source = #ident;
            #leads
            const NAME: &'static str = #name;
            const PLACE: usize = #place;
        }

        #[automatically_derived]
        impl<#(#before,)* #(#after,)* #new>
            ::relata::typed::Place<(#(#before,)* ::relata::typed::Absent, #(#after,)*), #new> for #relation
        {
            type Placed = (#(#before,)* #new, #(#after,)*);
        }
    }
}

/// How many rows a relation leads to.
pub(super) fn kind(model: &Model, link: &Link) -> TokenStream {
    let maybe = quote!(::relata::typed::ToMaybe);
    match &link.way {
        _ if link.is_many() => quote!(::relata::typed::ToMany),
        Way::BelongsTo(key) => {
            let fields: Vec<_> = key.from.iter().filter_map(|name| model.field(name)).collect();
            let is_loose = key.is_deferrable || key.is_unguarded || link.filter.is_some();
            match fields.as_slice() {
                [field] if !is_loose => {
                    let ty = &field.ty;
                    quote!(<#ty as ::relata::typed::Field>::Reference)
                }
                fields if !is_loose && !fields.iter().any(|field| field.is_option()) => {
                    quote!(::relata::typed::ToOne)
                }
                _ => maybe,
            }
        }
        _ => maybe,
    }
}
