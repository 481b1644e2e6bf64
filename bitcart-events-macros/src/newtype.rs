//! `#[derive(StrField)]` and its siblings: a struct around a type that a field can be taken as is one too.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Data, DeriveInput, Field, Fields, GenericParam, Generics, Ident, Lifetime, LifetimeParam, Path,
    parse_quote,
};

use crate::errors::{Errors, with_help};
use crate::lints::allowed;
use crate::names;
use crate::signature::type_text;

pub(crate) fn derive(name: &str, input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let krate = krate(&input, &mut errors);
    let inner = inner(name, &input, &mut errors);
    if let Some(field) = inner {
        check_borrow(&input.ident, field, &mut errors);
    }
    let mut generics = input.generics.clone();
    let update = lifetime(name, &mut generics, &mut errors);
    let of_kind = Ident::new(name, Span::call_site());
    let reader = quote!(#krate::field::#of_kind<#update>);
    let value = match inner {
        Some(inner) if errors.is_empty() => {
            let ty = &inner.ty;
            if input.generics.type_params().next().is_some() {
                generics.make_where_clause().predicates.push(parse_quote!(#ty: #reader));
            }
            value(inner, &reader)
        }
        // Beside an error, so that handlers with this type have none.
        _ => quote!(::core::result::Result::Err(field.mismatch(""))),
    };
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (ident, (_, ty_generics, _)) = (&input.ident, input.generics.split_for_impl());
    let (errors, allowed) = (errors.to_tokens(), allowed(&input.attrs));
    quote! {
        #errors
        #allowed
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #impl_generics #reader for #ident #ty_generics #where_clause {
            fn from_field(
                field: #krate::field::Field<#update>,
            ) -> ::core::result::Result<Self, #krate::field::FieldError> {
                #value
            }
        }
    }
}

/// That of the update, which the generics have then.
fn lifetime(name: &str, generics: &mut Generics, errors: &mut Errors) -> Lifetime {
    let mut lifetimes = generics.lifetimes();
    let own = lifetimes.next();
    if let Some(second) = lifetimes.next() {
        let help = "leave one lifetime: that of the update";
        errors.add(second, &format!("`{name}` is derived for one lifetime at most"), help);
    }
    if let Some(own) = own {
        // What it borrows, it borrows from the update.
        return own.lifetime.clone();
    }
    let update = Lifetime::new("'u", Span::mixed_site());
    generics.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(update.clone())));
    update
}

/// Reads the one field, and makes the struct of it.
fn value(inner: &Field, reader: &TokenStream) -> TokenStream {
    let ty = &inner.ty;
    let build = match &inner.ident {
        Some(field) => quote!(|value| Self { #field: value }),
        None => quote!(Self),
    };
    quote!(<#ty as #reader>::from_field(field).map(#build))
}

/// The one field that it has.
fn inner<'a>(name: &str, input: &'a DeriveInput, errors: &mut Errors) -> Option<&'a Field> {
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        _ => &Fields::Unit,
    };
    let mut fields = fields.iter();
    if let (Some(field), None) = (fields.next(), fields.next()) {
        return Some(field);
    }
    let message = format!("`{name}` is derived for a struct with one field");
    let help = format!("write `struct {}(String);`, or `impl {name}` by hand", input.ident);
    errors.add(&input.ident, &message, &help);
    None
}

/// `&'static str`, of which rustc says, at the derive's name, that a lifetime does not live long enough.
fn check_borrow(ident: &Ident, field: &Field, errors: &mut Errors) {
    let written = type_text(&field.ty);
    if !names::has(&written, "&'static ") && !names::has(&written, "Cow<'static") {
        return;
    }
    let ty = names::replaced(&written, "'static", "'a");
    let help = match &field.ident {
        Some(name) => format!("write `struct {ident}<'a> {{ {name}: {ty} }}`"),
        None => format!("write `struct {ident}<'a>({ty});`"),
    };
    let message = "an argument is borrowed only for as long as the handler runs";
    errors.add(&field.ty, message, &format!("{help}, or own it: `String`"));
}

/// `#[field(crate = path)]`.
fn krate(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let mut krate = quote!(::bitcart_events);
    let help = "write `#[field(crate = path::to::bitcart_events)]`";
    for attribute in &input.attrs {
        if !attribute.path().is_ident("field") {
            continue;
        }
        let read = attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                let message = format!("unknown option `{}`", meta.path.to_token_stream());
                return Err(meta.error(message));
            }
            let path = meta.value()?.call(Path::parse_mod_style)?;
            krate = quote!(#path);
            Ok(())
        });
        if let Err(error) = read {
            errors.push(with_help(&error, help));
        }
    }
    krate
}
