//! Enums of models.

use crate::entry::Mistakes;
use crate::enumeration::column;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Fields, Ident, Result, Type, Visibility};

/// An enum of models.
struct Union<'a> {
    ident: &'a Ident,
    vis: &'a Visibility,
    names: Vec<&'a Ident>,
    models: Vec<&'a Type>,
    /// A type parameter for what is included with each.
    states: Vec<Ident>,
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "`Polymorphic` is for enums of models"));
    };
    let mut mistakes = Mistakes::default();
    let (mut names, mut models) = (Vec::new(), Vec::new());
    for variant in &data.variants {
        match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                names.push(&variant.ident);
                models.extend(fields.unnamed.iter().map(|field| &field.ty));
            }
            _ => mistakes.note(Error::new_spanned(variant, "each variant holds one model: `Post(Post)`")),
        }
    }
    if names.is_empty() {
        mistakes.note(Error::new_spanned(&input.ident, "an enum of models has a variant for each"));
    }
    mistakes.finish()?;
    let states = (0..names.len()).map(|at| format_ident!("S{at}")).collect();
    let union = Union { ident: &input.ident, vis: &input.vis, names, models, states };
    let parts = [types(&union), keys(&union), rows(&union), traits(&union), branches(&union)];
    Ok(quote!(#(#parts)*))
}

/// The type of the column that says of which model a row is.
fn types(union: &Union<'_>) -> TokenStream {
    let Union { ident, vis, names, models, .. } = union;
    let kind = format_ident!("{ident}Type");
    let labels: Vec<_> =
        models.iter().map(|model| quote!(<#model as ::relata::typed::Model>::TABLE)).collect();
    let column = column(&kind, names, &labels);
    let doc = format!("Which of [`{ident}`] a row is.");
    let docs = names.iter().map(|name| format!("A `{name}`."));
    quote! {
        #[doc = #doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(dead_code)]
        #vis enum #kind {
            #(#[doc = #docs] #names,)*
        }

        #column
    }
}

/// The key of a row of one of the models.
fn keys(union: &Union<'_>) -> TokenStream {
    let Union { ident, vis, names, models, .. } = union;
    let key = format_ident!("{ident}Key");
    let doc = format!("The key of a row of one of [`{ident}`].");
    let docs = names.iter().map(|name| format!("Of a `{name}`."));
    let labels = names.iter().map(|name| name.to_string());
    quote! {
        #[doc = #doc]
        #[derive(Clone)]
        #[allow(dead_code)]
        #vis enum #key {
            #(#[doc = #docs] #names(<#models as ::relata::typed::Model>::Key),)*
        }

        #[automatically_derived]
        impl ::relata::typed::PolymorphicKey for #key {
            fn target(&self) -> (&'static str, ::relata::Key) {
                match self {
                    #(#key::#names(key) => (
                        <#models as ::relata::typed::Model>::TABLE,
                        ::relata::typed::ModelKey::to_key(key),
                    ),)*
                }
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #key {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let (_, key) = ::relata::typed::PolymorphicKey::target(self);
                match self {
                    #(#key::#names(_) => ::core::write!(f, "{}({key})", #labels),)*
                }
            }
        }

        #[automatically_derived]
        impl ::core::cmp::PartialEq for #key {
            fn eq(&self, other: &Self) -> bool {
                ::relata::typed::PolymorphicKey::target(self) == ::relata::typed::PolymorphicKey::target(other)
            }
        }

        #[automatically_derived]
        impl ::core::cmp::Eq for #key {}

        #[allow(dead_code)]
        impl #ident {
            /// The key of the row it is, and of which model.
            #vis fn key(&self) -> #key {
                match self {
                    #(#ident::#names(model) => #key::#names(::relata::typed::Model::key(model)),)*
                }
            }
        }
    }
}

/// A row of a result.
fn rows(union: &Union<'_>) -> TokenStream {
    let Union { ident, vis, names, models, states } = union;
    let (row, key) = (format_ident!("{ident}Row"), format_ident!("{ident}Key"));
    let doc =
        format!("A row of one of [`{ident}`], borrowed; the parameters are what is included with each.");
    let docs = names.iter().map(|name| format!("A `{name}`."));
    quote! {
        #[doc = #doc]
        #[allow(dead_code)]
        #vis enum #row<'p, #(#states = <#models as ::relata::typed::Model>::Bare),*> {
            #(#[doc = #docs] #names(<#models as ::relata::typed::Model>::Row<'p, #states>),)*
        }

        #[automatically_derived]
        impl<#(#states),*> ::core::clone::Clone for #row<'_, #(#states),*> {
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl<#(#states),*> ::core::marker::Copy for #row<'_, #(#states),*> {}

        #[automatically_derived]
        impl<#(#states),*> ::core::fmt::Debug for #row<'_, #(#states),*> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #(#row::#names(row) => ::relata::typed::RowOf::view(*row)
                        .debug(f, <#models as ::relata::typed::Model>::NAME),)*
                }
            }
        }

        #[automatically_derived]
        impl<'q, #(#states),*> ::core::cmp::PartialEq<#row<'q, #(#states),*>> for #row<'_, #(#states),*> {
            fn eq(&self, other: &#row<'q, #(#states),*>) -> bool {
                match (self, other) {
                    #((#row::#names(row), #row::#names(other)) => {
                        ::relata::typed::RowOf::view(*row) == ::relata::typed::RowOf::view(*other)
                    })*
                    #[allow(unreachable_patterns)]
                    _ => false,
                }
            }
        }

        #[automatically_derived]
        impl<#(#states),*> ::relata::typed::generated::Serialize for #row<'_, #(#states),*> {
            fn serialize<S: ::relata::typed::generated::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let view = match self {
                    #(#row::#names(row) => ::relata::typed::RowOf::view(*row),)*
                };
                ::relata::typed::generated::Serialize::serialize(&view, serializer)
            }
        }

        #[allow(dead_code)]
        impl<#(#states),*> #row<'_, #(#states),*> {
            /// Its key, and of which model it is.
            #vis fn key(self) -> #key {
                match self {
                    #(#row::#names(row) => #key::#names(
                        <#models as ::relata::typed::Model>::key_at(::relata::typed::RowOf::view(row)),
                    ),)*
                }
            }

            /// An owned copy, without what is included. O(cells).
            #vis fn to_model(self) -> #ident {
                match self {
                    #(#row::#names(row) => #ident::#names(
                        <#models as ::relata::typed::Model>::read(::relata::typed::RowOf::view(row)),
                    ),)*
                }
            }
        }
    }
}

/// What an enum of models is to queries.
fn traits(union: &Union<'_>) -> TokenStream {
    let Union { ident, names, models, states, .. } = union;
    let (row, key) = (format_ident!("{ident}Row"), format_ident!("{ident}Key"));
    let places = 0..names.len();
    quote! {
        #[automatically_derived]
        impl ::relata::typed::Polymorphic for #ident {
            type Bare = (#(<#models as ::relata::typed::Model>::Bare,)*);
            type Key = #key;

            fn tables() -> ::std::vec::Vec<&'static str> {
                ::std::vec![#(<#models as ::relata::typed::Model>::TABLE),*]
            }
        }

        #(#[automatically_derived] impl ::relata::typed::Among<#models> for #ident {})*

        #[automatically_derived]
        impl<#(#states),*> ::relata::typed::Shown<(#(#states,)*)> for #ident {
            type Row<'p> = #row<'p, #(#states),*>;

            fn show(
                place: usize,
                view: ::relata::typed::View<'_>,
            ) -> ::core::option::Option<#row<'_, #(#states),*>> {
                match place {
                    #(#places => ::core::option::Option::Some(
                        #row::#names(<#models as ::relata::typed::Model>::row(view)),
                    ),)*
                    _ => ::core::option::Option::None,
                }
            }

            fn own(row: Self::Row<'_>) -> #ident {
                row.to_model()
            }
        }
    }
}

/// What becomes of the type of a row when more is asked of one model.
fn branches(union: &Union<'_>) -> TokenStream {
    let Union { ident, models, states, .. } = union;
    let branches = models.iter().enumerate().map(|(place, model)| {
        let before: Vec<_> = states.iter().take(place).collect();
        let after: Vec<_> = states.iter().skip(place + 1).collect();
        quote! {
            #[automatically_derived]
            impl<#(#before,)* #(#after,)* Put>
                ::relata::typed::On<
                    #model,
                    (#(#before,)* <#model as ::relata::typed::Model>::Bare, #(#after,)*),
                    Put,
                > for #ident
            {
                type Put = (#(#before,)* Put, #(#after,)*);
            }
        }
    });
    quote!(#(#branches)*)
}
