//! Collects every mistake, so that one run of the compiler shows them all.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};

use crate::names;

/// The mistakes found so far, each at its own tokens.
#[derive(Default)]
pub(crate) struct Errors {
    list: Vec<syn::Error>,
    left_to_rustc: bool,
}

impl Errors {
    /// Adds a mistake. `at` is tokens rather than a span: stable Rust cannot join spans, but a `syn::Error` keeps
    /// the first and the last token, so that the caret covers all of `Option<String>`.
    ///
    /// `help` is part of the same message: rustc aligns `= help:` after a line break, and a second `compile_error!` would
    /// count as a second error.
    pub(crate) fn add(&mut self, at: &dyn ToTokens, message: &str, help: &str) {
        self.push(syn::Error::new_spanned(at, format!("{message}\n= help: {help}")));
    }

    /// The same with several lines of help.
    pub(crate) fn add_lines(&mut self, at: &dyn ToTokens, message: &str, help: &[String]) {
        self.add(at, message, &names::joined(&names::each(help, String::as_str), "\n= help: "));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.list.push(error);
    }

    /// Something is wrong that rustc says well by itself, as long as nothing is built on it.
    pub(crate) fn leave_to_rustc(&mut self) {
        self.left_to_rustc = true;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.left_to_rustc
    }

    pub(crate) fn to_tokens(&self) -> TokenStream {
        let mut tokens = TokenStream::new();
        self.write(&mut tokens);
        tokens
    }

    pub(crate) fn write(&self, tokens: &mut TokenStream) {
        for error in &self.list {
            error.to_compile_error().to_tokens(tokens);
        }
    }
}

/// Reads tokens to their end. One parser for all that is read in steps, because a parser is generic, and long.
pub(crate) fn parse(
    tokens: TokenStream,
    read: &mut dyn FnMut(ParseStream<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    (|input: ParseStream<'_>| read(input)).parse2(tokens)
}

/// A parser's error, and what to write, unless it says that already.
pub(crate) fn with_help(error: &syn::Error, help: &str) -> syn::Error {
    if names::has(&error.to_string(), "= help: ") {
        return error.clone();
    }
    syn::Error::new(error.span(), format!("{error}\n= help: {help}"))
}
