//! Structs with some fields of a model.

use crate::entry::{Mistakes, of_attributes, path};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Ident, Path, Result};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a projection is a struct"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "a projection has named fields"));
    };
    let mut mistakes = Mistakes::default();
    let mut model: Option<Path> = None;
    for entry in of_attributes(&input.attrs, &mut mistakes) {
        match entry.name.to_string().as_str() {
            "of" => model = mistakes.keep(entry.expr().and_then(path)),
            _ => mistakes.note(entry.unknown(&["of"])),
        }
    }
    let (mut names, mut sources, mut types): (Vec<&Ident>, Vec<Ident>, Vec<_>) = Default::default();
    for field in &named.named {
        let Some(ident) = &field.ident else { continue };
        let mut source = ident.clone();
        for entry in of_attributes(&field.attrs, &mut mistakes) {
            match entry.name.to_string().as_str() {
                "field" => source = mistakes.keep(entry.ident()).unwrap_or(source),
                _ => mistakes.note(entry.unknown(&["field"])),
            }
        }
        names.push(ident);
        sources.push(source);
        types.push(&field.ty);
    }
    let Some(model) = model else {
        mistakes.note(Error::new_spanned(&input.ident, "name the model: `#[relata(of = Book)]`"));
        return mistakes.finish().map(|()| TokenStream::new());
    };
    mistakes.finish()?;
    let ident = &input.ident;
    let columns = sources.iter().map(|source| quote!(fields.#source().name()));
    let values = names.iter().zip(&sources).zip(&types).map(|((name, source), ty)| {
        quote_spanned!(ty.span()=> #name: ::relata::typed::generated::own::<#model, #ty>(view, fields.#source()))
    });
    Ok(quote! {
        #[automatically_derived]
        impl ::relata::typed::Project<#model> for #ident {
            fn columns() -> ::std::vec::Vec<&'static str> {
                let fields = <#model as ::relata::typed::Model>::fields();
                ::std::vec![#(#columns),*]
            }

            fn project(view: ::relata::typed::View<'_>) -> Self {
                let fields = <#model as ::relata::typed::Model>::fields();
                #ident { #(#values),* }
            }
        }
    })
}
