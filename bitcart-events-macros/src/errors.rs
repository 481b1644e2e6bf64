//! Collects every mistake, so that one run of the compiler shows them all.

use proc_macro2::TokenStream;
use quote::ToTokens;

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
    /// `help` lines are part of the same message: rustc aligns `= help:` after a line break, and a second
    /// `compile_error!` would count as a second error.
    pub(crate) fn add(&mut self, at: impl ToTokens, message: impl Into<String>, help: &[String]) {
        let mut text = message.into();
        for line in help {
            text.push_str("\n= help: ");
            text.push_str(line);
        }
        self.list.push(syn::Error::new_spanned(at, text));
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
        self.list.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// A parser's error, and what to write, unless it says that already.
pub(crate) fn with_help(error: &syn::Error, help: &str) -> syn::Error {
    if error.to_string().contains("= help: ") {
        return error.clone();
    }
    syn::Error::new(error.span(), format!("{error}\n= help: {help}"))
}
