//! A function, as far as `#[on]` reads it.
//!
//! These macros run unoptimised, and once for each handler: what is usual is read the short way. What that cannot read, syn
//! reads all of again, and says what is wrong with it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, PatType, Signature, Token, Type, Visibility, token};

use crate::lints::allowed;
use crate::signature::mentions;

/// A function whose body is left alone.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) signature: Signature,
    body: TokenStream,
    /// Whether its parameters could be read. If not, it is without any, and rustc, which reads it before us, has said why.
    pub(crate) is_whole: bool,
}

impl Function {
    pub(crate) fn read(item: &TokenStream) -> syn::Result<Self> {
        let tokens = item.clone().into_iter().collect();
        match Self::read_usual(tokens) {
            Some(function) if function.is_whole => Ok(function),
            // What is missing in front of the body is said to be missing there.
            other => syn::parse2(item.clone()).or_else(|error| other.ok_or(error)),
        }
    }

    /// Its body is set aside, and its parameters are read by themselves.
    fn read_usual(mut tokens: Vec<TokenTree>) -> Option<Self> {
        let body = tokens.pop_if(|last| matches!(last, TokenTree::Group(_)));
        let of_parameters = |three: &[TokenTree]| match three {
            [TokenTree::Ident(word), TokenTree::Ident(_), TokenTree::Group(group)] => {
                word == "fn" && group.delimiter() == Delimiter::Parenthesis
            }
            _ => false,
        };
        let place = tokens.windows(3).position(of_parameters)? + 2;
        let none = TokenTree::Group(Group::new(Delimiter::Parenthesis, TokenStream::new()));
        let TokenTree::Group(parameters) = std::mem::replace(tokens.get_mut(place)?, none) else {
            return None;
        };
        let mut function: Self = syn::parse2(tokens.into_iter().collect()).ok()?;
        function.signature.paren_token.span = parameters.delim_span();
        let read = syn::parse2::<Parameters>(parameters.stream());
        function.is_whole = read.is_ok();
        if !function.is_whole && mentions(parameters.stream(), "self") {
            // Nothing can stand beside a method.
            return None;
        }
        function.signature.inputs = read.map(|Parameters(inputs)| inputs).unwrap_or_default();
        Some(Self { body: body.into_token_stream(), ..function })
    }
}

/// All that stand between the parentheses.
struct Parameters(Punctuated<FnArg, Token![,]>);

impl Parse for Parameters {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse_terminated(parameter, Token![,]).map(Self)
    }
}

/// `name: Type`, which syn would look for among all that could stand there.
fn parameter(input: ParseStream<'_>) -> syn::Result<FnArg> {
    if !input.peek(Ident) || !input.peek2(Token![:]) {
        return input.parse();
    }
    let ident = input.parse()?;
    let name = PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident, subpat: None };
    let colon_token = input.parse()?;
    let is_name = input.peek(Ident) && !input.peek(token::Group);
    let ty = if is_name { Type::Path(input.parse()?) } else { input.parse()? };
    Ok(FnArg::Typed(PatType {
        attrs: Vec::new(),
        pat: Box::new(Pat::Ident(name)),
        colon_token,
        ty: Box::new(ty),
    }))
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
            is_whole: true,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, vis, signature, body, .. } = self;
        tokens.extend(quote!(#(#attributes)* #vis #signature #body));
    }
}

impl Function {
    /// What of it travels: everything but the body, and of its attributes those that decide whether it exists, and
    /// about which of its lints nothing is said.
    pub(crate) fn head(&self) -> TokenStream {
        let Self { vis, signature, .. } = self;
        let (cfg, allowed) = (self.conditions(), allowed(&self.attributes));
        quote!(#(#cfg)* #allowed #vis #signature ;)
    }

    pub(crate) fn conditions(&self) -> Vec<&Attribute> {
        let mut conditions = Vec::new();
        for attribute in &self.attributes {
            if attribute.path().is_ident("cfg") {
                conditions.push(attribute);
            }
        }
        conditions
    }
}
