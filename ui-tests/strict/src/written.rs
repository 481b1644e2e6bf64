//! Handlers and events that a macro of one's own writes.

/// Events with their handlers.
macro_rules! noted {
    ($(#[$meta:meta])* $vis:vis $module:ident: $($event:ident, $name:literal, $function:ident, $field:ident: $kind:ident as $ty:ty;)*) => {
        $crate::paying::events! {
            $(#[$meta])*
            $vis mod $module { $($event { $field: $kind })* }
        }
        $(
            /// Writes the field down.
            #[$crate::paying::on($name, schema = $module, crate = $crate::paying)]
            fn $function(
                _event: $crate::paying::Event,
                $field: $ty,
                notes: $crate::paying::State<$crate::Notes>,
            ) -> ::core::result::Result<(), $crate::paying::BoxError> {
                notes.add(&::std::format!("{} {}", stringify!($function), $field));
                ::core::result::Result::Ok(())
            }
        )*
    };
}

noted! {
    /// What came out of it.
    pub(crate) out_of_it: letter_sent, "letter_sent", sent, number: Int as u64;
        letter_read, "letter_read", read, by: Str as &str;
}

/// Where nothing is imported.
mod elsewhere {
    noted! { pub(super) others: letter_lost, "letter_lost", lost, number: Int as u64; }
}
