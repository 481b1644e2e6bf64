//! `#[on]` from end to end, in two steps.
//!
//! The attribute itself does not know any event. It leaves the function as it is and hands the signature to the
//! schema's hidden macro, which adds its text and calls [`checked`]. The function's body never travels, so an
//! editor and the borrow checker see a plain function.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, ItemFn, Path, Signature, Token, Visibility, braced};

use crate::args::Args;
use crate::check::check;
use crate::errors::Errors;
use crate::expand::{Outside, expand, expand_stub};
use crate::schema::Schema;
use crate::signature::parameters;

/// First step: the attribute.
pub(crate) fn attribute(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut function: ItemFn = match syn::parse2(item.clone()) {
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
    if function.sig.receiver().is_some() {
        // Inside an `impl` nothing but the error can be written.
        parameters(&function.sig, &mut errors);
        let errors = errors.to_tokens();
        return quote!(#function #errors);
    }
    for again in function.attrs.extract_if(.., |attribute| is_on(attribute.path())) {
        let help = "name all its events in one: `#[on([\"new_block\", \"new_payment\"])]`";
        errors.add(again, "a function has one `#[on]`", &[help.to_owned()]);
    }
    let (vis, signature) = (&function.vis, &function.sig);
    let cfg: Vec<_> = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
    let parsed = Args::parse(args.clone(), &mut Errors::default());
    let rest = if args.is_empty() {
        // Said here, because the second step has no token to point at but its own hidden name.
        let help = "write `#[on(\"new_payment\")]`, or a list: `#[on([\"new_block\", \"new_payment\"])]`";
        errors.add(TokenStream::new(), "`#[on]` needs the name of an event", &[help.to_owned()]);
        expand_stub(&parsed, &Outside { vis, signature, cfg, schema_path: TokenStream::new() })
    } else {
        let krate = parsed.krate;
        quote!(#krate::event::schema! { { #args } { #(#cfg)* #vis #signature ; } })
    };
    let errors = errors.to_tokens();
    quote!(#function #errors #rest)
}

/// Whether an attribute is this one: `on`, or `bitcart_events::on`.
fn is_on(path: &Path) -> bool {
    let names = path.segments.iter().map(|segment| segment.ident.to_string());
    path.is_ident("on") || names.eq(["bitcart_events", "on"])
}

/// What arrives at the second step.
struct Checked {
    path: TokenStream,
    schema: Schema,
    args: TokenStream,
    attributes: Vec<Attribute>,
    vis: Visibility,
    signature: Signature,
}

impl Parse for Checked {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (path, schema, args, function);
        braced!(path in input);
        braced!(schema in input);
        braced!(args in input);
        braced!(function in input);
        let (path, schema, args) = (path.parse()?, schema.parse()?, args.parse()?);
        let attributes = function.call(Attribute::parse_outer)?;
        let (vis, signature) = (function.parse()?, function.parse()?);
        function.parse::<Token![;]>()?;
        Ok(Self { path, schema, args, attributes, vis, signature })
    }
}

/// Second step: the schema is known; check and expand.
pub(crate) fn checked(input: TokenStream) -> TokenStream {
    let Checked { path, schema, args, attributes, vis, signature } = match syn::parse2(input) {
        Ok(checked) => checked,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let args = Args::parse(args, &mut errors);
    let handler = check(&schema, &args, &signature, &mut errors);
    let outside =
        Outside { vis: &vis, signature: &signature, cfg: attributes.iter().collect(), schema_path: path };
    if errors.is_empty() {
        return expand(&schema, &args, &handler, &outside);
    }
    let (errors, stub) = (errors.to_tokens(), expand_stub(&args, &outside));
    quote!(#errors #stub)
}
