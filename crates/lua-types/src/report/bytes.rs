//! Reports as bytes, and back from whatever bytes there are.

use super::{Note, Report};
use crate::code::{Code, Severity};
use lua_syntax::Span;

impl Report {
    /// Several as bytes; equal ones give equal bytes.
    pub fn to_bytes(reports: &[Report]) -> Vec<u8> {
        let mut out = Writer(Vec::new());
        reports.iter().for_each(|report| out.report(report));
        out.0
    }

    /// `None` unless they are what [`to_bytes`](Self::to_bytes) gives.
    pub fn from_bytes(bytes: &[u8]) -> Option<Vec<Report>> {
        let mut input = Reader(bytes);
        let mut reports = Vec::new();
        while !input.0.is_empty() {
            reports.push(input.report()?);
        }
        Some(reports)
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        // No text of a report is near that long.
        self.number(text.len() as u32);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    fn span(&mut self, span: Span) {
        self.number(span.start);
        self.number(span.end);
    }

    fn report(&mut self, report: &Report) {
        self.text(report.code.as_str());
        self.text(report.severity.as_str());
        self.span(report.span);
        self.text(&report.message);
        self.flag(report.help.is_some());
        if let Some(help) = &report.help {
            self.text(help);
        }
        self.number(report.notes.len() as u32);
        for note in &report.notes {
            self.flag(note.span.is_some());
            if let Some(span) = note.span {
                self.span(span);
            }
            self.text(&note.text);
        }
    }
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'b str> {
        let len = self.number()?;
        std::str::from_utf8(self.take(len as usize)?).ok()
    }

    fn flag(&mut self) -> Option<bool> {
        match self.take(1)? {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    }

    fn span(&mut self) -> Option<Span> {
        let (start, end) = (self.number()?, self.number()?);
        (start <= end).then(|| Span::new(start, end))
    }

    fn report(&mut self) -> Option<Report> {
        let code = Code::parse(self.text()?)?;
        let severity = self.text()?;
        let severity = [Severity::Error, Severity::Warning, Severity::Hint]
            .into_iter()
            .find(|known| known.as_str() == severity)?;
        let (span, message) = (self.span()?, self.text()?.to_owned());
        let help = if self.flag()? { Some(self.text()?.to_owned()) } else { None };
        let mut notes = Vec::new();
        for _ in 0..self.number()? {
            let span = if self.flag()? { Some(self.span()?) } else { None };
            notes.push(Note { span, text: self.text()?.to_owned() });
        }
        Some(Report { code, severity, span, message, notes, help })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Report> {
        let plain = Report::new(Code::NoField, Span::new(3, 9), "no field 'ü'");
        let full = Report { severity: Severity::Hint, ..Report::new(Code::Syntax, Span::default(), "") }
            .help("did you mean 'u'?")
            .note(Some(Span::new(0, 1)), "declared here")
            .note(None, "");
        vec![plain.clone(), full, plain]
    }

    #[test]
    fn reports_come_back_as_they_were() {
        assert_eq!(Report::from_bytes(&Report::to_bytes(&[])), Some(vec![]));
        assert_eq!(Report::from_bytes(&Report::to_bytes(&all())), Some(all()));
    }

    #[test]
    fn bytes_that_are_none_are_refused() {
        let whole = Report::to_bytes(&all());
        for len in 1..whole.len() {
            // Where a report ends, those before it are whole.
            if let Some(some) = Report::from_bytes(&whole[..len]) {
                assert_eq!(some, all()[..some.len()], "{len}");
                assert!(some.len() < 3);
            }
        }
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x80;
            assert_ne!(Report::from_bytes(&changed), Some(all()), "{at}");
        }
    }
}
