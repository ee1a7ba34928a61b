//! The page as one HTML file without network and script.
//!
//! Separate because it alone knows the template engine. The template `report.html.j2` loops over
//! the finished strings of `page.rs` and escapes each; the charts alone come as markup, from
//! [`crate::chart::svg`], which escapes on its own.

use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};

use super::{Format, page};
use crate::{Error, compare::Compared};

/// `report.html`.
#[derive(Clone, Copy, Debug)]
pub struct Html;

/// Ends in `.html`, which switches escaping on.
const TEMPLATE: &str = "report.html";

/// Ends in `.css`, which is taken as it is.
const STYLE: &str = "report.css";

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn file_name(&self) -> Option<&'static str> {
        Some("report.html")
    }

    fn lay_out(&self, compared: &Compared<'_>) -> Result<String, Error> {
        let render =
            |error: minijinja::Error| Error::Render { format: self.name(), source: error.into() };
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(syntax().map_err(render)?);
        environment.add_template(STYLE, include_str!("report.css")).map_err(render)?;
        environment.add_template(TEMPLATE, include_str!("report.html.j2")).map_err(render)?;
        let template = environment.get_template(TEMPLATE).map_err(render)?;
        template.render(Serde(&page::of(compared))).map_err(render)
    }
}

/// Lines that hold only a tag leave no empty line.
fn syntax() -> Result<SyntaxConfig, minijinja::Error> {
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()
}
