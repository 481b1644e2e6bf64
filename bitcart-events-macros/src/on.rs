//! The attribute `#[on]`.
//!
//! The function is left as it is, and its body is not even read, so an editor and the borrow checker see a plain function,
//! and a half-typed one is no concern of ours. What stands beside it is written by [`beside`](crate::beside).

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;

use crate::args::Args;
use crate::beside::with_schema;
use crate::configured;
use crate::errors::Errors;
use crate::expand::{Outside, expand_stub, expand_unread};
use crate::function::Function;
use crate::lints::allowed_signature;
use crate::signature::parameters;
use crate::tokens::Tokens;

/// The attribute. What is indented may stand in an `impl`, which no macro can see.
pub(crate) fn attribute(args: TokenStream, item: TokenStream, is_indented: bool) -> TokenStream {
    let mut errors = Errors::default();
    let mut function: Function = match Function::read(&item) {
        Ok(function) => function,
        Err(error) => {
            if is_function(&item) {
                errors.push(error);
            } else {
                let first = item.clone().into_iter().next();
                errors.add(first, "`#[on]` stands on functions only", &["write it above an `fn`".to_owned()]);
            }
            let errors = errors.to_tokens();
            return quote!(#item #errors);
        }
    };
    if function.signature.receiver().is_some() {
        // Inside an `impl` nothing but the error can be written.
        parameters(&function.signature, &mut errors);
        let errors = errors.to_tokens();
        return quote!(#item #errors);
    }
    let mut item = item;
    let is_main = || function.signature.ident == "main";
    let refused = |path: &Path| is_on(path) || starts_a_runtime(path) && !is_main();
    let refused: Vec<_> = function.attributes.extract_if(.., |attribute| refused(attribute.path())).collect();
    for attribute in refused {
        item = function.to_token_stream();
        let (message, help) = if is_on(attribute.path()) {
            let help = "name all its events in one: `#[on([\"new_block\", \"new_payment\"])]`";
            ("a function has one `#[on]`", help)
        } else {
            let help =
                "remove the attribute: an `async` handler is called in the runtime that the listener runs in";
            ("a handler starts no runtime of its own", help)
        };
        errors.add(attribute, message, &[help.to_owned()]);
    }
    let rest = if !function.is_whole {
        let args = Args::parse(args, &mut errors);
        expand_unread(&args, &Outside::of(&function, Tokens::default()))
    } else if args.is_empty() {
        // Said here, because the second step has no token to point at but its own hidden name.
        let help = "write `#[on(\"new_payment\")]`, or a list: `#[on([\"new_block\", \"new_payment\"])]`";
        errors.add(TokenStream::new(), "`#[on]` needs the name of an event", &[help.to_owned()]);
        let outside = Outside::of(&function, Tokens::default());
        expand_stub(&Args::parse(args, &mut Errors::default()), &outside)
    } else if is_indented || configured::is_needed(&function.signature) {
        // In an `impl` a struct is one error, and its derive writes nothing there that would be another four.
        configured::ask(&args, &function)
    } else {
        with_schema(args, &function)
    };
    let (errors, allow) = (errors.to_tokens(), allowed_signature(&function.signature));
    [allow, item, errors, rest].into_iter().collect()
}

/// Whether it is meant as one: `fn`, and in front of it nothing but words and attributes. `type F = fn(Event);` is none.
fn is_function(item: &TokenStream) -> bool {
    let mut ahead = item
        .clone()
        .into_iter()
        .filter(|token| !matches!(token, TokenTree::Punct(sign) if sign.as_char() == '#'));
    let first = ahead.find(|token| matches!(token, TokenTree::Punct(_)) || token.to_string() == "fn");
    matches!(first, Some(TokenTree::Ident(_)))
}

/// `#[tokio::main]`, `#[tokio::test]`: what makes a plain function of an `async` one.
fn starts_a_runtime(path: &Path) -> bool {
    let last = path.segments.last().filter(|_| path.segments.len() > 1);
    last.is_some_and(|last| last.ident == "main" || last.ident == "test")
}

/// Whether an attribute is this one: `on`, or `bitcart_events::on`.
fn is_on(path: &Path) -> bool {
    let names = path.segments.iter().map(|segment| segment.ident.to_string());
    path.is_ident("on") || names.eq(["bitcart_events", "on"])
}
