//! The attribute `#[on]`.
//!
//! The function is left as it is, and its body is not even read, so an editor and the borrow checker see a plain function,
//! and a half-typed one is no concern of ours. What stands beside it is written by [`beside`](crate::beside).

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Path, PathSegment};

use crate::args::Args;
use crate::beside::with_schema;
use crate::configured;
use crate::errors::Errors;
use crate::expand::{Outside, expand_stub, unread};
use crate::function::Function;
use crate::lints::allowed_signature;
use crate::signature::{last_segment, mentions, parameters};
use crate::tokens::Tokens;

/// The attribute. What is indented may stand in an `impl`, which no macro can see.
pub(crate) fn attribute(args: TokenStream, item: TokenStream, is_indented: bool) -> TokenStream {
    let mut errors = Errors::default();
    let mut function: Function = match Function::read(&item) {
        Ok(function) => function,
        Err(error) => {
            let mut rest = TokenStream::new();
            if !is_function(&item) {
                let first = item.clone().into_iter().next();
                errors.add(&first, "`#[on]` stands on functions only", "write it above an `fn`");
            } else if mentions(item.clone(), "self") {
                // Nothing can stand beside a method.
                errors.push(error);
            } else {
                rest = unread(&Args::parse(args, &mut errors), &Tokens::default());
            }
            let errors = errors.to_tokens();
            return quote!(#item #errors #rest);
        }
    };
    if function.signature.receiver().is_some() {
        // Inside an `impl` nothing but the error can be written.
        parameters(&function.signature, &mut errors);
        let errors = errors.to_tokens();
        return quote!(#item #errors);
    }
    for attribute in std::mem::take(&mut function.attributes) {
        let path = attribute.path();
        if is_on(path) {
            let help = "name all its events in one: `#[on([\"new_block\", \"new_payment\"])]`";
            errors.add(&attribute, "a function has one `#[on]`", help);
        } else if starts_a_runtime(path) && function.signature.ident != "main" {
            let help =
                "remove the attribute: an `async` handler is called in the runtime that the listener runs in";
            errors.add(&attribute, "a handler starts no runtime of its own", help);
        } else {
            function.attributes.push(attribute);
        }
    }
    let item = if errors.is_empty() { item } else { function.to_token_stream() };
    let rest = if !function.is_whole {
        let args = Args::parse(args, &mut errors);
        let outside = Outside::of(&function, Tokens::default());
        let (stub, unread) = (expand_stub(&args, &outside), unread(&args, &outside.cfg));
        quote!(#stub #unread)
    } else if args.is_empty() {
        // Said here, because the second step has no token to point at but its own hidden name.
        let help = "write `#[on(\"new_payment\")]`, or a list: `#[on([\"new_block\", \"new_payment\"])]`";
        errors.add(&TokenStream::new(), "`#[on]` needs the name of an event", help);
        let outside = Outside::of(&function, Tokens::default());
        expand_stub(&Args::parse(args, &mut Errors::default()), &outside)
    } else if is_indented || configured::is_needed(&function.signature) {
        // In an `impl` a struct is one error, and its derive writes nothing there that would be another four.
        configured::ask(&args, &function)
    } else {
        with_schema(args, &function)
    };
    let mut all = allowed_signature(&function.signature);
    item.to_tokens(&mut all);
    errors.write(&mut all);
    rest.to_tokens(&mut all);
    all
}

/// Whether it is meant as one: `fn`, and in front of it nothing but words and attributes. `type F = fn(Event);` is none.
fn is_function(item: &TokenStream) -> bool {
    for token in item.clone() {
        match token {
            TokenTree::Punct(sign) if sign.as_char() != '#' => return false,
            TokenTree::Ident(word) if word == "fn" => return true,
            _ => {}
        }
    }
    false
}

/// `#[tokio::main]`, `#[tokio::test]`: what makes a plain function of an `async` one.
fn starts_a_runtime(path: &Path) -> bool {
    let last = last_segment(path);
    path.segments.len() > 1 && (is_named(last, "main") || is_named(last, "test"))
}

/// Whether an attribute is this one: `on`, or `bitcart_events::on`.
fn is_on(path: &Path) -> bool {
    let (first, last) = (path.segments.first(), last_segment(path));
    path.is_ident("on")
        || path.segments.len() == 2 && is_named(first, "bitcart_events") && is_named(last, "on")
}

fn is_named(segment: Option<&PathSegment>, name: &str) -> bool {
    segment.is_some_and(|segment| segment.ident == name)
}
