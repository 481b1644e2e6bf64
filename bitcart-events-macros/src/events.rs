//! What `events!` writes: a typed struct for each event, the schema as data, and the schema's text for `#[on]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use std::hash::{DefaultHasher, Hash, Hasher};
use syn::ext::IdentExt;
use syn::{Ident, Visibility};

use crate::currency::currency_variant;
use crate::errors::Errors;
use crate::names;
use crate::schema::{EventDef, FieldDef, Kind, Outline, Schema, Sent};
use crate::tokens::Parts;

/// What arrives: where the crate is, the built-in events unless it is their own text, and the text.
pub(crate) fn events(input: TokenStream) -> TokenStream {
    let mut parts = Parts::of(input);
    let (krate, builtin) = (parts.next(), Schema::from_literal(parts.next()));
    let outline: Outline = match syn::parse2(parts.next()) {
        Ok(outline) => outline,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    let schema = outline.read(builtin.as_ref(), &mut errors);
    if errors.is_empty() {
        return expand(&schema, builtin.is_none(), &krate);
    }
    // Handlers of such events still find a schema, and complain of nothing.
    let Schema { vis, module, .. } = &schema;
    let (errors, hidden) = (errors.to_tokens(), hidden_macro(&schema, None));
    quote!(#errors #vis mod #module { #hidden })
}

fn expand(schema: &Schema, is_builtin: bool, krate: &TokenStream) -> TokenStream {
    let Schema { docs, vis, module, events } = schema;
    let (mut structs, mut schemas) = (Vec::new(), Vec::new());
    for event in events {
        let name = event.payload();
        structs.push(payload(event, krate));
        schemas.push(quote!(<#name as #krate::Payload>::SCHEMA));
    }
    let hidden = hidden_macro(schema, Some(&schema.to_text()));
    let register = (!is_builtin).then(
        || quote!(#krate::__private::inventory::submit! { #krate::__private::RegisteredSchema(EVENTS) }),
    );
    let summary = (!docs.iter().any(|attribute| attribute.path().is_ident("doc"))).then(|| {
        let list = names::list(&names::each(events, |event| &event.name));
        let text = format!("The events {list}.");
        quote!(#[doc = #text])
    });
    quote! {
        #(#docs)*
        #summary
        #vis mod #module {
            #(#structs)*

            /// Every event of this schema, in the order of its text.
            pub static EVENTS: &[&#krate::schema::EventSchema] =
                &[#(#schemas),*];

            #register
            #hidden
        }
    }
}

/// Hands the schema's text to the macro that it is called with.
fn hidden_macro(schema: &Schema, text: Option<&str>) -> TokenStream {
    let Schema { vis, module, .. } = schema;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    // Exported macros of a crate share one namespace, whatever module they stand in.
    let hidden = format!("__bitcart_events_schema_{}_{:016x}", module.unraw(), hasher.finish());
    let hidden = Ident::new(&hidden, module.span());
    // clippy's lint is the only one that speaks of what other crates' macros write.
    let (export, vis) = match vis {
        Visibility::Public(_) => (quote!(#[macro_export]), quote!(#[allow(clippy::pub_use)] pub)),
        _ => (TokenStream::new(), quote!(pub(crate))),
    };
    quote! {
        #[doc(hidden)]
        #export
        macro_rules! #hidden {
            ({ $($path:tt)* } { $($then:tt)* } $($rest:tt)*) => { $($then)* ! { { $($path)* } { #text } $($rest)* } };
        }
        #[doc(hidden)]
        #vis use #hidden as schema;
    }
}

/// The typed struct of one event.
fn payload(event: &EventDef, krate: &TokenStream) -> TokenStream {
    let (docs, ty, event_name) = (&event.docs, event.payload(), &event.name);
    let sent_by = sent_docs(&event.sent);
    let table = parameter_table(event);
    let event_sent = sent_data(&event.sent, krate);
    let (mut schemas, mut members, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    let mut wire_names = None;
    for (column, field) in event.fields.iter().enumerate() {
        let FieldDef { docs, ident, name, nullable, .. } = field;
        let (kind, sent) = (Ident::new(field.kind.name(), Span::call_site()), sent_data(&field.sent, krate));
        schemas.push(
            quote!(#krate::schema::FieldSchema::new(#name, #krate::schema::Kind::#kind, #nullable, #sent,)),
        );
        if *name != name.to_lowercase() {
            // They are called as they are on the wire.
            wire_names = Some(quote!(#[allow(non_snake_case)]));
        }
        let (ty, sent) = (member_type(field, krate), sent_docs(&field.sent));
        let summary = docs.is_empty().then(|| {
            let text = format!("`{name}`: {}.", field.kind.words());
            quote!(#[doc = #text])
        });
        members.push(quote!(#(#docs)* #summary #sent pub #ident: #ty,));
        let of_kind = Ident::new(field.kind.reader(), Span::call_site());
        reads.push(
            quote!(#ident: <#ty as #krate::__private::#of_kind<'_>>::from_field(update.field(#column))?,),
        );
    }
    quote! {
        #(#docs)*
        #sent_by
        #[doc = #table]
        #[derive(
            ::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq, ::core::cmp::Eq,
        )]
        #[non_exhaustive]
        #wire_names
        pub struct #ty { #(#members)* }

        impl #krate::Payload for #ty {
            const SCHEMA: &'static #krate::schema::EventSchema = &#krate::schema::EventSchema::new(
                #event_name, &[#(#schemas),*], #event_sent, ::core::file!(), ::core::line!(),
            );
            fn read(update: &#krate::Update) -> ::core::result::Result<Self, #krate::FieldError> {
                ::core::result::Result::Ok(Self { #(#reads)* })
            }
        }
    }
}

fn sent_data(sent: &Sent, krate: &TokenStream) -> TokenStream {
    let mut codes = Vec::new();
    if let Some(currencies) = &sent.currencies {
        for code in currencies {
            let variant = currency_variant(code);
            codes.push(quote!(#krate::Currency::#variant));
        }
    }
    let current_only = sent.current_only;
    quote!(#krate::schema::Sent::new(&[#(#codes),*], #current_only))
}

fn sent_docs(sent: &Sent) -> Option<TokenStream> {
    let text = format!("\nSent by {}.", sent.describe()?);
    Some(quote!(#[doc = #text]))
}

fn member_type(field: &FieldDef, krate: &TokenStream) -> TokenStream {
    let ty = match field.kind {
        Kind::Int => quote!(i64),
        Kind::Str => quote!(::std::string::String),
        Kind::Amount => quote!(#krate::Decimal),
        Kind::Status => quote!(#krate::PaymentStatus),
        Kind::List => quote!(::std::vec::Vec<::std::string::String>),
        Kind::Bool => quote!(bool),
        Kind::Json => quote!(#krate::field::Json<#krate::__private::serde_json::Value>),
    };
    if field.may_lack() { quote!(::core::option::Option<#ty>) } else { ty }
}

/// The parameters that a handler of this event can have.
fn parameter_table(event: &EventDef) -> String {
    let mut table = format!(
        "\n# Parameters of `#[on(\"{}\")]`\n| parameter | in every update of every daemon |\n|---|---|\n",
        event.name
    );
    for field in &event.fields {
        let always = match (field.nullable, field.sent.describe()) {
            (false, None) => "yes".to_owned(),
            (true, None) => "can be null".to_owned(),
            (nullable, Some(who)) => format!("from {who}{}", if nullable { "; can be null" } else { "" }),
        };
        table.push_str(&format!("| `{}: {}` | {always} |\n", field.name, field.usual_type(field.may_lack())));
    }
    table
}
