//! Enums as the type of a column.

use crate::entry::{Mistakes, of_attributes};
use crate::names::snake;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Error, Fields, Ident, Result};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            &input.ident,
            "`ModelEnum` is for enums; for a wrapper implement `Newtype`",
        ));
    };
    let mut mistakes = Mistakes::default();
    for entry in of_attributes(&input.attrs, &mut mistakes) {
        mistakes.note(entry.unknown(&["rename (on a variant)"]));
    }
    let (mut names, mut labels) = (Vec::new(), Vec::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            mistakes.note(Error::new_spanned(variant, "a label is a variant without fields"));
        }
        let mut label = snake(&variant.ident.to_string());
        for entry in of_attributes(&variant.attrs, &mut mistakes) {
            match entry.name.to_string().as_str() {
                "rename" => label = mistakes.keep(entry.text()).map_or(label, |text| text.value()),
                _ => mistakes.note(entry.unknown(&["rename"])),
            }
        }
        names.push(&variant.ident);
        labels.push(label);
    }
    if names.is_empty() {
        mistakes.note(Error::new_spanned(&input.ident, "an enum without variants has no value"));
    }
    mistakes.finish()?;
    let ident = &input.ident;
    let column = column(ident, &names, &labels);
    Ok(quote! {
        #column

        #[automatically_derived]
        impl<M: ::relata::typed::Model<Key = #ident>> ::relata::typed::KeyOf<M> for #ident {
            fn key(self) -> ::relata::Key {
                ::relata::typed::ModelKey::to_key(&self)
            }
        }
    })
}

/// An enum as the type of a column, with the label of each of its variants.
pub(crate) fn column(ident: &Ident, names: &[&Ident], labels: &[impl ToTokens]) -> TokenStream {
    let places = 0..names.len();
    let first = names.first();
    quote! {
        #[automatically_derived]
        impl ::relata::typed::Ranked for #ident {}

        #[automatically_derived]
        impl ::relata::typed::Scalar for #ident {
            type Ref<'a> = #ident;

            fn column_type() -> ::relata::Type {
                ::relata::Type::enumeration([#(#labels),*])
            }

            #[inline]
            fn read(cell: ::relata::typed::Cell<'_>) -> #ident {
                match cell.ordinal() {
                    #(#places => #ident::#names,)*
                    _ => #ident::#first,
                }
            }

            fn from_value(value: ::relata::ValueRef<'_>) -> ::core::option::Option<#ident> {
                let label = value.as_str()?;
                #(if label == #labels {
                    return ::core::option::Option::Some(#ident::#names);
                })*
                ::core::option::Option::None
            }

            #[inline]
            fn own(read: #ident) -> #ident {
                read
            }

            fn to_value(&self) -> ::relata::Value {
                ::relata::Value::from(match self {
                    #(#ident::#names => #labels,)*
                })
            }
        }
    }
}
