//! What `#[on]` writes for a handler that broke no rule. It cannot fail.
//!
//! Two habits keep the user's scope out of it: every path is absolute, and every name that the expansion binds is
//! made with `Span::mixed_site()`, so that a parameter may be called like the function, or like one of ours.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, ReturnType, Signature, Visibility};

use crate::args::Args;
use crate::check::{Argument, Handler, Source};
use crate::currency::currency_variant;
use crate::lints::ours;
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
    let Outside { signature, cfg, allowed, schema_path, .. } = outside;
    let function = &signature.ident;
    let plain = function.unraw();
    // Derived from the function's name, because only so they cannot be that name.
    let (call, registration) = (format_ident!("call_{plain}"), format_ident!("REGISTRATION_OF_{plain}"));
    let call_item = call_item(&call, handler, signature, &private);
    let mode = match (&signature.asyncness, &args.blocking) {
        (Some(_), _) => quote!(Async),
        (None, Some(_)) => quote!(Blocking),
        (None, None) => quote!(Plain),
    };
    let subscriptions = handler.events.iter().enumerate().map(|(index, event)| {
        let payload = event.payload();
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
    let states = handler.arguments.iter().filter(|argument| matches!(argument.source, Source::State)).map(
        |argument| {
            let ty = argument.parameter.ty;
            quote_spanned!(ty.span()=> <#ty as #private::StateArgument>::NEED)
        },
    );
    let implement = args.companion.then(|| {
        quote! {
            impl #private::Handle for #function {
                const REGISTRATION: &'static #private::Registration = &#registration;
            }
        }
    });
    let submit =
        args.register.then(|| quote!(#private::inventory::submit! { #private::Registered(&#registration) }));
    let companion = companion(args, outside);
    let marks = marks(schema, args, handler);
    let uses = marks.iter().map(ours);
    let marks = marks.iter().map(|mark| {
        let name = ours(mark);
        // Spanned at the event's name as a whole, because that is what rustc then shows.
        let item = quote_spanned!(mark.span()=> const #name: () = (););
        quote!(#(#cfg)* #item)
    });
    quote! {
        #companion
        #(#marks)*
        #(#cfg)*
        #allowed
        const _: () = {
            #call_item
            static #registration: #private::Registration = #private::Registration {
                name: #private::concat!(#private::module_path!(), "::", #private::stringify!(#function)),
                file: #private::file!(),
                line: #private::line!(),
                subscriptions: &[#(#subscriptions),*],
                currencies: &[#(#currencies),*],
                states: &[#(#states),*],
                call: #private::Call::#mode(#call),
            };
            #implement
            #submit
            // So that rustc does not say that they are not used.
            #(let () = #uses;)*
        };
    }
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
            const REGISTRATION: &'static #private::Registration = &#private::Registration::NOTHING;
        }
    }
}

/// Beside an error: what rustc has to say of the types that have none, so that all mistakes come in one run.
pub(crate) fn expand_checks(args: &Args, handler: &Handler<'_>, outside: &Outside<'_>) -> TokenStream {
    if !handler.is_concrete {
        return TokenStream::new();
    }
    let private = private(args);
    let invocation = Ident::new("invocation", Span::mixed_site());
    let reads = handler.arguments.iter().map(|argument| {
        let read = read(argument, &invocation, &mut 0, &private);
        quote!(let _ = #read;)
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
    let name = ours(&signature.ident);
    args.companion.then(|| {
        quote! {
            #(#cfg)*
            #[doc(hidden)]
            #[non_exhaustive]
            #vis struct #name {}
        }
    })
}

/// One constant for each event (and currency): two handlers for the same in one module clash here, by name.
fn marks(schema: &Schema, args: &Args, handler: &Handler<'_>) -> Vec<Ident> {
    let module = schema.module.unraw();
    let mut marks = Vec::new();
    if !args.register {
        return marks;
    }
    for (event, literal) in handler.events.iter().zip(&args.events) {
        let stem = format!("only_one_handler_for_{module}_{}", event.name);
        let mut mark = |name: &str| marks.push(Ident::new(name, literal.span()));
        match args.currencies.as_slice() {
            [] => mark(&stem),
            codes => codes.iter().for_each(|(code, _)| mark(&format!("{stem}_of_{code}"))),
        }
    }
    marks
}

/// The function that the dispatcher calls: it reads each argument, then calls the user's function.
fn call_item(
    name: &Ident,
    handler: &Handler<'_>,
    signature: &Signature,
    private: &TokenStream,
) -> TokenStream {
    let function = &signature.ident;
    let invocation = Ident::new("invocation", Span::mixed_site());
    let locals: Vec<Ident> = (0..handler.arguments.len())
        .map(|index| Ident::new(&format!("argument_{index}"), Span::mixed_site()))
        .collect();
    let mut column = 0_usize;
    let reads = handler.arguments.iter().zip(&locals).map(|(argument, local)| {
        let value = read(argument, &invocation, &mut column, private);
        quote!(let #local = #value;)
    });
    let reads: Vec<_> = reads.collect();
    let await_ = signature.asyncness.map(|_| quote!(.await));
    let report = report(&signature.output, private);
    let body = quote! {
        #(#reads)*
        #report(#function(#(#locals),*) #await_)
    };
    if signature.asyncness.is_some() {
        // Spanned at the function's name from the first token on, because that is where rustc then says that a
        // future is not `Send`; the tokens of `crate = …` keep the spans by which they are resolved.
        let boxed = Ident::new(&format!("Boxed_{}", function.unraw()), function.span());
        let future = quote_spanned!(function.span()=> #boxed::pin(async move { #body }));
        quote! {
            use #private::Box as #boxed;
            fn #name<'u>(#invocation: &'u #private::Invocation<'u>) -> #private::HandlerFuture<'u> { #future }
        }
    } else {
        quote! {
            fn #name(#invocation: &#private::Invocation<'_>) -> #private::Outcome { #body }
        }
    }
}

fn report(output: &ReturnType, private: &TokenStream) -> TokenStream {
    match output {
        ReturnType::Default => quote!(#private::IntoOutcome::into_outcome),
        ReturnType::Type(_, ty) => quote_spanned!(ty.span()=> <#ty as #private::IntoOutcome>::into_outcome),
    }
}

fn read(
    argument: &Argument<'_>,
    invocation: &Ident,
    column: &mut usize,
    private: &TokenStream,
) -> TokenStream {
    let ty = argument.parameter.ty;
    let span = ty.span();
    match &argument.source {
        Source::Event => quote_spanned!(span=> <#ty as #private::EventArgument<'_>>::read(#invocation)),
        Source::Instance => quote_spanned!(span=> <#ty as #private::InstanceArgument>::read(#invocation)),
        Source::State => {
            let read = quote_spanned!(span=> <#ty as #private::StateArgument>::read);
            quote!(#read(#invocation)?)
        }
        Source::Field { kind, .. } => {
            let position = *column;
            *column += 1;
            let of_kind = format_ident!("{}Field", kind.name());
            let from = quote_spanned!(span=> <#ty as #private::#of_kind<'_>>::from_field);
            quote!(#from(#invocation.field(#position))?)
        }
    }
}
