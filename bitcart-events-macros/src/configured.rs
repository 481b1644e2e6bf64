//! Parameters with a `#[cfg(…)]`. Only rustc knows whether they are there, and it says so to a derive: of a struct's
//! fields it passes on those that are. So there is a struct with a field for each such parameter.
//! In an `impl` rustc refuses that struct, and then nothing else is written.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, FnArg, Ident, Signature};

use crate::args::Args;
use crate::beside::with_schema;
use crate::errors::Errors;
use crate::function::Function;
use crate::tokens::{Parts, Tokens, listed};

/// Whether a parameter depends on the configuration.
pub(crate) fn is_needed(signature: &Signature) -> bool {
    for input in &signature.inputs {
        if is_conditional(input) {
            return true;
        }
    }
    false
}

fn is_conditional(input: &FnArg) -> bool {
    !conditions(input).0.is_empty()
}

fn conditions(input: &FnArg) -> Tokens {
    let attributes = match input {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(typed) => &typed.attrs,
    };
    let mut conditions = TokenStream::new();
    for attribute in attributes {
        if is_condition(attribute) {
            attribute.to_tokens(&mut conditions);
        }
    }
    Tokens::of(conditions)
}

fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Writes the struct; rustc then calls [`answer`].
pub(crate) fn ask(args: &TokenStream, function: &Function) -> TokenStream {
    let krate = Args::parse(args.clone(), &mut Errors::default()).krate;
    let (signature, head, cfg) = (&function.signature, function.head(), function.conditions());
    let name = Ident::new(&format!("parameters_of_{}", signature.ident.unraw()), Span::mixed_site());
    let mut fields = Vec::new();
    for (index, input) in signature.inputs.iter().enumerate() {
        let (conditions, field) = (conditions(input), Ident::new(&format!("p{index}"), Span::call_site()));
        if !conditions.0.is_empty() {
            fields.push(quote!(#conditions #field: ()));
        }
    }
    let fields = listed(&fields);
    quote! {
        #cfg
        #[derive(#krate::__private::OnConfigured)]
        #[on_configured({ #args } { #head })]
        struct #name { #fields }
    }
}

/// The fields that are left are the parameters that are there.
pub(crate) fn answer(input: TokenStream) -> TokenStream {
    match read(input) {
        Ok((args, function)) => with_schema(args, &function),
        Err(error) => error.to_compile_error(),
    }
}

/// What [`ask`] wrote down beside the struct.
fn read(input: TokenStream) -> syn::Result<(TokenStream, Function)> {
    let item: DeriveInput = syn::parse2(input)?;
    let mut left = Vec::new();
    if let Data::Struct(data) = &item.data {
        for field in &data.fields {
            left.push(field.ident.to_token_stream().to_string());
        }
    }
    let question = item.attrs.iter().find(|attribute| attribute.path().is_ident("on_configured"));
    let mut parts = match question {
        Some(attribute) => Parts::of(attribute.meta.require_list()?.tokens.clone()),
        None => Parts::of(TokenStream::new()),
    };
    let (args, mut function) = (parts.next(), Function::read(&parts.next())?);
    let mut there = Punctuated::new();
    for (index, input) in function.signature.inputs.iter().enumerate() {
        if !is_conditional(input) || left.contains(&format!("p{index}")) {
            there.push(unconditional(input.clone()));
        }
    }
    function.signature.inputs = there;
    Ok((args, function))
}

fn unconditional(mut input: FnArg) -> FnArg {
    if let FnArg::Typed(typed) = &mut input {
        for attribute in std::mem::take(&mut typed.attrs) {
            if !is_condition(&attribute) {
                typed.attrs.push(attribute);
            }
        }
    }
    input
}
