//! Which types our own traits are for, where a user's would make no sense. Those of our own say so beside themselves.

/// A supertrait that nobody outside can implement.
pub trait Sealed {}

impl Sealed for &str {}
impl Sealed for String {}
impl Sealed for &String {}
impl Sealed for &[u8] {}
impl<const N: usize> Sealed for &[u8; N] {}
impl Sealed for Vec<u8> {}
impl Sealed for &Vec<u8> {}
impl Sealed for serde_json::Value {}
impl Sealed for &serde_json::Value {}
impl<const N: usize> Sealed for [&str; N] {}
impl<const N: usize> Sealed for &[&str; N] {}
impl Sealed for &[&str] {}
impl Sealed for Vec<&str> {}
impl Sealed for () {}
impl<T, E> Sealed for Result<T, E> {}
