//! What `#[on]` writes for a handler that broke no rule. It cannot fail.
//!
//! Two habits keep the user's scope out of it: every path is absolute, and every name that the expansion binds is
//! made with `Span::mixed_site()`, so that a parameter may be called like the function, or like one of ours.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Ident, ReturnType, Signature, Type, Visibility};

use crate::args::Args;
use crate::check::{Argument, Handler, Source};
use crate::currency::currency_variant;
use crate::lints::{allowed_call, ours};
use crate::schema::Schema;
use crate::signature::impossible_return;

/// The function's surroundings: what the expansion copies.
pub(crate) struct Outside<'a> {
    pub(crate) vis: &'a Visibility,
    pub(crate) signature: &'a Signature,
    /// `#[cfg(…)]` of the function, which its registration shares.
    pub(crate) cfg: Vec<&'a Attribute>,
    /// Lints that are off for the function, and so for its types where the registration repeats them.
    pub(crate) allowed: TokenStream,
    /// Where the schema's types are: `::bitcart_events::event`.
    pub(crate) schema_path: TokenStream,
}

pub(crate) fn expand(
    schema: &Schema,
    args: &Args,
    handler: &Handler<'_>,
    outside: &Outside<'_>,
) -> TokenStream {
    let private = private(args);
    let Outside { signature, cfg, allowed, .. } = outside;
    let (companion, marks) = (companion(args, outside), marks(schema, args, handler));
    let (registration, uses) =
        (registration(args, handler, outside), marks.iter().map(ours).collect::<Vec<_>>());
    let marks = marks.iter().map(|mark| {
        let name = ours(mark);
        // Spanned at what is there twice, as a whole, because that is what rustc then shows.
        let item = quote_spanned!(mark.span()=> const #name: () = (););
        quote!(#(#cfg)* #item)
    });
    let allowed_call = allowed_call(&signature.ident);
    let handle = |ty: &Ident| {
        let register = args.register.then(|| {
            quote! {
                #(#cfg)*
                #private::inventory::submit! { #private::Registered(<#ty as #private::Handle>::registration) }
            }
        });
        quote! {
            #(#cfg)*
            #allowed
            #allowed_call
            impl #private::Handle for #ty {
                fn registration() -> #private::Registration {
                    // So that rustc does not say that they are not used.
                    #(let () = #uses;)*
                    #registration
                }
            }
            #register
        }
    };
    if args.companion {
        // At another place, because an editor shows all that stands where the function's name does.
        let mut companion_name = signature.ident.clone();
        companion_name.set_span(Span::call_site().resolved_at(signature.ident.span()));
        let handle = handle(&companion_name);
        return quote!(#companion #(#marks)* #handle);
    }
    // Derived from the function's name, because only so it cannot be that name.
    let own = format_ident!("handler_{}", signature.ident.unraw(), span = Span::mixed_site());
    let handle = handle(&own);
    quote!(#(#marks)* #(#cfg)* const _: () = { enum #own {} #handle };)
}

/// What the handler is, and how it is called.
fn registration(args: &Args, handler: &Handler<'_>, outside: &Outside<'_>) -> TokenStream {
    let Outside { signature, schema_path, .. } = outside;
    let plain = signature.ident.unraw();
    // As above; and shorter than the whole path, of which there would be many.
    let private = format_ident!("parts_of_{plain}", span = Span::mixed_site());
    let name = format!("::{plain}");
    let subscriptions = handler.events.iter().enumerate().map(|(index, event)| {
        let mut payload = event.payload();
        if let Some(name) = args.events.get(index) {
            // An editor shows its documentation at the event's name.
            payload.set_span(name.span());
        }
        let columns = handler.arguments.iter().filter_map(|argument| match &argument.source {
            Source::Field { columns, .. } => Some(match columns.get(index).copied().flatten() {
                Some(column) => quote!(#private::Some(#column)),
                None => quote!(#private::None),
            }),
            _ => None,
        });
        quote! {
            #private::Subscription {
                event: <#schema_path::#payload as #private::Payload>::SCHEMA,
                columns: &[#(#columns),*],
            }
        }
    });
    let currencies = args.currencies.iter().map(|(code, _)| {
        let variant = currency_variant(code);
        quote!(#private::Currency::#variant)
    });
    let states = (0..handler.arguments.len()).filter_map(|index| need(handler, index, signature, &private));
    let call = call(args, handler, signature, &private);
    let krate = self::private(args);
    quote! {
        use #krate as #private;
        #private::Registration {
            name: #private::concat!(#private::module_path!(), #name),
            file: #private::file!(),
            line: #private::line!(),
            subscriptions: &[#(#subscriptions),*],
            currencies: &[#(#currencies),*],
            states: #private::Vec::from([#(#states),*]),
            call: #call,
        }
    }
}

/// The closure that the dispatcher calls: it reads each argument, then calls the user's function.
fn call(args: &Args, handler: &Handler<'_>, signature: &Signature, private: &Ident) -> TokenStream {
    let (function, invocation) = (&signature.ident, Ident::new("invocation", Span::mixed_site()));
    let mut column = 0_usize;
    let reads = handler.arguments.iter().map(|argument| read(argument, &invocation, &mut column, private));
    let reads: Vec<_> = reads.collect();
    let report = report(&signature.output, private);
    if signature.asyncness.is_some() {
        // Spanned at the function's name, because that is where rustc then says that its future is not `Send`.
        let mut arguments = proc_macro2::Group::new(Delimiter::Parenthesis, quote!(#(#reads),*));
        arguments.set_span(function.span());
        return quote!(#private::Call::Async(|#invocation| #private::async_handler(#function #arguments, #report)));
    }
    let mode = if args.blocking.is_some() { quote!(Blocking) } else { quote!(Plain) };
    quote!(#private::Call::#mode(|#invocation| #report(#function(#(#reads),*))))
}

/// Beside an error: what other code may name, so that the one mistake stays one error.
pub(crate) fn expand_stub(args: &Args, outside: &Outside<'_>) -> TokenStream {
    if !args.companion {
        return TokenStream::new();
    }
    let private = private(args);
    let companion = companion(args, outside);
    let (function, cfg) = (&outside.signature.ident, &outside.cfg);
    quote! {
        #companion
        #(#cfg)*
        impl #private::Handle for #function {
            fn registration() -> #private::Registration { #private::Registration::NOTHING }
        }
    }
}

/// Beside an error: what rustc has to say of the types that have none, so that all mistakes come in one run.
pub(crate) fn expand_checks(args: &Args, handler: &Handler<'_>, outside: &Outside<'_>) -> TokenStream {
    if !handler.is_concrete {
        return TokenStream::new();
    }
    let krate = private(args);
    let private = Ident::new("parts", Span::mixed_site());
    let invocation = Ident::new("invocation", Span::mixed_site());
    let reads = handler.arguments.iter().map(|argument| {
        let (read, ty) = (read(argument, &invocation, &mut 0, &private), argument.parameter.ty);
        quote!(let _: #ty = #read;)
    });
    let reported = match &outside.signature.output {
        ReturnType::Type(_, ty) if impossible_return(outside.signature).is_none() => {
            let report = report(&outside.signature.output, &private);
            quote!(let _: fn(#ty) -> #private::Outcome = #report;)
        }
        _ => TokenStream::new(),
    };
    let Outside { cfg, allowed, .. } = outside;
    quote! {
        #(#cfg)*
        #allowed
        const _: () = {
            use #krate as #private;
            fn arguments_and_result<'u>(#invocation: &'u #private::Invocation<'u>) -> #private::Outcome {
                #(#reads)*
                #reported
                #private::Ok(())
            }
        };
    }
}

fn private(args: &Args) -> TokenStream {
    let krate = &args.krate;
    quote!(#krate::__private)
}

/// A braced struct of the function's name lives in the type namespace only, so `handlers![path::to::function]`
/// can name it by the function's own path.
fn companion(args: &Args, outside: &Outside<'_>) -> Option<TokenStream> {
    let Outside { vis, signature, cfg, .. } = outside;
    let function = &signature.ident;
    args.companion.then(|| {
        // With the user's own span, so that an editor renames both.
        quote! {
            #(#cfg)*
            #[doc(hidden)]
            #[allow(non_camel_case_types)]
            #[non_exhaustive]
            #vis struct #function {}
        }
    })
}

/// One constant for each event (and currency): two handlers for the same in one module clash here, by name.
fn marks(schema: &Schema, args: &Args, handler: &Handler<'_>) -> Vec<Ident> {
    let mut marks = Vec::new();
    if !args.register {
        return marks;
    }
    // Capitals between the parts, so that no two events make the same name.
    let whose = args.schema.as_ref().map(|_| format!("_IN_{}", schema.module.unraw())).unwrap_or_default();
    for (event, literal) in handler.events.iter().zip(&args.events) {
        let stem = format!("only_one_handler_for_{}{whose}", event.name);
        match args.currencies.as_slice() {
            [] => marks.push(Ident::new(&stem, literal.span())),
            codes => marks.extend(
                codes.iter().map(|(code, literal)| Ident::new(&format!("{stem}_OF_{code}"), literal.span())),
            ),
        }
    }
    marks
}

/// What a state's parameter needs: by a closure that passes it to the function, because only that knows its type.
fn need(handler: &Handler<'_>, index: usize, signature: &Signature, private: &Ident) -> Option<TokenStream> {
    let state = handler.arguments.get(index).filter(|argument| matches!(argument.source, Source::State))?;
    let need = path_at(state.parameter.ty, private, "ReadState", "need");
    let (function, local) = (&signature.ident, Ident::new("state", Span::mixed_site()));
    let passed = (0..handler.arguments.len())
        .map(|other| if other == index { quote!(#local) } else { quote!(#private::never()) });
    Some(quote!(#need(|#local| { let _ = #function(#(#passed),*); })))
}

/// Turns what the user's function returns into an outcome.
fn report(output: &ReturnType, private: &Ident) -> TokenStream {
    match output {
        ReturnType::Default => quote!(#private::Report::into_outcome),
        ReturnType::Type(_, ty) => path_at(ty, private, "Report", "into_outcome"),
    }
}

/// Reads one argument, as the type that the function has for it.
fn read(argument: &Argument<'_>, invocation: &Ident, column: &mut usize, private: &Ident) -> TokenStream {
    let read = |of, function| path_at(argument.parameter.ty, private, of, function);
    match &argument.source {
        Source::Event => {
            let read = read("ReadEvent", "read");
            quote!(#read(#invocation))
        }
        Source::Instance => {
            let read = read("ReadInstance", "read");
            quote!(#read(#invocation))
        }
        Source::State => {
            let read = read("ReadState", "read");
            quote!(#read(#invocation)?)
        }
        Source::Field { kind, .. } => {
            let (position, of_kind) = (*column, format!("Read{}", kind.name()));
            *column += 1;
            let read = read(&of_kind, "from_field");
            quote!(#read(#invocation.field(#position))?)
        }
    }
}

/// `private::of::function`, spanned from the first to the last token of the type, so that rustc's carets stand there.
///
/// The type itself is not written down again: what rustc has to say of it, it has said where the user wrote it.
fn path_at(ty: &Type, private: &Ident, of: &str, function: &str) -> TokenStream {
    let (first, last) = ends(ty.to_token_stream());
    let (mut private, of, function) = (private.clone(), Ident::new(of, last), Ident::new(function, last));
    private.set_span(first);
    // In braces, because of a function that is called by its path rustc blames the arguments.
    quote!({ #private::#of::#function })
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
