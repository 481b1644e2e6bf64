//! How a handler is called: its arguments are read, the user's function is called, what it returns is reported.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{ReturnType, Signature, Type};

use crate::args::Args;
use crate::check::{Argument, Handler, Source};
use crate::signature::ByType;

/// With how many arguments one function of `bitcart_events::__private` calls the user's.
const MOST_AT_ONCE: usize = 10;

/// Names of `bitcart_events::__private`, as an expansion writes them.
pub(super) struct Private {
    /// Where the crate is.
    pub(super) krate: TokenStream,
    /// The name that stands for it, shorter than the whole path, of which there would be many.
    pub(super) alias: Ident,
}

impl Private {
    /// The closure that the listener calls: it reads each argument, then calls the user's function.
    pub(super) fn call(&self, args: &Args, handler: &Handler<'_>, signature: &Signature) -> TokenStream {
        let private = &self.alias;
        let invocation = Ident::new("call", Span::mixed_site());
        let report = self.report(&signature.output);
        let returned = self.returned(handler, &signature.ident, &invocation);
        let (mode, handler) = match (&signature.asyncness, &args.blocking) {
            (Some(_), _) => ("Async", "async_handler"),
            (None, Some(_)) => ("Blocking", "handler"),
            (None, None) => ("Plain", "handler"),
        };
        let (mode, handler) = (ours(mode), ours(handler));
        quote!(#private::Call::#mode(|#invocation| #private::#handler(#returned, #report)))
    }

    /// What the user's function returns, or the error of an argument.
    fn returned(&self, handler: &Handler<'_>, function: &Ident, invocation: &Ident) -> TokenStream {
        let private = &self.alias;
        let reads = handler.arguments.iter().map(|argument| self.read(argument));
        // Spanned at the function's name, because that is where rustc then says that its future is not `Send`.
        let at_name = |tokens| {
            let mut group = Group::new(Delimiter::Parenthesis, tokens);
            group.set_span(function.span());
            group
        };
        let count = handler.arguments.len();
        if count <= MOST_AT_ONCE {
            let call = ours(&format!("call{count}"));
            let (call, arguments) =
                (at_name(quote!(#private::#call)), at_name(quote!(#invocation, #function, #(#reads),*)));
            return quote!(#call #arguments);
        }
        let (read, positions) = (ours("read"), (0..count).map(Literal::usize_unsuffixed));
        let reads = reads
            .zip(positions.clone())
            .map(|(of, position)| quote!(#private::#read(#invocation, #of, #position)?));
        let arguments = at_name(quote!(#(#read.#positions?),*));
        quote!({ let #read = (#(#reads),*); #private::Ok(#function #arguments) })
    }

    /// Turns what the user's function returns into an outcome.
    pub(super) fn report(&self, output: &ReturnType) -> TokenStream {
        let private = &self.alias;
        match output {
            ReturnType::Default => quote!(#private::Report::into_outcome),
            ReturnType::Type(_, ty) => self.function(ty, "Report", "into_outcome"),
        }
    }

    /// What reads an argument, as the type that the function has for it.
    pub(super) fn read(&self, argument: &Argument<'_>) -> TokenStream {
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
    /// something wrong with it, rustc has said so there. What stands for it here is spanned from the type's first to its
    /// last token, because there the carets go.
    fn function(&self, ty: &Type, of: &str, function: &str) -> TokenStream {
        let Self { krate, alias } = self;
        let (first, last) = ends(ty.to_token_stream());
        let mut inferred: Vec<TokenTree> = quote!(#krate::Same<_>).into_iter().collect();
        if let Some(end) = inferred.last_mut() {
            end.set_span(last);
        }
        // Of `::path` it is the colons, because an editor would follow a name; a name keeps what it means.
        if let [TokenTree::Punct(one), TokenTree::Punct(other), ..] = inferred.as_mut_slice() {
            one.set_span(first);
            other.set_span(first);
        } else if let Some(name) = inferred.first_mut() {
            name.set_span(name.span().located_at(first));
        }
        let (of, function) = (ours(of), ours(function));
        quote!(<#(#inferred)* as #alias::#of>::#function)
    }
}

fn ours(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

fn ends(tokens: TokenStream) -> (Span, Span) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    match tokens.as_slice() {
        // From `macro_rules!`.
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => ends(group.stream()),
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
