//! What `events!` writes and says.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{File, Item, ItemMod};

use super::{SCHEMA, assert_holds, messages, schema, tokens};
use crate::events::events;
use crate::schema::{Kind, Schema};

fn written(text: &str) -> File {
    let (builtin, text) = (schema(SCHEMA), tokens(text));
    syn::parse2(events(quote!({ be } { #builtin } { #text }))).unwrap()
}

fn module(text: &str) -> ItemMod {
    match written(text).items.pop() {
        Some(Item::Mod(module)) => module,
        _ => panic!("{text}"),
    }
}

fn text(item: &impl ToTokens) -> String {
    item.to_token_stream().to_string()
}

#[test]
fn a_schema_is_handed_on_as_it_was() {
    let keywords =
        "mod m { r#move { r#type: Option<Str>, #[currency(ETH, TRX)] #[daemon(current)] b: List } c {} }";
    for text in [SCHEMA, keywords, "mod m { #[currency(\"BTC\")] a { #[daemon(\"current\")] b: Json } }"] {
        let text = schema(text);
        assert_eq!(Schema::from_text(&text).unwrap().to_text(), text);
    }
    let read = Schema::from_text(&schema(keywords)).unwrap();
    assert_eq!((read.module.to_string().as_str(), read.events.len()), ("m", 2));
    let event = read.event("move").unwrap();
    assert!(event.field("type").is_some() && event.field("b").is_some() && event.field("c").is_none());
    let [first, second] = event.fields.as_slice() else { panic!() };
    assert!((first.nullable, first.sent.current_only) == (true, false) && first.sent.currencies.is_none());
    assert!((second.nullable, second.sent.current_only) == (false, true) && second.kind == Kind::List);
    assert_eq!(second.sent.currencies.as_deref(), Some(["ETH", "TRX"].as_slice()));
    for text in ["", "m\n", "m\na", "m\na b", "m\na *;b", "m\na *;b * Int", "m\na *;b * Float !"] {
        assert!(Schema::from_text(text).is_none(), "{text:?}");
    }
}

#[test]
fn structs_read_each_field() {
    let module = module(
        "pub mod shop {
            /// Gone.
            order_shipped { r#type: Int, #[currency(ETH)] #[daemon(current)] paid: Amount, more: Option<Json>, ok: Bool }
        }",
    );
    assert_holds(
        &module,
        &[
            "pub mod shop {",
            "pub struct OrderShipped {",
            "pub r#type : i64",
            "pub paid : :: core :: option :: Option < be :: Decimal >",
            "pub more : :: core :: option :: Option < be :: field :: Json < be :: __private :: serde_json :: Value >>",
            "pub ok : bool",
            "FieldSchema :: new (\"type\" , be :: schema :: Kind :: Int , false , be :: schema :: Sent :: new (& [] , false)",
            "\"paid\" , be :: schema :: Kind :: Amount , false , be :: schema :: Sent :: new (& [be :: Currency :: Eth] , true)",
            "\"more\" , be :: schema :: Kind :: Json , true",
            "more : < :: core :: option :: Option < be :: field :: Json < be :: __private :: serde_json :: Value >> \
         as be :: __private :: ReadJson < '_ >> :: from_field (update . field (2usize)) ?",
            "inventory :: submit ! { be :: __private :: RegisteredSchema (EVENTS) }",
            "# [macro_export]",
        ],
    );
}

#[test]
fn what_has_no_documentation_gets_some() {
    let without = module("mod shop { order_shipped { id: Int } order_lost {} }");
    assert_holds(&without, &["\"The events `order_shipped`, `order_lost`.\"", "\"`id`: a whole number.\""]);
    let with =
        "#[doc = \"D\"] mod shop { #[doc = \"E\"] a { #[doc = \"F\"] #[daemon(current)] id: Option<Str> } }";
    let with = module(with);
    assert_holds(
        &with,
        &[
            "# [doc = \"D\"] mod shop",
            "# [doc = \"E\"] # [doc = \"\\n# Parameters of",
            "# [doc = \"F\"] # [doc = \"\\nSent by all but the daemons of 2020.\"]",
            "| `id: Option<&str>` | from all but the daemons of 2020; can be null |",
        ],
    );
    let table = module("mod shop { a { b: Status, c: Option<List>, #[currency(TRX)] d: Amount } }");
    assert_holds(
        &table,
        &[
            "| `b: PaymentStatus` | yes |",
            "| `c: Option<Vec<String>>` | can be null |",
            "| `d: Option<Decimal>` | from TRX daemons |",
        ],
    );
}

#[test]
fn every_name_can_be_a_name() {
    let odd = module("mod r#mod { __ {} _1 { b: Int } self_ {} größe { größe: Int } r#Type {} }");
    let types = ["Event", "Event1", "EventSelf", "Größe", "Type"];
    assert_holds(&odd, &types.map(|name| format!("pub struct {name} {{")).each_ref().map(String::as_str));
    assert_holds(&odd, &["macro_rules! __bitcart_events_schema_mod_"]);
}

#[test]
fn bitcarts_own_are_in_no_registry() {
    let text = tokens("pub mod event { new_block { height: Int } }");
    let module = events(quote!({ crate } {} { #text })).to_string();
    assert!(module.contains("crate :: Payload") && !module.contains("submit"), "{module}");
}

/// An exported macro has a name of its own, whatever the module is called.
#[test]
fn only_a_public_schema_leaves_the_crate() {
    let private = text(&module("pub(super) mod shop { a {} }"));
    assert!(private.contains("pub (crate) use") && !private.contains("macro_export"), "{private}");
    let name = |text: &str| {
        let module = module(text).to_token_stream().to_string();
        let after = module.split("macro_rules ! ").nth(1).unwrap().to_owned();
        after.split(' ').next().unwrap().to_owned()
    };
    assert_ne!(name("pub mod shop { a {} }"), name("pub mod shop { b {} }"));
    assert_eq!(name("pub mod shop { a {} }"), name("pub mod shop { a {} }"));
}

#[test]
fn mistakes() {
    let kinds =
        "the kinds are `Int`, `Str`, `Amount`, `Status`, `List`, `Bool`, `Json`, and `Option<…>` of each";
    let kind = |written: &str, meant: &str| {
        let write = if meant.is_empty() { String::new() } else { format!(" | write `{meant}`") };
        format!("unknown kind of field `{written}`{write} | {kinds}")
    };
    let example =
        "an event is a name and its fields: `order_shipped { order_id: Int, carrier: Option<Str> }`";
    let parsed = |error: &str| format!("{error} | {example}");
    for (text, message) in [
        ("a { x: Int } a {}", "event `a` is written twice | remove one of the two"),
        ("a_b {} AB {}", "`a_b` and `AB` would have the same type `AB` | give one of the two another name"),
        ("new_block {}", "`new_block` is an event of Bitcart's daemons | give yours another name"),
        ("a { x: Int, x: Str }", "field `x` is written twice | remove one of the two"),
        (
            "a { event: Str }",
            "a field cannot be named `event` | give it another name: every handler can have a parameter of this one",
        ),
        (
            "a { instance: Str }",
            "a field cannot be named `instance` | give it another name: every handler can have a parameter of this one",
        ),
        (
            "a { _x: Str }",
            "a field's name does not begin with `_` | \
             remove it: `_name` is how a handler writes the field `name` that it does not use",
        ),
        ("a { type: Str }", "`type` is a keyword of Rust | write `r#type`"),
        ("move {}", "`move` is a keyword of Rust | write `r#move`"),
        (
            "#[currency()] a {}",
            "the list of currencies is empty | write `#[currency(ETH)]`, or leave it out for all",
        ),
        ("#[daemon(\"old\")] a {}", "unknown daemon generation `old` | write `#[daemon(current)]`"),
        ("a { x: Vec<u64> }", &kind("Vec<u64>", "Json")),
        ("a { x: Text }", &kind("Text", "Str")),
        ("a { x: Number }", &kind("Number", "Int")),
        ("a { x: Json<Order> }", &kind("Json<Order>", "Json")),
        ("a { x: Vec<Str> }", &kind("Vec<Str>", "List")),
        ("a { x: Order }", &kind("Order", "")),
        ("a { x: Option<Int, Str> }", &kind("Option<Int, Str>", "")),
        ("struct a {}", &parsed("expected identifier, found keyword `struct`")),
        ("a { x: Strr }", &kind("Strr", "Str")),
        ("a { x: u8 }", &kind("u8", "Int")),
        ("a { x: Option<&str> }", &kind("&str", "Str")),
        ("a { x: &'static str }", &kind("&'static str", "Str")),
        ("a { x: std::primitive::bool }", &kind("std::primitive::bool", "Bool")),
        ("a { x: std::string::String }", &kind("std::string::String", "Str")),
        ("a { x: Decimal }", &kind("Decimal", "Amount")),
        ("a { x: f32 }", &kind("f32", "Amount")),
        ("a { x: f64 }", &kind("f64", "Amount")),
        ("a { x: PaymentStatus }", &kind("PaymentStatus", "Status")),
        ("a { x: Vec<String> }", &kind("Vec<String>", "List")),
        ("a { x: bool }", &kind("bool", "Bool")),
        ("a { x: (Int) }", &kind("(Int)", "")),
        (
            "#[serde(x)] a {}",
            "an event or field has no attribute `serde` | \
             known are documentation, `#[currency(ETH, …)]` and `#[daemon(current)]`",
        ),
        (
            "a { #[currency(DOGE)] x: Int }",
            "unknown currency `DOGE` | the currencies are `BTC`, `LTC`, `BCH`, `XRG`, `GRS`, `ETH`, `BNB`, `MATIC`, `TRX`, `XMR`",
        ),
        ("#[daemon(old)] a {}", "unknown daemon generation `old` | write `#[daemon(current)]`"),
        ("#[currency] a {}", &parsed("expected attribute arguments in parentheses: #[currency(...)]")),
        ("pub a {}", &parsed("expected identifier, found keyword `pub`")),
        ("a { x: Int y: Int }", &parsed("expected `,`")),
        ("a { x }", &parsed("expected `:`")),
        ("a b {}", &parsed("expected curly braces")),
    ] {
        let file = written(&format!("mod m {{ {text} }}"));
        assert_eq!(messages(&file), [message], "{text}");
        // So that its handlers find a schema.
        assert!(file.to_token_stream().to_string().contains("{ $ ($ path) * } { } $ ($ rest) *"), "{text}");
    }
}

#[test]
fn all_mistakes_come_in_one_run() {
    let text = "mod m { a { x: Text, _y: Int } new_block { event: Int } a {} b }";
    assert_eq!(messages(&written(text)).len(), 6);
}

#[test]
fn a_second_module() {
    let code: TokenStream = events(quote!({ be } {} { mod a { b { c: Int } } mod d {} }));
    let message =
        "`events!` writes one module\\n= help: put what stands behind it into an `events! { … }` of its own";
    assert!(code.to_string().contains(message), "{code}");
    assert!(code.to_string().contains("mod a"), "{code}");
}

#[test]
fn what_is_no_module() {
    let error: TokenStream = events(quote!({ be } {} { order_shipped { order_id: Int } }));
    let message = "expected `mod`\\n= help: write `events! { mod shop { order_shipped { order_id: Int } } }`";
    assert!(error.to_string().contains(message), "{error}");
}
