//! Tokens that are written many times.
//!
//! A `TokenStream` inside of `quote!` is a handle: to join two of them, rustc is called three times, and these macros run for
//! each handler. What is a list of tokens is copied without asking it.

use proc_macro2::{Ident, Punct, Spacing, TokenStream, TokenTree, token_stream};
use quote::{ToTokens, TokenStreamExt};

#[derive(Clone, Default)]
pub(crate) struct Tokens(pub(crate) Vec<TokenTree>);

impl Tokens {
    pub(crate) fn of(tokens: TokenStream) -> Self {
        let mut list = Vec::new();
        for token in tokens {
            list.push(token);
        }
        Self(list)
    }

    /// With `::name` behind it.
    pub(crate) fn then(mut self, name: Ident) -> Self {
        self.colons();
        self.push(name);
        self
    }

    pub(crate) fn colons(&mut self) {
        self.push(Punct::new(':', Spacing::Joint));
        self.sign(':');
    }

    pub(crate) fn sign(&mut self, sign: char) {
        self.push(Punct::new(sign, Spacing::Alone));
    }

    pub(crate) fn push(&mut self, token: impl Into<TokenTree>) {
        self.0.push(token.into());
    }
}

impl From<Ident> for Tokens {
    fn from(name: Ident) -> Self {
        Self(vec![name.into()])
    }
}

impl ToTokens for Tokens {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().cloned());
    }

    /// They move: to copy a group is to ask the compiler.
    fn into_token_stream(self) -> TokenStream {
        let mut tokens = TokenStream::new();
        tokens.extend(self.0);
        tokens
    }
}

/// With a comma between them.
pub(crate) fn listed(parts: &[TokenStream]) -> TokenStream {
    let mut list = TokenStream::new();
    for part in parts {
        if !list.is_empty() {
            list.append(Punct::new(',', Spacing::Alone));
        }
        part.to_tokens(&mut list);
    }
    list
}

/// What our own macros hand on to each other, each part in braces. To have a parser for it takes longer.
pub(crate) struct Parts(token_stream::IntoIter);

impl Parts {
    pub(crate) fn of(input: TokenStream) -> Self {
        Self(input.into_iter())
    }

    pub(crate) fn next(&mut self) -> TokenStream {
        match self.0.next() {
            Some(TokenTree::Group(group)) => group.stream(),
            _ => TokenStream::new(),
        }
    }
}
