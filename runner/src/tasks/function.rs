//! A function with a name, by which another process of the same program finds it.
//!
//! Separate because it is the one thing that both sides have: the program calls it through a pool, the
//! worker runs its body. Next: [`serve_if_asked`](super::serve_if_asked), which registers it.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Callable;

/// A function that can be called in another process of this program.
///
/// The body is a plain function or a closure that captures nothing, because nothing but its name and
/// its input goes to the other process.
pub struct Function<I, O> {
    name: &'static str,
    body: fn(I) -> Result<O, String>,
}

impl<I, O> Function<I, O> {
    /// The function `body`, called `name`. Meant for a `static`.
    pub const fn new(name: &'static str, body: fn(I) -> Result<O, String>) -> Self {
        Self { name, body }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Calls it here, in this process.
    ///
    /// # Errors
    /// The function's own.
    pub fn call_here(&self, input: I) -> Result<O, String> {
        (self.body)(input)
    }
}

impl<I, O> fmt::Debug for Function<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function").field(&self.name).finish()
    }
}

impl<I: DeserializeOwned, O: Serialize> Callable for Function<I, O> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn call(&self, input: &[u8]) -> Result<Vec<u8>, String> {
        let input = postcard::from_bytes(input)
            .map_err(|error| format!("the input of '{}' cannot be decoded: {error}", self.name))?;
        let output = (self.body)(input)?;
        postcard::to_stdvec(&output)
            .map_err(|error| format!("the value of '{}' cannot be encoded: {error}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::{Callable, Function};

    static ROOT: Function<f64, f64> =
        Function::new(
            "root",
            |x| {
                if x < 0.0 { Err(format!("{x} has no root")) } else { Ok(x.sqrt()) }
            },
        );

    #[test]
    fn a_call_by_bytes_is_the_call_itself() {
        let input = postcard::to_stdvec(&2.25).unwrap();
        let output = ROOT.call(&input).unwrap();
        assert_eq!(
            postcard::from_bytes::<f64>(&output),
            ROOT.call_here(2.25).map_err(|_| unreachable!())
        );
        let input = postcard::to_stdvec(&-1.0).unwrap();
        assert_eq!(ROOT.call(&input).unwrap_err(), "-1 has no root");
        assert!(ROOT.call(&input[1..]).unwrap_err().contains("input of 'root' cannot be decoded"));
    }
}
