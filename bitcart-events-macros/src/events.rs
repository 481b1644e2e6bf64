//! What `events!` writes: a typed struct for each event, the schema as data, and the schema's text for `#[on]`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::str::FromStr;
use syn::ext::IdentExt;
use syn::{Ident, Visibility};

use crate::currency::currency_variant;
use crate::errors::Errors;
use crate::names;
use crate::schema::{EventDef, FieldDef, Kind, Outline, Schema, Sent};
use crate::tokens::{Parts, listed};

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
    let (mut structs, mut schemas) = (TokenStream::new(), Vec::new());
    for event in events {
        let name = event.payload();
        payload(event, krate).to_tokens(&mut structs);
        schemas.push(quote!(<#name as #krate::Payload>::SCHEMA));
    }
    let schemas = listed(&schemas);
    let hidden = hidden_macro(schema, Some(&schema.to_text()));
    let register = if is_builtin {
        TokenStream::new()
    } else {
        quote!(#krate::__private::inventory::submit! { #krate::__private::RegisteredSchema(EVENTS) })
    };
    let list = names::list(&names::each(events, |event| &event.name));
    let mut text = Some(format!("The events {list}."));
    let mut above = TokenStream::new();
    for attribute in docs {
        attribute.to_tokens(&mut above);
        if attribute.path().is_ident("doc") {
            text = None;
        }
    }
    if let Some(text) = text {
        quote!(#[doc = #text]).to_tokens(&mut above);
    }
    quote! {
        #above
        #vis mod #module {
            #structs

            /// Every event of this schema, in the order of its text.
            pub static EVENTS: &[&#krate::schema::EventSchema] =
                &[#schemas];

            #register
            #hidden
        }
    }
}

/// What the hidden macro does. A text, because of signs that belong to a macro each is the compiler's to read.
const HAND_ON: &str = "({ $($path:tt)* } { $($then:tt)* } $($rest:tt)*) => \
    { $($then)* ! { { $($path)* } { TEXT } $($rest)* } };";

/// Hands the schema's text to the macro that it is called with.
fn hidden_macro(schema: &Schema, text: Option<&str>) -> TokenStream {
    let Schema { vis, module, .. } = schema;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let literal = text.map(|text| Literal::string(text).to_string()).unwrap_or_default();
    let hand_on = TokenStream::from_str(&names::replaced(HAND_ON, "TEXT", &literal)).unwrap_or_default();
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
        macro_rules! #hidden { #hand_on }
        #[doc(hidden)]
        #vis use #hidden as schema;
    }
}

/// The typed struct of one event, and what is known of it.
fn payload(event: &EventDef, krate: &TokenStream) -> TokenStream {
    let (docs, ty) = (&event.docs, event.payload());
    let (sent_by, table) = (sent_docs(&event.sent), parameter_table(event));
    let (mut members, mut wire_names) = (TokenStream::new(), TokenStream::new());
    for field in &event.fields {
        member(field, krate).to_tokens(&mut members);
        if field.name != field.name.to_lowercase() {
            // They are called as they are on the wire.
            wire_names = quote!(#[allow(non_snake_case)]);
        }
    }
    let read = implementation(event, &ty, krate);
    quote! {
        #docs
        #sent_by
        #[doc = #table]
        #[derive(
            ::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq, ::core::cmp::Eq,
        )]
        #[non_exhaustive]
        #wire_names
        pub struct #ty { #members }

        #read
    }
}

/// A field of it.
fn member(field: &FieldDef, krate: &TokenStream) -> TokenStream {
    let FieldDef { docs, ident, .. } = field;
    let mut above = docs.to_token_stream();
    if docs.0.is_empty() {
        let text = format!("`{}`: {}.", field.name, field.kind.words());
        quote!(#[doc = #text]).to_tokens(&mut above);
    }
    let (sent, ty) = (sent_docs(&field.sent), member_type(field, krate));
    quote!(#above #sent pub #ident: #ty,)
}

/// Its schema, and how it is read.
fn implementation(event: &EventDef, ty: &Ident, krate: &TokenStream) -> TokenStream {
    let (mut schemas, mut reads) = (Vec::new(), TokenStream::new());
    for (column, field) in event.fields.iter().enumerate() {
        schemas.push(field_data(field, krate));
        member_read(field, column, krate).to_tokens(&mut reads);
    }
    let (name, schemas, sent) = (&event.name, listed(&schemas), sent_data(&event.sent, krate));
    quote! {
        impl #krate::Payload for #ty {
            const SCHEMA: &'static #krate::schema::EventSchema = &#krate::schema::EventSchema::new(
                #name, &[#schemas], #sent, ::core::file!(), ::core::line!(),
            );
            fn read(update: &#krate::Update) -> ::core::result::Result<Self, #krate::FieldError> {
                ::core::result::Result::Ok(Self { #reads })
            }
        }
    }
}

fn member_read(field: &FieldDef, column: usize, krate: &TokenStream) -> TokenStream {
    let (ident, ty) = (&field.ident, member_type(field, krate));
    let of_kind = Ident::new(field.kind.reader(), Span::call_site());
    quote!(#ident: <#ty as #krate::__private::#of_kind<'_>>::from_field(update.field(#column))?,)
}

fn field_data(field: &FieldDef, krate: &TokenStream) -> TokenStream {
    let FieldDef { name, nullable, .. } = field;
    let (kind, sent) = (Ident::new(field.kind.name(), Span::call_site()), sent_data(&field.sent, krate));
    quote!(#krate::schema::FieldSchema::new(#name, #krate::schema::Kind::#kind, #nullable, #sent,))
}

fn sent_data(sent: &Sent, krate: &TokenStream) -> TokenStream {
    let mut codes = Vec::new();
    if let Some(currencies) = &sent.currencies {
        for code in currencies {
            let variant = currency_variant(code);
            codes.push(quote!(#krate::Currency::#variant));
        }
    }
    let (codes, current_only) = (listed(&codes), sent.current_only);
    quote!(#krate::schema::Sent::new(&[#codes], #current_only))
}

fn sent_docs(sent: &Sent) -> TokenStream {
    match sent.describe() {
        Some(who) => {
            let text = format!("\nSent by {who}.");
            quote!(#[doc = #text])
        }
        None => TokenStream::new(),
    }
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
