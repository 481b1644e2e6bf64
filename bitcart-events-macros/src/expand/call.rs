//! How a handler is called: its arguments are read, the user's function is called, what it returns is reported.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{PathArguments, PathSegment, ReturnType, Signature, Type, TypePath};

use crate::args::Args;
use crate::check::{Argument, Handler, Source};
use crate::signature::{ByType, last_segment};
use crate::tokens::{Tokens, listed};

/// With how many arguments one function of `bitcart_events::__private` calls the user's.
const MOST_AT_ONCE: usize = 10;

/// Names of `bitcart_events::__private`, as an expansion writes them.
pub(super) struct Private<'a> {
    /// Its whole path.
    pub(super) path: &'a Tokens,
    /// The name that stands for it, shorter than the whole path, of which there would be many.
    pub(super) alias: Ident,
}

impl Private<'_> {
    /// Answers with `description`, or reads each argument and calls the user's function.
    pub(super) fn call(
        &self,
        args: &Args,
        handler: &Handler<'_>,
        signature: &Signature,
        invocation: &Ident,
        description: &TokenStream,
    ) -> Tokens {
        let (private, function) = (&self.alias, &signature.ident);
        let report = self.report(&signature.output);
        let mut reads = Vec::new();
        for argument in &handler.arguments {
            reads.push(self.read(argument));
        }
        let kind = match (&signature.asyncness, &args.blocking) {
            (Some(_), _) => "async_handler",
            (None, Some(_)) => "blocking",
            (None, None) => "plain",
        };
        // Spanned at the function's name, because that is where rustc then says that its future is not `Send`.
        let at_name = |tokens| {
            let mut group = Group::new(Delimiter::Parenthesis, tokens);
            group.set_span(function.span());
            TokenTree::Group(group)
        };
        let count = reads.len();
        if count <= MOST_AT_ONCE {
            let mut call = self.name(ours(&format!("{kind}{count}")));
            call.push(at_name(quote!(#invocation, #description, #function, #(#reads,)* #report)));
            return call;
        }
        let (kind, read) = (ours(kind), ours("read"));
        let (mut values, mut arguments) = (Vec::new(), Vec::new());
        for (position, of) in reads.iter().enumerate() {
            let position = Literal::usize_unsuffixed(position);
            values.push(quote!(#private::#read(#invocation, #of, #position)?));
            arguments.push(quote!(#read.#position?));
        }
        let (arguments, values) = (at_name(listed(&arguments)), listed(&values));
        // A function of its own for the `?`: what is written is none that returns a `Result`.
        let returned = quote!((|| { let #read = (#values); #private::Ok(#function #arguments) })());
        let called = quote!(#private::#kind(#returned, #report));
        Tokens::of(quote!(#private::described(#invocation, #description, #called)))
    }

    /// Turns what the user's function returns into an outcome.
    pub(super) fn report(&self, output: &ReturnType) -> Tokens {
        match output {
            ReturnType::Default => self.name(ours("Report")).then(ours("into_outcome")),
            ReturnType::Type(_, ty) => self.function(ty, "Report", "into_outcome"),
        }
    }

    /// What reads an argument, as the type that the function has for it.
    pub(super) fn read(&self, argument: &Argument<'_>) -> Tokens {
        let of = match &argument.source {
            Source::Event => "ReadEvent",
            Source::Instance => "ReadInstance",
            Source::ByType(ByType::State) => "ReadState",
            Source::ByType(ByType::Delivery) => "ReadDelivery",
            Source::ByType(ByType::InboxTx) => "ReadInboxTx",
            Source::Field(kind) => kind.reader(),
        };
        self.function(argument.parameter.ty, of, "argument")
    }

    /// The function of a trait, for a type that rustc finds out: it stands in the user's signature, and if there is
    /// something wrong with it, rustc has said so there. Its path is spanned from the type's first to its last token, because
    /// there the carets go: it ends with `::<>` to end with a sign, because an editor would follow a name.
    fn function(&self, ty: &Type, of: &str, function: &str) -> Tokens {
        let (first, last) = ends(ty);
        let mut path = self.path.clone();
        match path.0.as_mut_slice() {
            [TokenTree::Punct(one), TokenTree::Punct(other), ..] => {
                one.set_span(first);
                other.set_span(first);
            }
            // It keeps what it means.
            [name, ..] => name.set_span(name.span().located_at(first)),
            [] => {}
        }
        path = path.then(ours(of)).then(ours(function));
        path.colons();
        path.sign('<');
        let mut end = Punct::new('>', Spacing::Alone);
        end.set_span(last);
        path.push(end);
        path
    }

    /// `of_f::name`.
    pub(super) fn name(&self, name: Ident) -> Tokens {
        Tokens::from(self.alias.clone()).then(name)
    }
}

pub(super) fn ours(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Where a type begins and ends. Of the usual ones their parts say it; to list tokens takes longer.
fn ends(ty: &Type) -> (Span, Span) {
    match ty {
        Type::Reference(reference) => (reference.and_token.span, ends(&reference.elem).1),
        Type::Path(TypePath { qself: None, path, .. }) if path.leading_colon.is_none() => {
            match (path.segments.get(0), last_segment(path)) {
                (Some(PathSegment { ident: first, .. }), Some(PathSegment { ident, arguments })) => {
                    let last = match arguments {
                        PathArguments::None => ident.span(),
                        PathArguments::AngleBracketed(arguments) => arguments.gt_token.span,
                        PathArguments::Parenthesized(_) => return ends_of(ty.to_token_stream()),
                    };
                    (first.span(), last)
                }
                _ => ends_of(ty.to_token_stream()),
            }
        }
        _ => ends_of(ty.to_token_stream()),
    }
}

fn ends_of(tokens: TokenStream) -> (Span, Span) {
    let tokens: Vec<TokenTree> = Tokens::of(tokens).0;
    match tokens.as_slice() {
        // From `macro_rules!`.
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => ends_of(group.stream()),
        [first, .., last] => (open(first), close(last)),
        [only] => (open(only), close(only)),
        [] => (Span::call_site(), Span::call_site()),
    }
}

fn open(token: &TokenTree) -> Span {
    if let TokenTree::Group(group) = token { group.span_open() } else { token.span() }
}

fn close(token: &TokenTree) -> Span {
    if let TokenTree::Group(group) = token { group.span_close() } else { token.span() }
}
