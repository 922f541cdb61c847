//! Types as they are written.

use syn::{Ident, Type};

pub(crate) const FIELD_TYPES: &str = "help: fields are bool, i16, i32, i64, f64, Decimal, String, Vec<u8>, Date, DateTime, \
    Timestamp, Uuid, Json, Id<Model>, your own `ModelEnum`s and `Newtype`s, and an Option of these";

/// Whether a type isn't one of those that are known to be no column. For all others the compiler asks the
/// trait, which says the same at more length.
pub(crate) fn can_be_field(ty: &Type) -> bool {
    const OTHERS: [&str; 20] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i128", "isize", "f32", "char", "str", "Box", "Rc",
        "Arc", "HashMap", "BTreeMap", "HashSet", "BTreeSet", "VecDeque",
    ];
    let path = match plain(ty) {
        Type::Path(path) => path,
        Type::Reference(_) | Type::Tuple(_) | Type::Array(_) | Type::Slice(_) | Type::Ptr(_) => return false,
        _ => return true,
    };
    let Some(last) = path.path.segments.last() else { return false };
    let inner = match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) => arguments.args.first(),
        _ => None,
    };
    let inner = inner
        .and_then(|argument| if let syn::GenericArgument::Type(ty) = argument { Some(ty) } else { None });
    match (last.ident.to_string().as_str(), inner) {
        ("Option", Some(inner)) => {
            last_name(inner).is_none_or(|name| name != "Option") && can_be_field(inner)
        }
        ("Vec", Some(inner)) => last_name(inner).is_some_and(|name| name == "u8"),
        (name, _) => !OTHERS.contains(&name),
    }
}

/// A type as it would be written.
pub(crate) fn shown(ty: &Type) -> String {
    quote::quote!(#ty).to_string().replace(' ', "")
}

/// The last name of a type that is a path.
pub(crate) fn last_name(ty: &Type) -> Option<&Ident> {
    match plain(ty) {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// The last name of a type that is a path, or of the type that it is an `Option` of.
pub(crate) fn inner_name(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = plain(ty) else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        syn::PathArguments::AngleBracketed(arguments) if last.ident == "Option" => {
            match arguments.args.first()? {
                syn::GenericArgument::Type(inner) => last_name(inner),
                _ => None,
            }
        }
        _ => Some(&last.ident),
    }
}

/// A type without the invisible brackets that a macro puts around it.
fn plain(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => plain(&group.elem),
        Type::Paren(paren) => plain(&paren.elem),
        ty => ty,
    }
}
