//! A row of a result.

use super::{bare, included_ident, row_ident, states};
use crate::model::Model;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

pub(super) fn expand(model: &Model) -> TokenStream {
    let (ident, vis, row, bare) = (&model.ident, &model.vis, row_ident(model), bare(model));
    let columns = model.fields.iter().enumerate().map(|(place, field)| {
        let (name, ty) = (&field.ident, &field.ty);
        let docs = &field.docs;
        let docs = if docs.is_empty() {
            let doc = format!("The cell of the column `{}`. O(1).", field.column);
            quote!(#[doc = #doc])
        } else {
            quote!(#(#docs)*)
        };
        quote_spanned! {ty.span()=>
            #docs
            #[inline]
            #vis fn #name(self) -> <#ty as ::relata::typed::Field>::Ref<'p> {
                self.view.read::<#ty>(#place)
            }
        }
    });
    let doc = format!("A row of [`{ident}`], borrowed; `I` is what is included with it.");
    let (traits, relations) = (traits(model), relations(model));
    quote! {
        #[doc = #doc]
        #[allow(dead_code)]
        #vis struct #row<'p, I = #bare> {
            view: ::relata::typed::View<'p>,
            included: ::core::marker::PhantomData<fn() -> I>,
        }

        #traits

        #[allow(dead_code, clippy::type_complexity)]
        impl<'p, I> #row<'p, I> {
            #(#columns)*

            /// An owned copy, without what is included. O(cells).
            #vis fn to_model(self) -> #ident {
                <#ident as ::relata::typed::Model>::read(self.view)
            }
        }

        #relations
    }
}

/// What every row does: it's copied, printed, compared and a document.
fn traits(model: &Model) -> TokenStream {
    let (ident, row) = (&model.ident, row_ident(model));
    let name = ident.to_string();
    quote! {
        #[automatically_derived]
        impl<I> ::core::clone::Clone for #row<'_, I> {
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl<I> ::core::marker::Copy for #row<'_, I> {}

        #[automatically_derived]
        impl<'p, I> ::relata::typed::RowOf<'p> for #row<'p, I> {
            type Model = #ident;

            #[inline]
            fn view(self) -> ::relata::typed::View<'p> {
                self.view
            }
        }

        #[automatically_derived]
        impl<I> ::core::fmt::Debug for #row<'_, I> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                self.view.debug(f, #name)
            }
        }

        #[automatically_derived]
        impl<'q, I> ::core::cmp::PartialEq<#row<'q, I>> for #row<'_, I> {
            fn eq(&self, other: &#row<'q, I>) -> bool {
                self.view == other.view
            }
        }

        #[automatically_derived]
        impl<I> ::core::cmp::PartialEq<#ident> for #row<'_, I> {
            fn eq(&self, other: &#ident) -> bool {
                ::relata::typed::generated::equals(self.view, other)
            }
        }

        #[automatically_derived]
        impl<I> ::relata::typed::generated::Serialize for #row<'_, I> {
            fn serialize<S: ::relata::typed::generated::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                ::relata::typed::generated::Serialize::serialize(&self.view, serializer)
            }
        }
    }
}

/// An accessor for each relation, which is there when it was included.
fn relations(model: &Model) -> TokenStream {
    if model.links.is_empty() {
        return TokenStream::new();
    }
    let (vis, row, states) = (&model.vis, row_ident(model), states(model));
    let accessors = model.links.iter().enumerate().map(|(place, link)| {
        let (name, included) = (&link.name, included_ident(model, &link.name));
        let state = states.get(place);
        let before: Vec<_> = states.iter().take(place).collect();
        let doc = format!("What the relation `{name}` gives, when the query included it.");
        quote! {
            #[doc = #doc]
            #[inline]
            #vis fn #name(self) -> #state::Given<'p>
            where
                #state: #included,
            {
                #state::given(
                    self.view,
                    0 #(+ <#before as ::relata::typed::State>::ROWS)*,
                    0 #(+ <#before as ::relata::typed::State>::COUNTS)*,
                )
            }
        }
    });
    quote! {
        #[allow(dead_code)]
        impl<'p, #(#states: ::relata::typed::State),*> #row<'p, (#(#states,)*)> {
            #(#accessors)*
        }
    }
}
