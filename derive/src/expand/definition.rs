//! The model's table and relations.

use super::{bare, fields_ident, relation_ident, row_ident};
use crate::link::{BelongsTo, Link, Way};
use crate::model::{Default, Field, Model};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

pub(super) fn expand(model: &Model) -> TokenStream {
    let (ident, fields, row, bare) = (&model.ident, fields_ident(model), row_ident(model), bare(model));
    let (name, table) = (model.ident.to_string(), &model.table);
    let keys: Vec<_> = model.keys().map(|field| &field.column).collect();
    let key_types: Vec<_> = model.keys().map(|field| &field.ty).collect();
    let key = if let [key] = key_types.as_slice() { quote!(#key) } else { quote!((#(#key_types,)*)) };
    let keyed = keyed(model);
    let defaults = model.fields.iter().filter(|field| field.default.is_some()).map(|field| &field.column);
    let define = define(model);
    let references = model.links.iter().filter_map(|link| reference(model, link));
    let read = model.fields.iter().enumerate().map(|(place, field)| {
        let (name, ty) = (&field.ident, &field.ty);
        quote!(#name: view.own::<#ty>(#place))
    });
    let write = model.fields.iter().filter(|field| !field.is_kept()).map(|field| {
        let (name, ty, column) = (&field.ident, &field.ty, &field.column);
        quote!(let row = ::relata::typed::generated::put::<#ty>(row, #column, &self.#name);)
    });
    let (rest, checks) = (given(model), checks(model));
    quote! {
        #[automatically_derived]
        impl ::relata::typed::Model for #ident {
            const NAME: &'static str = #name;
            const TABLE: &'static str = #table;
            const KEY: &'static [&'static str] = &[#(#keys),*];
            const DEFAULTS: &'static [&'static str] = &[#(#defaults),*];
            type Key = #key;
            type Fields = #fields;
            type FieldsIn<Q: ::relata::typed::Scope> = #fields<Q>;
            type Bare = #bare;
            type Row<'p, I> = #row<'p, I>;

            fn fields_in<Q: ::relata::typed::Scope>(at: ::relata::typed::generated::At) -> #fields<Q> {
                #fields { at, scope: ::core::marker::PhantomData }
            }

            #keyed

            fn define() -> ::relata::typed::generated::Definition {
                #define
            }

            fn reference(
                relation: &str,
            ) -> ::core::option::Option<(&'static [&'static str], &'static [&'static str])> {
                match relation {
                    #(#references)*
                    _ => ::core::option::Option::None,
                }
            }

            #[inline]
            fn row<'p, I>(view: ::relata::typed::View<'p>) -> #row<'p, I> {
                #row { view, included: ::core::marker::PhantomData }
            }

            fn read(view: ::relata::typed::View<'_>) -> Self {
                #ident { #(#read),* }
            }

            fn write(&self) -> ::relata::Row {
                let row = ::relata::Row::new();
                #(#write)*
                row
            }
        }

        #rest

        #checks
    }
}

/// What a model is where a list of models, or a new row, is wanted.
fn given(model: &Model) -> TokenStream {
    let ident = &model.ident;
    quote! {
        #[automatically_derived]
        impl ::relata::typed::Models for #ident {
            fn declare(declared: &mut ::relata::typed::generated::Declared) {
                declared.add::<#ident>();
            }
        }

        #[automatically_derived]
        impl ::relata::typed::Insert for #ident {
            type Model = #ident;

            fn into_row(self) -> ::relata::Row {
                ::relata::typed::Model::write(&self)
            }
        }
    }
}

/// The key of a model, and of a row.
fn keyed(model: &Model) -> TokenStream {
    let places = model.fields.iter().enumerate().filter(|(_, field)| field.is_key);
    let own = model.keys().map(|field| {
        let (name, ty) = (&field.ident, &field.ty);
        quote_spanned!(ty.span()=> ::core::clone::Clone::clone(&self.#name))
    });
    let read = places.map(|(place, field)| {
        let ty = &field.ty;
        quote_spanned!(ty.span()=> view.own::<#ty>(#place))
    });
    let (own, read) = match model.keys().count() {
        1 => (quote!(#(#own)*), quote!(#(#read)*)),
        _ => (quote!((#(#own,)*)), quote!((#(#read,)*))),
    };
    quote! {
        fn key(&self) -> Self::Key {
            #own
        }

        fn key_at(view: ::relata::typed::View<'_>) -> Self::Key {
            #read
        }
    }
}

/// The table and relations as calls.
fn define(model: &Model) -> TokenStream {
    let (ident, table) = (&model.ident, &model.table);
    let columns = model.fields.iter().map(|field| {
        let (ty, column) = (&field.ty, &field.column);
        let mut calls = quote_spanned!(ty.span()=> ::relata::typed::generated::column::<#ty>(#column));
        if field.is_generated {
            calls.extend(quote!(.generated()));
        }
        if field.is_unique {
            calls.extend(quote!(.unique()));
        }
        calls.extend(match &field.default {
            Some(Default::Value(value)) => {
                quote!(.default(::relata::typed::generated::default::<#ty>(#value)))
            }
            Some(Default::Now) => quote!(.default_now()),
            Some(Default::Uuid) => quote!(.default_uuid()),
            None if field.is_kept() => quote!(.default(0)),
            None => quote!(),
        });
        quote!(.column(#calls))
    });
    let keys = model.keys().map(|field| &field.column);
    let version = model.fields.iter().filter(|field| field.is_version).map(|field| &field.column);
    let uniques = model.uniques.iter().map(|names| {
        let names = model.columns(names);
        quote!(.unique([#(#names),*]))
    });
    let indexes = model.indexes.iter().map(|(names, is_ordered)| {
        let names = model.columns(names);
        if *is_ordered { quote!(.ordered_index([#(#names),*])) } else { quote!(.index([#(#names),*])) }
    });
    let checks = model.checks.iter().map(|(name, check)| {
        let filter = quote!(::relata::typed::generated::filter::<#ident>(#check));
        match name.as_ref().map(Ident::to_string) {
            Some(name) => quote!(.check(#name, #filter)),
            None => quote!(.unnamed_check(#filter)),
        }
    });
    let keys_out = model.links.iter().filter_map(|link| link.key().map(|key| (link, key)));
    let foreign_keys =
        keys_out.filter(|(_, key)| !key.is_unguarded).map(|(link, key)| foreign_key(model, link, key));
    let relations = model.links.iter().map(|link| relation(model, link));
    quote! {
        ::relata::typed::generated::Definition::new(
            ::relata::typed::generated::Table::new(#table)
                #(#columns)*
                .primary_key([#(#keys),*])
                #(.version(#version))*
                #(#uniques)* #(#indexes)* #(#checks)* #(#foreign_keys)*
        )
        #(#relations)*
    }
}

/// The columns that a key holds, and those it refers to.
fn columns_of(model: &Model, link: &Link, key: &BelongsTo) -> (TokenStream, TokenStream) {
    let (target, from) = (&link.target, model.columns(&key.from));
    let to = if key.to.is_empty() {
        quote!(<#target as ::relata::typed::Model>::KEY)
    } else {
        let to = key.to.iter().map(Ident::to_string);
        quote!(&[#(#to),*])
    };
    (quote!(&[#(#from),*]), to)
}

fn reference(model: &Model, link: &Link) -> Option<TokenStream> {
    let name = link.name.to_string();
    if let Way::Polymorphic { type_field, key, .. } = &link.way {
        let from = model.columns([type_field, key]);
        return Some(quote!(#name => ::core::option::Option::Some((&[#(#from),*], &[])),));
    }
    let (from, to) = columns_of(model, link, link.key()?);
    Some(quote!(#name => ::core::option::Option::Some((#from, #to)),))
}

fn foreign_key(model: &Model, link: &Link, key: &BelongsTo) -> TokenStream {
    let (target, (from, to)) = (&link.target, columns_of(model, link, key));
    let on_delete =
        key.on_delete.as_ref().map(|action| quote!(.on_delete(::relata::typed::generated::Action::#action)));
    let on_update =
        key.on_update.as_ref().map(|action| quote!(.on_update(::relata::typed::generated::Action::#action)));
    let deferrable = key.is_deferrable.then(|| quote!(.deferrable()));
    quote! {
        .foreign_key(
            ::relata::typed::generated::foreign_key::<#target>(#from, #to) #on_delete #on_update #deferrable
        )
    }
}

fn relation(model: &Model, link: &Link) -> TokenStream {
    let (name, target, ident) = (link.name.to_string(), &link.target, &model.ident);
    let mut needs = quote!();
    let mut calls = match &link.way {
        Way::BelongsTo(key) => {
            let (from, to) = columns_of(model, link, key);
            let touch = touched(key.touch.as_ref());
            quote!(::relata::typed::generated::belongs_to::<#ident, #target>(#name, #from, #to) #touch)
        }
        Way::Polymorphic { type_field, key, touch } => {
            let from = model.columns([type_field, key]);
            let is_optional = model.field(key).is_some_and(Field::is_option);
            let touch = touched(touch.as_ref());
            quote! {
                ::relata::typed::generated::polymorphic::<#ident, #target>(#name, &[#(#from),*], #is_optional) #touch
            }
        }
        Way::Inverse { inverse, many } => {
            let inverse = inverse.to_string();
            quote!(::relata::typed::generated::has::<#ident, #target>(#name, #inverse, #many))
        }
        Way::Junction { junction, near, far, many } => {
            let (near, far) = (near.to_string(), far.to_string());
            needs = quote!(.needs::<#junction>(#name));
            quote! {
                ::relata::typed::generated::junction::<#ident, #junction, #target>(#name, [#near, #far], #many)
            }
        }
        Way::Chain { relations, many } => {
            let relations = relations.iter().map(Ident::to_string);
            quote!(::relata::typed::generated::chain::<#ident, #target>(#name, &[#(#relations),*], #many))
        }
    };
    if let Some(filter) = &link.filter {
        calls.extend(quote!(.filter(::relata::typed::generated::filter::<#target>(#filter))));
    }
    for order in &link.order_by {
        calls.extend(quote!(.order_by(::relata::typed::generated::order::<#target>(#order))));
    }
    if let Some(dependent) = &link.dependent {
        calls.extend(quote!(.dependent(::relata::typed::generated::Dependent::#dependent)));
    }
    if let Some(counter) = link.counter.as_ref().map(|name| model.column(name)) {
        calls.extend(match &link.counter_filter {
            Some(filter) => quote! {
                .counter_cache_where(#counter, ::relata::typed::generated::filter::<#target>(#filter))
            },
            None => quote!(.counter_cache(#counter)),
        });
    }
    match &link.way {
        Way::Polymorphic { .. } => quote!(.polymorphic(#calls)),
        _ => quote!(.relation::<#target>(#calls) #needs),
    }
}

/// The column of the target that is touched.
fn touched(column: Option<&Option<Ident>>) -> Option<TokenStream> {
    column.map(|column| match column.as_ref().map(Ident::to_string) {
        Some(column) => quote!(.touch_column(#column)),
        None => quote!(.touch()),
    })
}

/// What the compiler checks of the relations: that they exist and lead where they are said to.
fn checks(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let checks = model.links.iter().filter_map(|link| {
        let target = &link.target;
        let leads = |from: TokenStream, to: TokenStream, name: &Ident| {
            quote_spanned! {name.span()=>
                ::relata::typed::generated::leads::<#from, #to, _>(<#from as ::relata::typed::Model>::fields().#name());
            }
        };
        match &link.way {
            Way::BelongsTo(key) => {
                let [field] = key.from.as_slice() else { return None };
                let ty = &model.field(field)?.ty;
                key.to.is_empty().then(|| {
                    quote_spanned!(ty.span()=> ::relata::typed::generated::refers::<#target, #ty>();)
                })
            }
            Way::Polymorphic { .. } => None,
            Way::Inverse { inverse, .. } => Some(leads(quote!(#target), quote!(#ident), inverse)),
            Way::Junction { junction, near, far, .. } => {
                let (near, far) = (
                    leads(quote!(#junction), quote!(#ident), near),
                    leads(quote!(#junction), quote!(#target), far),
                );
                Some(quote!(#near #far))
            }
            Way::Chain { relations, .. } => {
                let mut fields = quote!(<#ident as ::relata::typed::Model>::fields());
                let (last, before) = relations.split_last()?;
                for relation in before {
                    fields = quote_spanned!(relation.span()=> ::relata::typed::generated::follow(#fields.#relation()));
                }
                Some(quote_spanned! {last.span()=>
                    ::relata::typed::generated::leads::<_, #target, _>(#fields.#last());
                })
            }
        }
    });
    let relations = model.links.iter().map(|link| relation_ident(model, &link.name));
    // What the store alone writes is never read; so that it counts as read, too.
    let counters = model.fields.iter().filter(|field| field.is_kept()).map(|field| &field.ident);
    quote! {
        const _: fn() = || {
            #(let _ = #relations;)*
            #(let _ = |model: &#ident| { let _ = &model.#counters; };)*
            #(#checks)*
        };
    }
}
