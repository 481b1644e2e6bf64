//! What stands beside a function.
//!
//! The built-in events are known here. Those of a user are not: the signature is handed to their schema's hidden macro,
//! which adds its text and calls [`checked`].

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;
use syn::spanned::Spanned;

use crate::args::Args;
use crate::check::check;
use crate::errors::Errors;
use crate::expand::{Outside, expand, expand_checks, expand_stub};
use crate::function::Function;
use crate::schema::Schema;
use crate::tokens::{Parts, Tokens};

/// What stands beside the function, if its schema is the built-in one. That of a user's own is asked for: its hidden macro
/// calls [`checked`]. So is the built-in one of a crate with a path, which is one error if it leads nowhere.
pub(crate) fn with_schema(args: TokenStream, function: &Function) -> TokenStream {
    let mut errors = Errors::default();
    let read = Args::parse(args.clone(), &mut errors);
    let Args { krate, schema, .. } = &read;
    let (path, span) = match schema {
        Some(schema) => (Tokens::of(schema.to_token_stream()), schema.span()),
        None => (krate.clone().then(Ident::new("event", Span::call_site())), Span::call_site()),
    };
    if schema.is_none() && !read.is_renamed {
        let outside = Outside::of(function, path);
        if errors.is_empty()
            && let Some(schema) = Schema::builtin_events(&read.event_names())
            && let Some(items) = correct(&schema, &read, &outside)
        {
            return items;
        }
        return beside(Schema::builtin(), &read, &outside, errors);
    }
    let (hidden, head) = (Ident::new("schema", span), function.head());
    quote!(#path::#hidden! { { #path } { #krate::__private::on_checked } { #args } { #head } })
}

/// The schema's hidden macro has answered. It hands over no schema where that has a mistake of its own.
pub(crate) fn checked(input: TokenStream) -> TokenStream {
    let mut parts = Parts::of(input);
    let (path, schema, args) = (Tokens::of(parts.next()), Schema::from_literal(parts.next()), parts.next());
    let function: Function = match syn::parse2(parts.next()) {
        Ok(function) => function,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    beside(schema, &args, &Outside::of(&function, path), errors)
}

/// What stands beside a function that breaks no rule. Of one that does, only the whole schema can tell what was meant.
fn correct(schema: &Schema, args: &Args, outside: &Outside<'_>) -> Option<TokenStream> {
    let mut errors = Errors::default();
    let handler = check(schema, args, outside.signature, &mut errors);
    errors.is_empty().then(|| expand(schema, args, &handler, outside))
}

/// The schema is known: checks, and expands.
fn beside(schema: Option<Schema>, args: &Args, outside: &Outside<'_>, mut errors: Errors) -> TokenStream {
    let Some(schema) = schema else { return expand_stub(args, outside) };
    let handler = check(&schema, args, outside.signature, &mut errors);
    if errors.is_empty() {
        return expand(&schema, args, &handler, outside);
    }
    let (errors, stub) = (errors.to_tokens(), expand_stub(args, outside));
    let checks = expand_checks(args, &handler, outside);
    // The errors come last: an editor that looks for the cursor takes the first token that has its place.
    quote!(#stub #checks #errors)
}
