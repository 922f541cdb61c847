//! Structs with some fields of a model.

use crate::entry::{Mistakes, of_attributes, path};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, Ident, Index, Path, Result, Type};

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
    let ident = &input.ident;
    let Some(model) = model else {
        if names.iter().zip(&sources).any(|(name, source)| *name != source) {
            mistakes.note(Error::new_spanned(ident, "name the model: `#[relata(of = Book)]`"));
        }
        return mistakes.finish().map(|()| columns(input, &names, &types));
    };
    mistakes.finish()?;
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

/// The columns that a query fills the struct with, each under the field's name.
fn columns(input: &DeriveInput, names: &[&Ident], types: &[&Type]) -> TokenStream {
    let (ident, vis) = (&input.ident, &input.vis);
    let columns = format_ident!("{ident}Columns");
    let parts: Vec<_> = (0..names.len()).map(|at| format_ident!("P{at}")).collect();
    let (places, outputs) = (0..names.len(), 0..names.len());
    let indexes = (0..names.len()).map(Index::from);
    let doc = format!("What a query selects for a [`{ident}`].");
    let docs = names.iter().map(|name| format!("What `{name}` is."));
    let bounds = quote!(#(#parts: ::relata::typed::Pick<O, Field = #types>),*);
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #[allow(dead_code)]
        #vis struct #columns<#(#parts),*> {
            #(#[doc = #docs] #vis #names: #parts),*
        }

        #[automatically_derived]
        impl<O, #bounds> ::relata::typed::Picks<O> for #columns<#(#parts),*> {
            type Ref<'p> = #ident;
            type Owned = #ident;
            type Keys<Q: 'static> = #columns<#(::relata::typed::Computed<Q, #types>),*>;

            fn exprs(&self) -> ::std::vec::Vec<::relata::typed::generated::Expr> {
                ::std::vec![#(::relata::typed::Pick::<O>::expr(&self.#names)),*]
            }

            fn keys(&self) -> Self::Keys<::relata::typed::Group> {
                #columns { #(#names: ::relata::typed::generated::key::<O, #parts>(&self.#names)),* }
            }

            fn outputs() -> Self::Keys<::relata::typed::Whole> {
                #columns { #(#names: ::relata::typed::generated::output(#outputs)),* }
            }

            type Read<'p> = (#(::relata::typed::generated::Read<'p, #types>,)*);

            fn read(
                page: &::relata::typed::generated::FlatPage,
            ) -> ::relata::typed::generated::Result<Self::Read<'_>> {
                ::core::result::Result::Ok((#(::relata::typed::generated::read::<#types>(page, #places)?,)*))
            }

            fn next<'p>(read: &mut Self::Read<'p>) -> ::core::option::Option<Self::Ref<'p>> {
                ::core::option::Option::Some(#ident {
                    #(#names: <#types as ::relata::typed::Field>::own(
                        ::core::iter::Iterator::next(&mut read.#indexes)?,
                    )),*
                })
            }

            fn own(read: #ident) -> #ident {
                read
            }
        }
    }
}
