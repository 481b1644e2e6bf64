//! The function under `#[on]`: its shape, and its parameters by name.

mod look;

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, GenericParam, Ident, Pat, PatType, ReturnType, Safety, Signature, Type};

pub(crate) use self::look::{holds, last_segment, last_segment_is, mentions, referred_to, type_text};
use crate::errors::Errors;
use crate::schema::ungrouped;

/// One parameter that is matched by its name.
pub(crate) struct Parameter<'a> {
    pub(crate) ident: &'a Ident,
    /// The field it stands for: `r#type` is `type`, and `_height` is `height`, unused.
    pub(crate) name: String,
    pub(crate) ty: &'a Type,
}

impl Parameter<'_> {
    /// [`last_segment_is`] of its type.
    pub(crate) fn type_is(&self, segment: &str) -> bool {
        last_segment_is(self.ty, segment)
    }

    /// [`referred_to`] by its type.
    pub(crate) fn referred_to(&self) -> Option<&Type> {
        referred_to(self.ty)
    }

    /// Whether it is such a type, or refers to one.
    pub(crate) fn refers_to(&self, segment: &str) -> bool {
        last_segment_is(self.referred_to().unwrap_or(self.ty), segment)
    }

    pub(crate) fn is_reference(&self) -> bool {
        matches!(ungrouped(self.ty), Type::Reference(_))
    }

    /// The type as one would write it.
    pub(crate) fn written_type(&self) -> String {
        type_text(self.ty)
    }
}

/// What a parameter of any name can be, because its type says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ByType {
    State,
    Delivery,
    InboxTx,
}

impl ByType {
    const ALL: [Self; 3] = [Self::State, Self::Delivery, Self::InboxTx];

    pub(crate) fn of(ty: &Type) -> Option<Self> {
        let Type::Path(path) = ungrouped(ty) else { return None };
        // Asked for its text once: each comparison of an identifier asks for it.
        let name = last_segment(&path.path)?.ident.to_string();
        for known in &Self::ALL {
            if name == known.name() {
                return Some(*known);
            }
        }
        None
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::Delivery => "Delivery",
            Self::InboxTx => "InboxTx",
        }
    }

    /// The name that an example gives to such a parameter.
    fn usual_name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Delivery => "delivery",
            Self::InboxTx => "inbox",
        }
    }

    /// In words, at the beginning of a message.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::State => "a state",
            Self::Delivery => "a delivery",
            Self::InboxTx => "an `InboxTx`",
        }
    }
}

/// Checks that it is a free function without anything that only its caller could supply. Whether it is free of generics.
pub(crate) fn check_shape(signature: &Signature, errors: &mut Errors) -> bool {
    let mut is_concrete = signature.generics.params.is_empty();
    let mut refuse = |at: &dyn ToTokens, message: &str, help: &str| errors.add(at, message, help);
    if let Safety::Unsafe(unsafety) = &signature.safety {
        let help = "remove `unsafe`: the listener calls it from safe code";
        refuse(unsafety, "a handler cannot be `unsafe`", help);
    }
    if let Some(abi) = &signature.abi {
        let help = "remove the ABI: the listener calls it as a Rust function";
        refuse(abi, "a handler cannot be `extern`", help);
    }
    for generic in &signature.generics.params {
        if let GenericParam::Lifetime(lifetime) = generic {
            let name = &lifetime.lifetime;
            let help = format!("leave `{name}` out: text is borrowed as `&str`, its lifetime has no name");
            refuse(lifetime, "a handler has no lifetime parameters", &help);
        } else {
            let help = "write concrete types: the listener calls it, and could not choose others";
            refuse(generic, "a handler cannot be generic", help);
        }
    }
    // Without parameters to speak of it is a mistake of its own; with them it is part of theirs.
    if let Some(clause) = &signature.generics.where_clause
        && signature.generics.params.is_empty()
    {
        refuse(clause, "a handler has no `where` clause", "remove it: a handler has no type parameters");
    }
    if let Some(variadic) = &signature.variadic {
        refuse(variadic, "a handler cannot be variadic", "name each parameter");
    }
    for input in &signature.inputs {
        if let FnArg::Typed(PatType { ty, .. }) = input
            && holds(ty, "impl")
        {
            is_concrete = false;
            refuse(ty, "a handler cannot be generic", "write a concrete type instead of `impl …`");
        }
    }
    if let Some(ty) = impossible_return(signature) {
        let message = format!("a handler cannot return `{}`", type_text(ty));
        refuse(ty, &message, "return nothing or `Result<(), E>`; what waits is an `async fn`");
    }
    is_concrete
}

/// The return type, if its look alone says that a handler cannot have it.
pub(crate) fn impossible_return(signature: &Signature) -> Option<&Type> {
    let ReturnType::Type(_, ty) = &signature.output else { return None };
    (matches!(**ty, Type::Never(_)) || holds(ty, "impl")).then_some(ty)
}

/// The parameters that have a name; the others go to `errors`.
pub(crate) fn parameters<'a>(signature: &'a Signature, errors: &mut Errors) -> Vec<Parameter<'a>> {
    let mut parameters: Vec<Parameter<'a>> = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => errors.add(
                receiver,
                "`#[on]` stands on free functions only",
                "move the handler out of the `impl`, and take what `self` holds as `State<…>`",
            ),
            FnArg::Typed(typed) => {
                if let Some(parameter) = named(typed, errors) {
                    let mut same = None;
                    for known in &parameters {
                        // The same identifier twice is an error of rustc's own.
                        if same.is_none() && known.name == parameter.name && known.ident != parameter.ident {
                            same = Some(known.ident);
                        }
                    }
                    if let Some(first) = same {
                        let message = format!("`{first}` and `{}` are the same parameter", parameter.ident);
                        errors.add(parameter.ident, &message, "remove one of the two");
                    } else {
                        parameters.push(parameter);
                    }
                }
            }
        }
    }
    parameters
}

/// `_: Event` and `&event: Event`, which are a mistake of their own.
pub(crate) fn has_unnamed_event(signature: &Signature) -> bool {
    for input in &signature.inputs {
        if let FnArg::Typed(typed) = input
            && !matches!(*typed.pat, Pat::Ident(_))
            && last_segment_is(&typed.ty, "Event")
        {
            return true;
        }
    }
    false
}

fn named<'a>(typed: &'a PatType, errors: &mut Errors) -> Option<Parameter<'a>> {
    let ty = &typed.ty;
    match (&*typed.pat, ByType::of(ty)) {
        (Pat::Ident(pattern), _) if pattern.by_ref.is_none() && pattern.subpat.is_none() => {
            let name = pattern.ident.unraw().to_string();
            let name = match name.strip_prefix('_') {
                Some(rest) if !rest.is_empty() => rest.to_owned(),
                _ => name,
            };
            return Some(Parameter { ident: &pattern.ident, name, ty });
        }
        (Pat::Wild(pattern), known) => {
            let help = match known {
                Some(known) => format!("write `_{}: {}`", known.usual_name(), type_text(ty)),
                None if last_segment_is(ty, "Event") => "write `_event: Event`".to_owned(),
                None => {
                    "name it after the field, with an underscore in front if it is not used: `_height: u64`"
                        .to_owned()
                }
            };
            errors.add(pattern, "a handler's parameter needs a name", &help);
        }
        (pattern, Some(known)) => {
            let inside = match pattern {
                Pat::TupleStruct(pattern) => pattern.elems.get(0),
                _ => None,
            };
            let name = match inside {
                Some(name) => name.to_token_stream().to_string(),
                None => known.usual_name().to_owned(),
            };
            let help = format!("write `{name}: {}`", type_text(ty));
            errors.add(pattern, &format!("{} is a name, not a pattern", known.words()), &help);
        }
        (pattern, None) => {
            let help = "write the field's name in its place, and take it apart inside the function";
            errors.add(pattern, "a handler's parameter is a name, not a pattern", help);
        }
    }
    None
}
