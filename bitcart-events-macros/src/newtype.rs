//! `#[derive(StrField)]` and its siblings: a struct around a type that a field can be taken as is one too.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Data, DeriveInput, Field, Fields, GenericParam, Ident, Lifetime, LifetimeParam, Path, parse_quote,
};

use crate::errors::{Errors, with_help};
use crate::lints::allowed;

pub(crate) fn derive(name: &str, input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let krate = krate(&input, &mut errors);
    let Some(inner) = inner(name, &input, &mut errors) else { return errors.to_tokens() };
    let mut generics = input.generics.clone();
    let update = match generics.lifetimes().collect::<Vec<_>>().as_slice() {
        [] => {
            let update = Lifetime::new("'u", Span::mixed_site());
            generics.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(update.clone())));
            update
        }
        // What it borrows, it borrows from the update.
        [own] => own.lifetime.clone(),
        [_, second, ..] => {
            let help = "leave one lifetime: that of the update";
            errors.add(second, format!("`{name}` is derived for one lifetime at most"), &[help.to_owned()]);
            return errors.to_tokens();
        }
    };
    let (of_kind, ty) = (Ident::new(name, Span::call_site()), &inner.ty);
    if input.generics.type_params().next().is_some() {
        generics.make_where_clause().predicates.push(parse_quote!(#ty: #krate::field::#of_kind<#update>));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (ident, (_, ty_generics, _)) = (&input.ident, input.generics.split_for_impl());
    let read = quote_spanned!(ty.span()=> <#ty as #krate::field::#of_kind<#update>>::from_field);
    let build = match &inner.ident {
        Some(field) => quote!(|value| Self { #field: value }),
        None => quote!(Self),
    };
    let (errors, allowed) = (errors.to_tokens(), allowed(&input.attrs));
    quote! {
        #errors
        #allowed
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl #impl_generics #krate::field::#of_kind<#update> for #ident #ty_generics #where_clause {
            fn from_field(
                field: #krate::field::Field<#update>,
            ) -> ::core::result::Result<Self, #krate::field::FieldError> {
                #read(field).map(#build)
            }
        }
    }
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
    errors.add(&input.ident, message, &[help]);
    None
}

/// `#[field(crate = path)]`.
fn krate(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let mut krate = quote!(::bitcart_events);
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("field")) {
        let read = attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                let message = format!("unknown option `{}`", meta.path.to_token_stream());
                let help = "write `#[field(crate = path::to::bitcart_events)]`";
                return Err(with_help(&meta.error(message), help));
            }
            let path = meta.value()?.call(Path::parse_mod_style)?;
            krate = quote!(#path);
            Ok(())
        });
        if let Err(error) = read {
            errors.push(error);
        }
    }
    krate
}
