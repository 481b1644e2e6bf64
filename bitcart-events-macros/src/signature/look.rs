//! What can be said of a type by its look alone.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, Path, PathArguments, PathSegment, Type, TypePath, TypeReference};

use crate::names;
use crate::schema::ungrouped;

/// The type behind any number of `&`, if there are some.
pub(crate) fn referred_to(ty: &Type) -> Option<&Type> {
    let Type::Reference(reference) = ungrouped(ty) else { return None };
    Some(referred_to(&reference.elem).unwrap_or_else(|| ungrouped(&reference.elem)))
}

/// The last segment of a path. `last` would put into a box what it looks with.
pub(crate) fn last_segment(path: &Path) -> Option<&PathSegment> {
    path.segments.get(path.segments.len().checked_sub(1)?)
}

/// Whether a type's last segment is `segment`, whatever path leads there.
pub(crate) fn last_segment_is(ty: &Type, segment: &str) -> bool {
    matches!(ungrouped(ty), Type::Path(path) if last_segment(&path.path).is_some_and(|last| last.ident == segment))
}

/// A type's tokens without the spaces that `TokenStream` puts between them.
pub(crate) fn type_text(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for &(spaced, tight) in
        &[(" :: ", "::"), ("& ", "&"), (" < ", "<"), (" >", ">"), ("< ", "<"), (" ,", ","), ("' ", "'")]
    {
        text = names::replaced(&text, spaced, tight);
    }
    text
}

/// Whether a word stands anywhere in a type: `impl`, `mut`, or the `static` of `'static`. The usual ones are not listed as
/// tokens for it, which takes longer.
pub(crate) fn holds(ty: &Type, word: &str) -> bool {
    match ty {
        Type::Reference(TypeReference { lifetime: None, mutability: None, elem, .. }) => holds(elem, word),
        Type::Path(TypePath { qself: None, path, .. }) => {
            let mut index = 0;
            while let Some(segment) = path.segments.get(index) {
                index += 1;
                if is_behind(segment, word) {
                    return true;
                }
            }
            false
        }
        ty => mentions(ty.to_token_stream(), word),
    }
}

/// Whether it stands in what a segment has in `<…>` or `(…)`.
fn is_behind(segment: &PathSegment, word: &str) -> bool {
    let arguments = match &segment.arguments {
        PathArguments::None => return false,
        PathArguments::AngleBracketed(arguments) => &arguments.args,
        PathArguments::Parenthesized(arguments) => return mentions(arguments.to_token_stream(), word),
    };
    let mut index = 0;
    while let Some(argument) = arguments.get(index) {
        index += 1;
        let is_in = match argument {
            GenericArgument::Type(ty) => holds(ty, word),
            other => mentions(other.to_token_stream(), word),
        };
        if is_in {
            return true;
        }
    }
    false
}

/// The same of tokens.
pub(crate) fn mentions(tokens: TokenStream, word: &str) -> bool {
    for token in tokens {
        let is_in = match token {
            TokenTree::Ident(ident) => ident == word,
            TokenTree::Group(group) => mentions(group.stream(), word),
            _ => false,
        };
        if is_in {
            return true;
        }
    }
    false
}
