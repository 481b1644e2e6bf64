//! The function under `#[on]`: its shape, and its parameters by name.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Ident, Pat, PatType, Safety, Signature, Type};

use crate::errors::Errors;

/// One parameter that is matched by its name.
pub(crate) struct Parameter<'a> {
    pub(crate) ident: &'a Ident,
    /// The field it stands for: `r#type` is `type`, and `_height` is `height`, unused.
    pub(crate) name: String,
    pub(crate) ty: &'a Type,
}

impl Parameter<'_> {
    /// Whether the type's last segment is `segment`, whatever path leads there.
    pub(crate) fn type_is(&self, segment: &str) -> bool {
        matches!(self.ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == segment))
    }

    /// The type as one would write it.
    pub(crate) fn written_type(&self) -> String {
        type_text(self.ty)
    }
}

/// A type's tokens without the spaces that `TokenStream` puts between them.
pub(crate) fn type_text(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (spaced, tight) in
        [(" :: ", "::"), ("& ", "&"), (" < ", "<"), (" >", ">"), ("< ", "<"), (" ,", ","), ("' ", "'")]
    {
        text = text.replace(spaced, tight);
    }
    text
}

/// Checks that it is a free function without anything that only its caller could supply.
pub(crate) fn check_shape(signature: &Signature, errors: &mut Errors) {
    let mut refuse = |span: Span, message: &str, help: &str| errors.add(span, message, &[help.to_owned()]);
    if let Some(constness) = &signature.constness {
        refuse(constness.span(), "a handler cannot be `const`", "remove `const`");
    }
    if let Safety::Unsafe(unsafety) = &signature.safety {
        refuse(
            unsafety.span(),
            "a handler cannot be `unsafe`",
            "remove `unsafe`: the dispatcher calls it from safe code",
        );
    }
    if let Some(abi) = &signature.abi {
        refuse(
            abi.span(),
            "a handler cannot be `extern`",
            "remove the ABI: the dispatcher calls it as a Rust function",
        );
    }
    for generic in &signature.generics.params {
        match generic {
            GenericParam::Lifetime(lifetime) => {
                let name = &lifetime.lifetime;
                let help = format!(
                    "leave `{name}` out: text is borrowed as `&str`, without a name for its lifetime"
                );
                refuse(lifetime.span(), "a handler has no lifetime parameters", &help);
            }
            other => refuse(
                other.span(),
                "a handler cannot be generic",
                "write concrete types: nobody calls it by hand, so nobody could choose",
            ),
        }
    }
    if let Some(clause) = &signature.generics.where_clause {
        refuse(
            clause.span(),
            "a handler has no `where` clause",
            "remove it: a handler has no type parameters",
        );
    }
    if let Some(variadic) = &signature.variadic {
        refuse(variadic.span(), "a handler cannot be variadic", "name each parameter");
    }
}

/// The parameters that have a name; the others go to `errors`.
pub(crate) fn parameters<'a>(signature: &'a Signature, errors: &mut Errors) -> Vec<Parameter<'a>> {
    let mut parameters: Vec<Parameter<'a>> = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => errors.add(
                receiver.span(),
                "`#[on]` stands on free functions only",
                &["move the handler out of the `impl`, and take what `self` holds as `State<…>`".to_owned()],
            ),
            FnArg::Typed(typed) => {
                if let Some(parameter) = named(typed, errors) {
                    if let Some(first) = parameters.iter().find(|known| known.name == parameter.name) {
                        let message =
                            format!("`{}` and `{}` are the same field", first.ident, parameter.ident);
                        errors.add(parameter.ident.span(), message, &["remove one of the two".to_owned()]);
                    } else {
                        parameters.push(parameter);
                    }
                }
            }
        }
    }
    parameters
}

fn named<'a>(typed: &'a PatType, errors: &mut Errors) -> Option<Parameter<'a>> {
    if let Some(cfg) = typed.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
        let help = "put the `#[cfg]` on the whole handler, and write a second handler for the other case";
        errors.add(cfg.span(), "a parameter of a handler cannot have a `#[cfg]`", &[help.to_owned()]);
        return None;
    }
    match &*typed.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            let name = pattern.ident.unraw().to_string();
            let name =
                name.strip_prefix('_').filter(|rest| !rest.is_empty()).map_or(name.clone(), str::to_owned);
            Some(Parameter { ident: &pattern.ident, name, ty: &typed.ty })
        }
        Pat::Wild(pattern) => {
            let help =
                "name it after the field, with an underscore in front if it is not used: `_height: u64`";
            errors.add(pattern.span(), "a handler's parameter needs a name", &[help.to_owned()]);
            None
        }
        pattern => {
            let help =
                format!("write `name: {}`, and take it apart inside the function", type_text(&typed.ty));
            errors.add(pattern.span(), "a handler's parameter is a name, not a pattern", &[help]);
            None
        }
    }
}
