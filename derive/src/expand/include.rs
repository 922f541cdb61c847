//! What the compiler says when a relation wasn't included.

use super::included_ident;
use crate::link::Link;
use crate::model::Model;
use proc_macro2::TokenStream;
use quote::quote;

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
    let states = if link.is_many() {
        [(quote!(<I, X>), quote!(Many<#target, I, X>)), (quote!(), quote!(Counted))]
    } else {
        [(quote!(<I>), quote!(One<#target, I>)), (quote!(<I>), quote!(Maybe<#target, I>))]
    };
    let states = states.into_iter().map(|(generics, state)| {
        quote!(#[automatically_derived] impl #generics #included for ::relata::typed::#state {})
    });
    quote! {
        #[doc(hidden)]
        #[doc = #doc]
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)]
        #vis trait #included: ::relata::typed::State {}

        #(#states)*
    }
}
