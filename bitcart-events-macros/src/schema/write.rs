//! The text again, without its documentation: what `#[on]` needs for its checks.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Ident;

use super::{Schema, Sent};

impl ToTokens for Schema {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let module = &self.module;
        let events = self.events.iter().map(|event| {
            let (ident, sent) = (&event.ident, &event.sent);
            let fields = event.fields.iter().map(|field| {
                let (ident, sent) = (&field.ident, &field.sent);
                let kind = Ident::new(field.kind.name(), ident.span());
                let kind = if field.nullable { quote!(Option<#kind>) } else { quote!(#kind) };
                quote!(#sent #ident: #kind)
            });
            quote!(#sent #ident { #(#fields),* })
        });
        tokens.extend(quote!(mod #module { #(#events)* }));
    }
}

impl ToTokens for Sent {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(codes) = &self.currencies {
            let codes = codes.iter().map(|code| Ident::new(code, proc_macro2::Span::call_site()));
            tokens.extend(quote!(#[currency(#(#codes),*)]));
        }
        if self.current_only {
            tokens.extend(quote!(#[daemon(current)]));
        }
    }
}
