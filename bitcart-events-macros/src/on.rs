//! `#[on]` from end to end.
//!
//! The built-in events it knows itself. Those of a user it does not: it hands the signature to their schema's hidden
//! macro, which adds its text and calls [`checked`]. The function is left as it is, and its body is not even read, so an
//! editor and the borrow checker see a plain function, and a half-typed one is no concern of ours.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Path, braced};

use crate::args::Args;
use crate::check::check;
use crate::configured;
use crate::errors::Errors;
use crate::expand::{Outside, expand, expand_checks, expand_stub};
use crate::function::Function;
use crate::lints::{allowed, allowed_signature};
use crate::schema::Schema;
use crate::signature::parameters;
use crate::tokens::Tokens;

/// The attribute.
pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut function: Function = match Function::read(&item) {
        Ok(function) => function,
        Err(error) => {
            let is_function = item.clone().into_iter().any(|token| token.to_string() == "fn");
            if is_function {
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
    let again: Vec<_> = function.attributes.extract_if(.., |attribute| is_on(attribute.path())).collect();
    for again in again {
        item = function.to_token_stream();
        let help = "name all its events in one: `#[on([\"new_block\", \"new_payment\"])]`";
        errors.add(again, "a function has one `#[on]`", &[help.to_owned()]);
    }
    let rest = if args.is_empty() {
        // Said here, because the second step has no token to point at but its own hidden name.
        let help = "write `#[on(\"new_payment\")]`, or a list: `#[on([\"new_block\", \"new_payment\"])]`";
        errors.add(TokenStream::new(), "`#[on]` needs the name of an event", &[help.to_owned()]);
        let outside = function.outside(Tokens::default());
        expand_stub(&Args::parse(args, &mut Errors::default()), &outside)
    } else if configured::is_needed(&function.signature) {
        configured::ask(&args, &function)
    } else {
        with_schema(args, &function)
    };
    let (errors, allow) = (errors.to_tokens(), allowed_signature(&function.signature));
    [allow, item, errors, rest].into_iter().collect()
}

impl Function {
    fn outside(&self, schema_path: Tokens) -> Outside<'_> {
        let (cfg, allowed) = (self.conditions(), allowed(&self.attributes));
        Outside { vis: &self.vis, signature: &self.signature, cfg, allowed, schema_path }
    }
}

/// What stands beside the function, if its schema is the built-in one. That of a user's own is asked for: its hidden macro
/// calls [`checked`]. So is the built-in one of a crate with a path, which is one error if it leads nowhere.
pub(crate) fn with_schema(args: TokenStream, function: &Function) -> TokenStream {
    let mut errors = Errors::default();
    let read = Args::parse(args.clone(), &mut errors);
    let Args { krate, schema, .. } = &read;
    let builtin = || krate.clone().then(Ident::new("event", Span::call_site()));
    let path = schema.as_ref().map_or_else(builtin, Tokens::of);
    if schema.is_none() && !read.is_renamed {
        let outside = function.outside(path);
        let correct = || correct(&Schema::builtin_events(&read.events)?, &read, &outside);
        let rest = if errors.is_empty() { correct() } else { None };
        return rest.unwrap_or_else(|| beside(Schema::builtin(), &read, &outside, errors));
    }
    let span = schema.as_ref().map_or_else(Span::call_site, Spanned::span);
    let (hidden, head) = (Ident::new("schema", span), function.head());
    quote!(#path::#hidden! { { #path } { #krate::__private::on_checked } { #args } { #head } })
}

/// Whether an attribute is this one: `on`, or `bitcart_events::on`.
fn is_on(path: &Path) -> bool {
    let names = path.segments.iter().map(|segment| segment.ident.to_string());
    path.is_ident("on") || names.eq(["bitcart_events", "on"])
}

/// What the hidden macro of a schema hands over.
struct Checked {
    path: Tokens,
    /// Nothing where the schema has a mistake of its own.
    schema: Option<Schema>,
    args: TokenStream,
    function: Function,
}

impl Parse for Checked {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (path, schema, args, function);
        braced!(path in input);
        braced!(schema in input);
        braced!(args in input);
        braced!(function in input);
        let schema: Option<LitStr> = schema.parse()?;
        let schema = schema.and_then(|text| Schema::from_text(&text.value()));
        Ok(Self {
            path: Tokens::of(path.parse::<TokenStream>()?),
            schema,
            args: args.parse()?,
            function: function.parse()?,
        })
    }
}

/// The schema's hidden macro has answered.
pub(crate) fn checked(input: TokenStream) -> TokenStream {
    let Checked { path, schema, args, function } = match syn::parse2(input) {
        Ok(checked) => checked,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    beside(schema, &args, &function.outside(path), errors)
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
