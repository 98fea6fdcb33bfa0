//! What the reference page of a code says: its meaning, an example that is wrong, and how to mend it.

mod errors;
mod rules;

use crate::code::Code;

/// The page of a code.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Of which code.
    pub code: Code,
    /// Markdown: what the code means, and why it matters.
    pub meaning: &'static str,
    /// A source that gives the code; the unit lists the modules `json` and `time`. Empty where it takes more than a source.
    pub wrong: &'static str,
    /// Markdown: how to mend it.
    pub mend: &'static str,
    /// The same source mended; it does not give the code.
    pub right: &'static str,
}

impl Page {
    /// All pages, in order of codes.
    pub fn all() -> impl Iterator<Item = &'static Page> {
        errors::PAGES.iter().chain(rules::PAGES)
    }

    /// As markdown, heading included.
    pub fn markdown(&self) -> String {
        let (code, severity, title) = (self.code.as_str(), self.code.severity().as_str(), self.code.title());
        let mut text = format!("# {code}: {title}\n\nSeverity: {severity}.");
        if self.code.is_rule() {
            text.push_str(" Only with `wippy lint --rules`.");
        }
        text.push_str(&format!("\n\n{}\n", self.meaning.trim()));
        let mut example = |title: &str, before: &str, source: &str| {
            text.push_str(&format!("\n## {title}\n"));
            if !before.is_empty() {
                text.push_str(&format!("\n{}\n", before.trim()));
            }
            if !source.is_empty() {
                text.push_str(&format!("\n```lua\n{}\n```\n", source.trim_end()));
            }
        };
        if !self.wrong.is_empty() {
            example("Example", "", self.wrong);
        }
        example("How to mend it", self.mend, self.right);
        text
    }
}

#[cfg(test)]
mod tests;
