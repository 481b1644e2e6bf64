//! What `#[on]` writes for a handler that broke no rule. It cannot fail.
//!
//! Two habits keep the user's scope out of it: every path is absolute, and every name that the expansion binds is
//! made with `Span::mixed_site()`, so that a parameter may be called like the function, or like one of ours.

mod call;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, LitStr, ReturnType, Signature, Type, Visibility};

use self::call::Private;
use crate::args::Args;
use crate::check::Handler;
use crate::currency::currency_variant;
use crate::function::Function;
use crate::lints::{allowed, allowed_call, ours};
use crate::names;
use crate::schema::Schema;
use crate::signature::{impossible_return, type_text};
use crate::tokens::Tokens;

/// The function's surroundings: what the expansion copies.
pub(crate) struct Outside<'a> {
    pub(crate) vis: &'a Visibility,
    pub(crate) signature: &'a Signature,
    /// `#[cfg(…)]` of the function, which its registration shares.
    pub(crate) cfg: Tokens,
    /// Lints that are off for the function, and so for its types where the registration repeats them.
    pub(crate) allowed: Tokens,
    /// Where the schema's types are: `::bitcart_events::event`.
    pub(crate) schema_path: Tokens,
}

impl<'a> Outside<'a> {
    pub(crate) fn of(function: &'a Function, schema_path: Tokens) -> Self {
        let (cfg, allowed) = (function.conditions(), allowed(&function.attributes));
        Self { vis: &function.vis, signature: &function.signature, cfg, allowed, schema_path }
    }
}

pub(crate) fn expand(
    schema: &Schema,
    args: &Args,
    handler: &Handler<'_>,
    outside: &Outside<'_>,
) -> TokenStream {
    let Outside { signature, cfg, .. } = outside;
    let mut items = companion(args, outside);
    if args.companion {
        // At another place, because an editor shows all that stands where the function's name does.
        let mut name = signature.ident.clone();
        name.set_span(Span::call_site().resolved_at(signature.ident.span()));
        handle(&name, args, handler, outside).to_tokens(&mut items);
    } else {
        // Derived from the function's name, because only so it cannot be that name.
        let own = call::ours(&format!("handler_{}", signature.ident.unraw()));
        let handle = handle(&own, args, handler, outside);
        items = quote!(#cfg const _: () = { enum #own {} #handle };);
    }
    if args.register {
        marks(schema, args, handler, cfg, &mut items);
    }
    items
}

/// What the handler is, and how it is called: for the type that stands for it, and for the registry.
fn handle(ty: &Ident, args: &Args, handler: &Handler<'_>, outside: &Outside<'_>) -> TokenStream {
    let Outside { signature, cfg, allowed, .. } = outside;
    let plain = signature.ident.unraw();
    // As above.
    let alias = call::ours(&format!("of_{plain}"));
    let private = private(args);
    let parts = Private { path: &private, alias };
    let of = &parts.alias;
    let invocation = Ident::new("call", Span::mixed_site());
    let description = description(&parts, args, handler, outside);
    let mut call = parts.call(args, handler, signature, &invocation, &description);
    if let Some(retries) = args.retries {
        let retries = Literal::u32_unsuffixed(retries);
        call = Tokens::of(quote!(#of::retries(#invocation, #retries, #call)));
    }
    let allowed_call = allowed_call(&signature.ident);
    let register = if args.register {
        quote!(#cfg #private::inventory::submit! { <#ty as #private::Handle>::REGISTERED })
    } else {
        TokenStream::new()
    };
    quote! {
        #cfg
        #allowed
        #allowed_call
        impl #private::Handle for #ty {
            fn call(#invocation: #private::Ask<'_>) -> #private::Call<'_> {
                use #private as #of;
                #call
            }
        }
        #register
    }
}

/// What it says of itself: its name, its events, its parameters and its currencies.
fn description(
    parts: &Private<'_>,
    args: &Args,
    handler: &Handler<'_>,
    outside: &Outside<'_>,
) -> TokenStream {
    let of = &parts.alias;
    let name = format!("::{}", outside.signature.ident.unraw());
    let mut events = Vec::new();
    for (event, name) in handler.events.iter().zip(&args.events) {
        let mut payload = event.payload();
        // An editor shows its documentation at the event's name.
        payload.set_span(name.span());
        events.push(outside.schema_path.clone().then(payload));
    }
    let parameters =
        names::joined(&names::each(&handler.arguments, |argument| &argument.parameter.name), " ");
    let mut currencies = Vec::new();
    for (code, _) in &args.currencies {
        currencies.push(parts.name(call::ours("Currency")).then(currency_variant(code)));
    }
    quote! {
        #of::concat!(#of::module_path!(), #name), [#(<#events as #of::Payload>::SCHEMA),*], #parameters, [#(#currencies),*]
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
        #cfg
        impl #private::Handle for #function {
            fn call<'u>(_: &'u #private::Invocation<'u>) -> #private::Call<'u> { #private::Call::NOTHING }
        }
    }
}

/// Beside a signature that could not be read. rustc has said why, and an editor where it is being written; or rustc can read
/// what is newer than we are: then the function would be in no registry, without a word. A lint says it, because after an
/// error rustc looks for none.
pub(crate) fn unread(args: &Args, cfg: &Tokens) -> TokenStream {
    let private = private(args);
    quote! {
        #cfg
        #[deny(unused_must_use)]
        const _: () = { fn unread() { #private::unread(); } };
    }
}

/// Beside an error: what rustc has to say of the types that have none, so that all mistakes come in one run.
pub(crate) fn expand_checks(args: &Args, handler: &Handler<'_>, outside: &Outside<'_>) -> TokenStream {
    if !handler.is_concrete {
        return TokenStream::new();
    }
    let krate = private(args);
    let parts = Private { path: &krate, alias: Ident::new("parts", Span::mixed_site()) };
    let private = &parts.alias;
    let invocation = Ident::new("call", Span::mixed_site());
    let invocation = &invocation;
    // Of a lifetime that nobody declared rustc has spoken already.
    let has_name = |ty: &Type| names::replaced(&type_text(ty), "'_", "").contains('\'');
    let mut reads = TokenStream::new();
    for argument in &handler.arguments {
        let (read, ty) = (parts.read(argument), argument.parameter.ty);
        if !has_name(ty) {
            // Not called here: of a function that is called rustc points at the call.
            quote!(let _: #ty = #private::read(#invocation, #read, 0)??;).to_tokens(&mut reads);
        }
    }
    let reported = match &outside.signature.output {
        ReturnType::Type(_, ty) if impossible_return(outside.signature).is_none() => {
            let report = parts.report(&outside.signature.output);
            quote!(let _: fn(#ty) -> #private::Outcome = #report;)
        }
        _ => TokenStream::new(),
    };
    let Outside { cfg, allowed, .. } = outside;
    quote! {
        #cfg
        #allowed
        const _: () = {
            use #krate as #private;
            fn arguments_and_result<'u>(#invocation: &'u #private::Invocation<'u>) -> #private::Outcome {
                #reads
                #reported
                #private::Ok(())
            }
        };
    }
}

fn private(args: &Args) -> Tokens {
    args.krate.clone().then(Ident::new("__private", Span::call_site()))
}

/// A braced struct of the function's name lives in the type namespace only, so `handlers![path::to::function]`
/// can name it by the function's own path.
fn companion(args: &Args, outside: &Outside<'_>) -> TokenStream {
    let Outside { vis, signature, cfg, .. } = outside;
    if !args.companion {
        return TokenStream::new();
    }
    // With the user's own span, so that an editor renames both.
    let function = &signature.ident;
    quote! {
        #cfg
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #[non_exhaustive]
        #vis struct #function {}
    }
}

/// One name for each event (and currency): two handlers for the same in one module clash here, by name.
fn marks(schema: &Schema, args: &Args, handler: &Handler<'_>, cfg: &Tokens, items: &mut TokenStream) {
    // Capitals between the parts, so that no two events make the same name.
    let whose = match &args.schema {
        Some(_) => format!("_IN_{}", schema.module.unraw()),
        None => String::new(),
    };
    for (event, literal) in handler.events.iter().zip(&args.events) {
        let stem = format!("only_one_handler_for_{}{whose}", event.name);
        if args.currencies.is_empty() {
            mark(&stem, literal, cfg).to_tokens(items);
        }
        for (code, literal) in &args.currencies {
            mark(&format!("{stem}_OF_{code}"), literal, cfg).to_tokens(items);
        }
    }
}

/// One of them. It goes from where what is there twice begins to where it ends, because that is what rustc then shows. No
/// token has the place of all of it, where an editor would find it.
fn mark(name: &str, literal: &LitStr, cfg: &Tokens) -> TokenStream {
    let (begin, end) = edges(literal.span());
    let (name, end) = (ours(&Ident::new(name, begin)), quote_spanned!(end=> ;));
    quote_spanned!(begin=> #cfg type #name = () #end)
}

/// The empty places in front of a token and behind it.
fn edges(span: Span) -> (Span, Span) {
    if !proc_macro::is_available() {
        return (span, span);
    }
    // The compiler's own span, which each of ours is where there is a compiler.
    let span = span.unwrap();
    (span.start().into(), span.end().into())
}
