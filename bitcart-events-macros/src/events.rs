//! What `events!` writes: a typed struct for each event, the schema as data, and the schema's text for `#[on]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::names::camel_case;
use crate::schema::{EventDef, FieldDef, Kind, Schema, Sent};

pub(crate) fn expand(schema: &Schema) -> TokenStream {
    let Schema { docs, vis, module, events } = schema;
    let structs = events.iter().map(payload);
    let names = events.iter().map(|event| format_ident!("{}", camel_case(&event.name.to_string())));
    let hidden = format_ident!("__bitcart_events_schema_{module}");
    quote! {
        #(#docs)*
        #vis mod #module {
            #(#structs)*

            /// Every event of this schema, in the order of its text.
            pub static EVENTS: &[&::bitcart_events::schema::EventSchema] =
                &[#(<#names as ::bitcart_events::Payload>::SCHEMA),*];

            // `::bitcart_events` has another name in a crate that renames the dependency; `$crate` leads here.
            #[doc(hidden)]
            pub use ::bitcart_events::__private;
            #[doc(hidden)]
            #[macro_export]
            macro_rules! #hidden {
                ($($handler:tt)*) => { $crate::#module::__private::on_checked! { { $crate::#module } { #schema } $($handler)* } };
            }
            #[doc(hidden)]
            pub use #hidden as schema;
        }
    }
}

/// The typed struct of one event.
fn payload(event: &EventDef) -> TokenStream {
    let ty = format_ident!("{}", camel_case(&event.name.to_string()));
    let (docs, event_name) = (&event.docs, event.name.to_string());
    let private = quote!(::bitcart_events::__private);
    let sent_by = sent_docs(&event.sent);
    let table = parameter_table(event);
    let event_sent = sent_data(&event.sent);
    let schemas = event.fields.iter().map(|field| {
        let (name, kind, nullable) =
            (field.name.to_string(), format_ident!("{}", field.kind.name()), field.nullable);
        let sent = sent_data(&field.sent);
        quote! {
            ::bitcart_events::schema::FieldSchema::new(
                #name, ::bitcart_events::schema::Kind::#kind, #nullable, #sent,
            )
        }
    });
    let members = event.fields.iter().map(|field| {
        let (docs, name, ty, sent) = (&field.docs, &field.name, member_type(field), sent_docs(&field.sent));
        quote!(#(#docs)* #sent pub #name: #ty,)
    });
    let reads = event.fields.iter().enumerate().map(|(column, field)| {
        let (name, ty) = (&field.name, member_type(field));
        let of_kind = format_ident!("{}Field", field.kind.name());
        quote!(#name: <#ty as #private::#of_kind<'_>>::from_field(update.field(#column))?,)
    });
    quote! {
        #(#docs)*
        #sent_by
        #[doc = #table]
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct #ty { #(#members)* }

        impl ::bitcart_events::Payload for #ty {
            const SCHEMA: &'static ::bitcart_events::schema::EventSchema =
                &::bitcart_events::schema::EventSchema::new(#event_name, &[#(#schemas),*], #event_sent);
            fn read(update: &::bitcart_events::Update) -> ::core::result::Result<Self, ::bitcart_events::FieldError> {
                ::core::result::Result::Ok(Self { #(#reads)* })
            }
        }
    }
}

fn sent_data(sent: &Sent) -> TokenStream {
    let codes = sent.currencies.iter().flatten().map(|code| {
        let variant = format_ident!("{}", camel_case(&code.to_lowercase()));
        quote!(::bitcart_events::Currency::#variant)
    });
    let current_only = sent.current_only;
    quote!(::bitcart_events::schema::Sent::new(&[#(#codes),*], #current_only))
}

fn sent_docs(sent: &Sent) -> Option<TokenStream> {
    let text = format!("\nSent by {}.", sent.describe()?.replacen("not by", "all but", 1));
    Some(quote!(#[doc = #text]))
}

fn member_type(field: &FieldDef) -> TokenStream {
    let ty = match field.kind {
        Kind::Int => quote!(i64),
        Kind::Str => quote!(::std::string::String),
        Kind::Amount => quote!(::bitcart_events::Decimal),
        Kind::Status => quote!(::bitcart_events::PaymentStatus),
        Kind::List => quote!(::std::vec::Vec<::std::string::String>),
    };
    if may_lack(field) { quote!(::core::option::Option<#ty>) } else { ty }
}

fn may_lack(field: &FieldDef) -> bool {
    field.nullable || field.sent.describe().is_some()
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
            (nullable, Some(who)) => format!("{who}{}", if nullable { "; can be null" } else { "" }),
        };
        let ty = field.kind.usual_type();
        let ty = if may_lack(field) { format!("Option<{ty}>") } else { ty.to_owned() };
        table.push_str(&format!("| `{}: {ty}` | {always} |\n", field.name));
    }
    table
}
