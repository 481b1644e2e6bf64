//! A function, as far as `#[on]` reads it.
//!
//! These macros run unoptimised, and once for each handler: what is usual is read the short way. What that cannot read, syn
//! reads all of again, and says what is wrong with it.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, PatType, Signature, Token, Type, Visibility, token};

use crate::errors::parse;
use crate::lints::allowed;
use crate::signature::mentions;
use crate::tokens::Tokens;

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
        match Self::read_usual(Tokens::of(item.clone())) {
            Some(function) if function.is_whole => Ok(function),
            // What is missing in front of the body is said to be missing there.
            other => syn::parse2(item.clone()).or_else(|error| other.ok_or(error)),
        }
    }

    /// Its body is set aside, and its parameters are read by themselves.
    fn read_usual(mut tokens: Tokens) -> Option<Self> {
        let body = match tokens.0.pop()? {
            group @ TokenTree::Group(_) => TokenStream::from(group),
            other => {
                tokens.push(other);
                TokenStream::new()
            }
        };
        let parameters = set_aside(&mut tokens.0)?;
        let mut function: Self = syn::parse2(tokens.into_token_stream()).ok()?;
        function.signature.paren_token.span = parameters.delim_span();
        let mut inputs = Punctuated::new();
        let read = parse(parameters.stream(), &mut |input| {
            inputs = input.parse_terminated(parameter, Token![,])?;
            Ok(())
        });
        function.is_whole = read.is_ok();
        if !function.is_whole && mentions(parameters.stream(), "self") {
            // Nothing can stand beside a method.
            return None;
        }
        function.signature.inputs = inputs;
        Some(Self { body, ..function })
    }
}

/// The group of the parameters, behind `fn` and a name; in its place is one without any.
fn set_aside(tokens: &mut [TokenTree]) -> Option<Group> {
    let (mut is_fn, mut is_named) = (false, false);
    for token in tokens {
        match token {
            TokenTree::Group(group) if is_named && group.delimiter() == Delimiter::Parenthesis => {
                let none = Group::new(Delimiter::Parenthesis, TokenStream::new());
                return Some(std::mem::replace(group, none));
            }
            TokenTree::Ident(word) => (is_fn, is_named) = (word == "fn", is_fn),
            _ => (is_fn, is_named) = (false, false),
        }
    }
    None
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
        for attribute in attributes {
            attribute.to_tokens(tokens);
        }
        vis.to_tokens(tokens);
        signature.to_tokens(tokens);
        body.to_tokens(tokens);
    }
}

impl Function {
    /// What of it travels: everything but the body, and of its attributes those that decide whether it exists, and
    /// about which of its lints nothing is said.
    pub(crate) fn head(&self) -> TokenStream {
        let Self { vis, signature, .. } = self;
        let (cfg, allowed) = (self.conditions(), allowed(&self.attributes));
        quote!(#cfg #allowed #vis #signature ;)
    }

    /// `#[cfg(…)]` of it, which what stands beside it shares.
    pub(crate) fn conditions(&self) -> Tokens {
        let mut conditions = TokenStream::new();
        for attribute in &self.attributes {
            if attribute.path().is_ident("cfg") {
                attribute.to_tokens(&mut conditions);
            }
        }
        Tokens::of(conditions)
    }
}
