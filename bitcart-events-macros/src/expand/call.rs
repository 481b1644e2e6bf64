//! How a handler is called: its arguments are read, the user's function is called, what it returns is reported.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{ReturnType, Signature, Type};

use crate::args::Args;
use crate::check::{Argument, Handler, Source};
use crate::signature::ByType;

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
        let (private, function) = (&self.alias, &signature.ident);
        let invocation = Ident::new("call", Span::mixed_site());
        let mut column = 0_usize;
        let reads = handler.arguments.iter().map(|argument| self.read(argument, &invocation, &mut column));
        let reads: Vec<_> = reads.collect();
        let report = self.report(&signature.output);
        if signature.asyncness.is_some() {
            // Spanned at the function's name, because that is where rustc then says that its future is not `Send`.
            let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#(#reads),*));
            arguments.set_span(function.span());
            let handler = quote!(#private::async_handler(#function #arguments, #report));
            return quote!(#private::Call::Async(|#invocation| #handler));
        }
        let mode = if args.blocking.is_some() { quote!(Blocking) } else { quote!(Plain) };
        quote!(#private::Call::#mode(|#invocation| #report(#function(#(#reads),*))))
    }

    /// What a parameter needs; a state does by a closure that passes it to the function, because only that knows its type.
    pub(super) fn need(
        &self,
        handler: &Handler<'_>,
        index: usize,
        signature: &Signature,
    ) -> Option<TokenStream> {
        let (private, function) = (&self.alias, &signature.ident);
        let argument = handler.arguments.get(index)?;
        match argument.source {
            Source::ByType(ByType::State) => {}
            Source::ByType(ByType::InboxTx) => return Some(quote!(#private::Need::InboxTx)),
            _ => return None,
        }
        let need = self.function(argument.parameter.ty, "ReadState", "need");
        let local = Ident::new("state", Span::mixed_site());
        let passed = (0..handler.arguments.len())
            .map(|other| if other == index { quote!(#local) } else { quote!(#private::never()) });
        Some(quote!(#need(|#local| { let _ = #function(#(#passed),*); })))
    }

    /// Turns what the user's function returns into an outcome.
    pub(super) fn report(&self, output: &ReturnType) -> TokenStream {
        let private = &self.alias;
        match output {
            ReturnType::Default => quote!(#private::Report::into_outcome),
            ReturnType::Type(_, ty) => self.function(ty, "Report", "into_outcome"),
        }
    }

    /// Reads one argument, as the type that the function has for it.
    pub(super) fn read(
        &self,
        argument: &Argument<'_>,
        invocation: &Ident,
        column: &mut usize,
    ) -> TokenStream {
        let function = |of: &str, function| self.function(argument.parameter.ty, of, function);
        match &argument.source {
            Source::Event => {
                let read = function("ReadEvent", "read");
                quote!(#read(#invocation))
            }
            Source::Instance => {
                let read = function("ReadInstance", "read");
                quote!(#read(#invocation))
            }
            Source::ByType(known) => {
                let read = function(&format!("Read{}", known.name()), "read");
                let may_fail = (*known == ByType::State).then(|| quote!(?));
                quote!(#read(#invocation) #may_fail)
            }
            Source::Field { kind, .. } => {
                let position = Literal::usize_unsuffixed(*column);
                *column += 1;
                let read = function(&format!("Read{}", kind.name()), "from_field");
                quote!(#read(#invocation.field(#position))?)
            }
        }
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
        let (of, function) = (Ident::new(of, Span::mixed_site()), Ident::new(function, Span::mixed_site()));
        quote!(<#(#inferred)* as #alias::#of>::#function)
    }
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
