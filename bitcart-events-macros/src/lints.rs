//! What keeps the user's lints away from what the macros write.
//!
//! rustc and clippy say nothing about code of another crate, and code with a macro's span is that: so there is no
//! `#[allow]` in it that a `#![forbid]` would refuse. What is left are the tokens that are copied from the user, and the
//! struct beside a handler, which has the function's own name so that an editor finds and renames both.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, Ident, Meta, MetaList, Signature};

use crate::signature::{ByType, last_segment_is};
use crate::tokens::Tokens;

/// The same name at the same place, but not the user's.
pub(crate) fn ours(name: &Ident) -> Ident {
    let mut ours = name.clone();
    ours.set_span(name.span().resolved_at(Span::mixed_site()));
    ours
}

/// What clippy has against calling a function whose name says that nobody does.
pub(crate) fn allowed_call(function: &Ident) -> Option<TokenStream> {
    function.to_string().starts_with('_').then(|| quote!(#[allow(clippy::used_underscore_items)]))
}

/// The lints that are off for an item, for what repeats its types and its name. An `#[expect]` is fulfilled by the item
/// itself.
pub(crate) fn allowed(attributes: &[Attribute]) -> Tokens {
    if attributes.is_empty() {
        return Tokens::default();
    }
    let mut allowed = TokenStream::new();
    let mut deprecated = TokenStream::new();
    for attribute in attributes {
        let path = attribute.path();
        if path.is_ident("deprecated") {
            deprecated = quote!(#[allow(deprecated)]);
        } else if let Meta::List(MetaList { tokens, .. }) = &attribute.meta
            && (path.is_ident("allow") || path.is_ident("expect"))
        {
            quote!(#[allow(#tokens)]).to_tokens(&mut allowed);
        }
    }
    deprecated.to_tokens(&mut allowed);
    Tokens::of(allowed)
}

/// What clippy would have otherwise, and `#[on]` does not: what comes by value by reference, fewer parameters.
pub(crate) fn allowed_signature(signature: &Signature) -> TokenStream {
    let mut allowed = TokenStream::new();
    if signature.asyncness.is_none() && has_value(signature) {
        allowed = quote!(#[allow(clippy::needless_pass_by_value)]);
    }
    if signature.inputs.len() > 7 {
        quote!(#[allow(clippy::too_many_arguments)]).to_tokens(&mut allowed);
    }
    allowed
}

/// Whether a parameter is one that comes by value.
fn has_value(signature: &Signature) -> bool {
    for input in &signature.inputs {
        if let FnArg::Typed(typed) = input
            && (ByType::of(&typed.ty).is_some() || last_segment_is(&typed.ty, "Coin"))
        {
            return true;
        }
    }
    false
}
