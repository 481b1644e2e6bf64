//! What the derives of the field traits write and say.

use syn::File;

use super::{assert_holds, messages, tokens};
use crate::newtype::derive;

fn derived(item: &str) -> File {
    syn::parse2(derive("StrField", tokens(item))).unwrap()
}

#[test]
fn what_is_inside_is_read() {
    for (item, header, read) in [
        (
            "struct Id(String);",
            "impl < 'u > :: bitcart_events :: field :: StrField < 'u > for Id {",
            "< String as :: bitcart_events :: field :: StrField < 'u >> :: from_field (field) . map (Self)",
        ),
        (
            "struct Id<'a> { text: &'a str }",
            "impl < 'a > :: bitcart_events :: field :: StrField < 'a > for Id < 'a > {",
            "< & 'a str as :: bitcart_events :: field :: StrField < 'a >> :: from_field (field) . map (| value | Self { text : value })",
        ),
        (
            "#[field(crate = be)] #[allow(a)] struct Id<T: Copy>(T) where T: Send;",
            "#[allow(a)] #[automatically_derived] #[diagnostic::do_not_recommend] impl < 'u , T : Copy > be :: field :: StrField < 'u > for Id < T > where T : Send , T : be :: field :: StrField < 'u > {",
            "< T as be :: field :: StrField < 'u >> :: from_field (field) . map (Self)",
        ),
    ] {
        assert_holds(&derived(item), &[header, read]);
    }
}

#[test]
fn mistakes() {
    let borrowed = "an argument is borrowed only for as long as the handler runs";
    let one = "`StrField` is derived for a struct with one field | write `struct Id(String);`, or `impl StrField` by hand";
    for (item, message) in [
        ("struct Id;", one),
        ("struct Id(u8, u8);", one),
        ("enum Id { A(String) }", one),
        (
            "struct Id<'a, 'b>(&'a &'b str);",
            "`StrField` is derived for one lifetime at most | leave one lifetime: that of the update",
        ),
        (
            "#[field(krate = be)] struct Id(String);",
            "unknown option `krate` | write `#[field(crate = path::to::bitcart_events)]`",
        ),
        (
            "#[field(crate)] struct Id(String);",
            "expected `=` | write `#[field(crate = path::to::bitcart_events)]`",
        ),
        (
            "struct Id(&'static str);",
            &format!("{borrowed} | write `struct Id<'a>(&'a str);`, or own it: `String`"),
        ),
        (
            "struct Id { text: Cow<'static, str> }",
            &format!("{borrowed} | write `struct Id<'a> {{ text: Cow<'a, str> }}`, or own it: `String`"),
        ),
    ] {
        assert_eq!(messages(&derived(item)), [message], "{item}");
        // So that handlers with this type have no mistake.
        assert_holds(&derived(item), &["StrField<", "Err(field.mismatch(\"\"))"]);
    }
}
