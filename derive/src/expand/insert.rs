//! The struct to insert: a model without what the store makes.

use super::new_ident;
use crate::model::{Field, Model};
use crate::types::{inner_name, last_name};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Visibility;

pub(super) fn expand(model: &Model) -> TokenStream {
    let (ident, vis, new) = (&model.ident, &model.vis, new_ident(model));
    let name = new.to_string();
    let given: Vec<&Field> = model.fields.iter().filter(|field| field.is_given()).collect();
    let fields = given.iter().map(|field| {
        let (name, ty) = (&field.ident, held(field));
        let docs = &field.docs;
        let fallback = format!("The value of the column `{}`.", field.column);
        let docs = if docs.is_empty() { quote!(#[doc = #fallback]) } else { quote!(#(#docs)*) };
        quote!(#docs #vis #name: #ty)
    });
    let put = given.iter().map(|field| {
        let (name, ty, column) = (&field.ident, &field.ty, &field.column);
        if field.default.is_some() {
            quote!(let row = ::relata::typed::generated::put_given::<#ty>(row, #column, &self.#name);)
        } else {
            quote!(let row = ::relata::typed::generated::put::<#ty>(row, #column, &self.#name);)
        }
    });
    let build = build(vis, &given);
    let is_default = !given.iter().any(|field| field.is_required());
    let default = is_default.then(|| quote!(#[derive(Default)]));
    let doc = format!(
        "A [`{ident}`] to be inserted: what the store makes is left out, and what has a default is optional."
    );
    quote! {
        #[doc = #doc]
        #[derive(Clone)]
        #default
        #[allow(dead_code)]
        #vis struct #new {
            #(#fields),*
        }

        #[allow(dead_code)]
        impl #new {
            #build

            fn to_row(&self) -> ::relata::Row {
                let row = ::relata::Row::new();
                #(#put)*
                row
            }
        }

        #[automatically_derived]
        impl ::relata::typed::Insert for #new {
            type Model = #ident;

            fn into_row(self) -> ::relata::Row {
                self.to_row()
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #new {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::write!(f, "{} {:?}", #name, self.to_row())
            }
        }
    }
}

/// What a field of the struct holds: with a default, an `Option` of the value.
fn held(field: &Field) -> TokenStream {
    let ty = &field.ty;
    if field.default.is_some() { quote!(::core::option::Option<#ty>) } else { quote!(#ty) }
}

/// A constructor from what is required, and a method for each of the others.
fn build(vis: &Visibility, given: &[&Field]) -> TokenStream {
    let parameters = given.iter().filter(|field| field.is_required()).map(|field| {
        let (name, ty) = (&field.ident, &field.ty);
        if is_text(field) { quote!(#name: impl ::core::convert::Into<#ty>) } else { quote!(#name: #ty) }
    });
    let values = given.iter().map(|field| {
        let name = &field.ident;
        match (field.is_required(), is_text(field)) {
            (true, true) => quote!(#name: #name.into()),
            (true, false) => quote!(#name),
            (false, _) => quote!(#name: ::core::option::Option::None),
        }
    });
    let setters = given.iter().filter(|field| !field.is_required()).map(|field| {
        let (name, ty) = (&field.ident, &field.ty);
        let scalar = quote!(<#ty as ::relata::typed::Field>::Scalar);
        let doc = format!("This with `{name}` given.");
        // A number in the source is an `i32` where it may be anything, and that doesn't go into an `i16`.
        let is_small = inner_name(&field.ty).is_some_and(|name| name == "i16");
        let given = if is_small { scalar.clone() } else { quote!(impl ::core::convert::Into<#scalar>) };
        let value = quote!(<#ty as ::core::convert::From<#scalar>>::from(#name.into()));
        let value =
            if field.default.is_some() { quote!(::core::option::Option::Some(#value)) } else { value };
        quote! {
            #[doc = #doc]
            #[must_use]
            #[allow(clippy::useless_conversion)]
            #vis fn #name(mut self, #name: #given) -> Self {
                self.#name = #value;
                self
            }
        }
    });
    quote! {
        /// Only what is required; the rest can be given by the methods named like it.
        #[allow(clippy::too_many_arguments, clippy::new_without_default)]
        #vis fn new(#(#parameters),*) -> Self {
            Self { #(#values),* }
        }

        #(#setters)*
    }
}

/// Whether a field is text that can be given in any form.
fn is_text(field: &Field) -> bool {
    last_name(&field.ty).is_some_and(|name| name == "String")
}
