//! What the compiler says when a relation wasn't included.

use super::included_ident;
use crate::link::{Link, Way};
use crate::model::Model;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

pub(super) fn expand(model: &Model) -> TokenStream {
    let traits = model.links.iter().map(|link| included(model, link));
    quote!(#(#traits)*)
}

fn included(model: &Model, link: &Link) -> TokenStream {
    let (ident, vis, target) = (&model.ident, &model.vis, &link.target);
    let (name, included) = (link.name.to_string(), included_ident(model, &link.name));
    let closure = ident.to_string().to_lowercase().chars().next().unwrap_or('m');
    let message = format!("`{name}` was not included on this `{ident}`");
    let label = format!("this `{ident}` was queried without `{name}`");
    let note = format!("add `.include(|{closure}| {closure}.{name}())` to the query");
    let doc = format!("Of rows of [`{ident}`] with which `{name}` is included.");
    let states = match &link.way {
        Way::Polymorphic { .. } => quote! {
            #[automatically_derived]
            impl<I> #included for ::relata::typed::MaybeOneOf<#target, I>
            where
                #target: ::relata::typed::Shown<I>,
            {
            }
        },
        _ if link.is_many() => quote! {
            #[automatically_derived]
            impl<I, X> #included for ::relata::typed::Many<#target, I, X> {}
            #[automatically_derived]
            impl #included for ::relata::typed::Counted {}
            #[automatically_derived]
            impl<T: ::relata::typed::Scalar> #included for ::relata::typed::Totalled<T> {}
            #[automatically_derived]
            impl<P: ::relata::typed::Project<#target>> #included for ::relata::typed::ManyChosen<#target, P> {}
        },
        _ => quote! {
            #[automatically_derived]
            impl<I> #included for ::relata::typed::One<#target, I> {}
            #[automatically_derived]
            impl<I> #included for ::relata::typed::Maybe<#target, I> {}
            #[automatically_derived]
            impl<P: ::relata::typed::Project<#target>> #included for ::relata::typed::MaybeChosen<#target, P> {}
        },
    };
    let nodes = repeated(model, link, &included);
    quote! {
        #[doc(hidden)]
        #[doc = #doc]
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        #vis trait #included: ::relata::typed::State {}

        #states
        #nodes
    }
}

/// A relation that leads back to its own model can be included again and again.
fn repeated(model: &Model, link: &Link, included: &Ident) -> Option<TokenStream> {
    let target = &link.target;
    if !target.is_ident(&model.ident) && !target.is_ident("Self") {
        return None;
    }
    let state = if link.is_many() { quote!(ManyNodes) } else { quote!(MaybeNode) };
    Some(quote! {
        #[automatically_derived]
        impl<I> #included for ::relata::typed::#state<#target, I> {}
    })
}
