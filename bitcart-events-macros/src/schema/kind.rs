//! What a field holds.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

use crate::signature::{last_segment, mentions};

/// What a field holds, and with it which types a handler can take it as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Int,
    Str,
    Amount,
    Status,
    List,
    Bool,
    Json,
}

const INTEGERS: [&str; 12] =
    ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];
const TEXTS: [&str; 3] = ["str", "String", "Cow"];
const OTHERS: [&str; 7] = ["f32", "f64", "char", "bool", "Decimal", "PaymentStatus", "Vec"];

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Int, Self::Str, Self::Amount, Self::Status, Self::List, Self::Bool, Self::Json];

    pub(crate) fn named(name: &str) -> Option<Self> {
        for kind in &Self::ALL {
            if kind.name() == name {
                return Some(*kind);
            }
        }
        None
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Int => "Int",
            Self::Str => "Str",
            Self::Amount => "Amount",
            Self::Status => "Status",
            Self::List => "List",
            Self::Bool => "Bool",
            Self::Json => "Json",
        }
    }

    /// The trait that reads it, as `bitcart_events::__private` names it.
    pub(crate) fn reader(self) -> &'static str {
        match self {
            Self::Int => "ReadInt",
            Self::Str => "ReadStr",
            Self::Amount => "ReadAmount",
            Self::Status => "ReadStatus",
            Self::List => "ReadList",
            Self::Bool => "ReadBool",
            Self::Json => "ReadJson",
        }
    }

    /// In words, as the traits in `bitcart_events::field` say it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Int => "a whole number",
            Self::Str => "text",
            Self::Amount => "an amount",
            Self::Status => "a status",
            Self::List => "a list of texts",
            Self::Bool => "true or false",
            Self::Json => "JSON",
        }
    }

    /// The type that an example writes; `T` is the user's own.
    pub(crate) fn usual_type(self) -> &'static str {
        match self {
            Self::Int => "u64",
            Self::Str => "&str",
            Self::Amount => "Decimal",
            Self::Status => "PaymentStatus",
            Self::List => "Vec<String>",
            Self::Bool => "bool",
            Self::Json => "Json<T>",
        }
    }

    /// The type to write instead of one that does not fit.
    pub(crate) fn type_instead_of(self, written: &str) -> String {
        match self {
            Self::Json => format!("Json<{written}>"),
            kind => kind.usual_type().to_owned(),
        }
    }

    /// Whether a type certainly does not fit, judging by its name alone. rustc has the last word, because a name can
    /// mean another type; this only keeps a suggestion from being wrong.
    pub(crate) fn refuses(self, ty: &Type) -> bool {
        let Some(name) = core_name(ty) else { return false };
        let is_in = |names: &[&str]| names.contains(&name.as_str());
        let fits = match self {
            Self::Int => is_in(&INTEGERS),
            Self::Str => is_in(&TEXTS),
            Self::Amount => is_in(&TEXTS) || name == "Decimal",
            Self::Status => is_in(&INTEGERS) || name == "PaymentStatus",
            Self::List => name == "Vec",
            Self::Bool => name == "bool",
            Self::Json => false,
        };
        // Of what is read only text can be borrowed, and not that of a list.
        let is_borrowed = matches!(ungrouped(ty), Type::Reference(_)) && name != "str";
        let holds_borrowed = self == Self::List && crate::signature::type_text(ty).contains('&');
        (!fits || is_borrowed || holds_borrowed) && is_plain(ty)
    }

    /// Whether a type says that a field of this kind is meant, and no other.
    pub(crate) fn is_told_by(self, ty: &Type) -> bool {
        let told: &[&str] = match self {
            Self::Int => &INTEGERS,
            Self::Str => &TEXTS,
            Self::Amount => &["Decimal"],
            Self::Status => &["PaymentStatus"],
            Self::List => &["Vec"],
            Self::Bool => &["bool"],
            Self::Json => &["Json"],
        };
        core_name(ty).is_some_and(|name| told.contains(&name.as_str()))
    }

    /// Why the type, which is written as `ty`, does not fit.
    pub(crate) fn reason_against(self, ty: &Type, written: &str) -> String {
        let is_float = core_name(ty).is_some_and(|name| name == "f32" || name == "f64");
        if self == Self::Amount && is_float {
            "a float would lose satoshis".to_owned()
        } else {
            format!("{} cannot be passed as `{written}`", self.words())
        }
    }

    /// The kind that was meant by a type's name in the text of `events!`.
    pub(crate) fn meant_by(ty: &Type) -> Option<Self> {
        match core_name(ty)?.as_str() {
            "str" | "String" | "Text" => Some(Self::Str),
            "Integer" | "Number" => Some(Self::Int),
            "Json" | "Value" => Some(Self::Json),
            "Decimal" | "f32" | "f64" => Some(Self::Amount),
            "PaymentStatus" => Some(Self::Status),
            "Vec" => {
                let mut holds_text = mentions(ty.to_token_stream(), "Str");
                for text in &TEXTS {
                    holds_text = holds_text || mentions(ty.to_token_stream(), text);
                }
                Some(if holds_text { Self::List } else { Self::Json })
            }
            "bool" => Some(Self::Bool),
            name => INTEGERS.contains(&name).then_some(Self::Int),
        }
    }
}

/// Whether it is one of the types that fields are usually taken as, or tried to be.
pub(crate) fn is_plain(ty: &Type) -> bool {
    let is_in = |names: &[&str], name: &str| names.contains(&name);
    core_name(ty).is_some_and(|name| is_in(&INTEGERS, &name) || is_in(&TEXTS, &name) || is_in(&OTHERS, &name))
}

/// Whether it is an integer of at most 16 bits.
pub(crate) fn is_small(ty: &Type) -> bool {
    core_name(ty).is_some_and(|name| ["u8", "u16", "i8", "i16"].contains(&name.as_str()))
}

/// The last segment of the type's path, behind any `&` and `Option`.
fn core_name(ty: &Type) -> Option<String> {
    match ungrouped(ty) {
        Type::Reference(reference) => core_name(&reference.elem),
        ty @ Type::Path(path) => match option_inner(ty) {
            Some(inner) => core_name(inner),
            None => last_segment(&path.path).map(|segment| segment.ident.to_string()),
        },
        _ => None,
    }
}

/// The `T` of an `Option<T>`, known by the last segment of its path: an alias hides it.
pub(crate) fn option_inner(ty: &Type) -> Option<&Type> {
    argument_of(ty, &["Option"])
}

/// The `T` of a `Wrapper<T>`, if it is one of these wrappers.
pub(crate) fn argument_of<'a>(ty: &'a Type, wrappers: &[&str]) -> Option<&'a Type> {
    let (wrapper, inner) = sole_argument(ty)?;
    wrappers.contains(&wrapper.as_str()).then_some(inner)
}

/// `Wrapper<Inner>`.
pub(crate) fn sole_argument(ty: &Type) -> Option<(String, &Type)> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    let segment = last_segment(&path.path)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    let (mut inner, mut index) = (None, 0);
    while let Some(argument) = arguments.args.get(index) {
        index += 1;
        if let GenericArgument::Type(ty) = argument
            && inner.replace(ty).is_some()
        {
            return None;
        }
    }
    Some((segment.ident.to_string(), inner?))
}

/// What came through `macro_rules!` as `$ty:ty` has an invisible group around it.
pub(crate) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        ty => ty,
    }
}
