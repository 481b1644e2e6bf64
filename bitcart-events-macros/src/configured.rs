//! Parameters with a `#[cfg(…)]`. Only rustc knows whether they are there, and it says so to a derive: of a struct's
//! fields it passes on those that are. So there is a struct with a field for each such parameter.
//! In an `impl` rustc refuses that struct, and then nothing else is written.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, FnArg, ItemStruct, Signature, braced};

use crate::args::Args;
use crate::beside::with_schema;
use crate::errors::Errors;
use crate::function::Function;

/// Whether a parameter depends on the configuration.
pub(crate) fn is_needed(signature: &Signature) -> bool {
    signature.inputs.iter().any(is_conditional)
}

fn is_conditional(input: &FnArg) -> bool {
    conditions(input).next().is_some()
}

fn conditions(input: &FnArg) -> impl Iterator<Item = &Attribute> {
    let attributes = match input {
        FnArg::Receiver(receiver) => &receiver.attrs,
        FnArg::Typed(typed) => &typed.attrs,
    };
    attributes.iter().filter(|attribute| is_condition(attribute))
}

fn is_condition(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr")
}

/// Writes the struct; rustc then calls [`answer`].
pub(crate) fn ask(args: &TokenStream, function: &Function) -> TokenStream {
    let krate = Args::parse(args.clone(), &mut Errors::default()).krate;
    let (signature, head, cfg) = (&function.signature, function.head(), function.conditions());
    let name = format_ident!("parameters_of_{}", signature.ident.unraw(), span = Span::mixed_site());
    let fields = signature.inputs.iter().enumerate().filter(|(_, input)| is_conditional(input));
    let fields = fields.map(|(index, input)| {
        let (conditions, field) = (conditions(input), format_ident!("p{index}"));
        quote!(#(#conditions)* #field: ())
    });
    quote! {
        #(#cfg)*
        #[derive(#krate::__private::OnConfigured)]
        #[on_configured({ #args } { #head })]
        struct #name { #(#fields),* }
    }
}

/// What [`ask`] wrote down beside the struct.
struct Question {
    args: TokenStream,
    function: Function,
}

impl Parse for Question {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let (args, function);
        braced!(args in input);
        braced!(function in input);
        Ok(Self { args: args.parse()?, function: Function::read(&function.parse()?)? })
    }
}

/// The fields that are left are the parameters that are there.
pub(crate) fn answer(input: TokenStream) -> TokenStream {
    match read(input) {
        Ok((Question { args, mut function }, left)) => {
            let inputs = std::mem::take(&mut function.signature.inputs).into_iter().enumerate();
            let there =
                inputs.filter(|(index, input)| !is_conditional(input) || left.contains(&format!("p{index}")));
            function.signature.inputs = there.map(|(_, input)| unconditional(input)).collect();
            with_schema(args, &function)
        }
        Err(error) => error.to_compile_error(),
    }
}

fn read(input: TokenStream) -> syn::Result<(Question, Vec<String>)> {
    let item: ItemStruct = syn::parse2(input)?;
    let left = item.fields.iter().filter_map(|field| Some(field.ident.as_ref()?.to_string())).collect();
    let question = item.attrs.iter().find(|attribute| attribute.path().is_ident("on_configured"));
    let question = question.map(|attribute| attribute.meta.require_list()).transpose()?;
    let tokens = question.map(|list| list.tokens.clone()).unwrap_or_default();
    Ok((Question::parse.parse2(tokens)?, left))
}

fn unconditional(mut input: FnArg) -> FnArg {
    if let FnArg::Typed(typed) = &mut input {
        typed.attrs.retain(|attribute| !is_condition(attribute));
    }
    input
}
