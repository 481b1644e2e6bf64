//! Empty: a package needs a target, and everything here is an example or a test.
