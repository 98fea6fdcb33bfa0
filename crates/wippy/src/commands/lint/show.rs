//! Findings, chosen, in order, and as text, tables or JSON.

use super::Wanted;
use super::checks::Outcome;
use super::plan::{Item, Plan};
use crate::commands::describe::map;
use crate::render;
use infra_base::{Data, Diagnostic, SourceFile};
use infra_codec::json;
use infra_log::visible;
use lua_syntax::LineIndex;
use lua_types::{Code, Report, Severity};
use std::collections::BTreeMap;
use std::sync::Arc;

/// With or without colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Colored,
}

/// Something to tell of an entry.
struct Finding {
    item: usize,
    code: Code,
    severity: Severity,
    /// Line and column in the source; `None`: it is about the definition of the entry.
    place: Option<(u32, u32)>,
    message: String,
    what: What,
}

enum What {
    OfSource(Report),
    OfEntry(Diagnostic),
}

/// All that is told.
pub(super) struct Found<'a> {
    plan: &'a Plan<'a>,
    findings: Vec<Finding>,
    /// Entries that were looked at and are told of.
    entries: usize,
}

impl<'a> Found<'a> {
    /// Chooses and sorts.
    pub(super) fn of(plan: &'a Plan<'a>, outcomes: Vec<Option<Outcome>>, wanted: &Wanted) -> Found<'a> {
        let mut findings = Vec::new();
        for (at, (item, outcome)) in plan.items.iter().zip(outcomes).enumerate() {
            if !item.told {
                continue;
            }
            let reports = outcome.map(|outcome| outcome.reports).unwrap_or_default();
            of_item(at, item, reports, wanted, &mut findings);
        }
        findings.sort_by(|a, b| {
            let key = |f: &Finding| (f.item, f.severity, f.place, f.code);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        findings
            .dedup_by(|a, b| (a.item, a.place, a.code, &a.message) == (b.item, b.place, b.code, &b.message));
        Found { plan, findings, entries: plan.items.iter().filter(|item| item.told).count() }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    fn shown(&self, limit: usize) -> &[Finding] {
        let most = if limit == 0 { usize::MAX } else { limit };
        &self.findings[..self.findings.len().min(most)]
    }

    fn id(&self, finding: &Finding) -> &str {
        self.plan.items[finding.item].entry.id.as_str()
    }

    /// `{diagnostics: […], total_entries, error_count, warning_count, hint_count}`
    pub(super) fn json(&self, limit: usize) -> String {
        let one = |finding: &Finding| {
            let whole = map([
                ("entry_id", self.id(finding).into()),
                ("code", finding.code.as_str().into()),
                ("severity", finding.severity.as_str().into()),
                ("message", finding.message.as_str().into()),
            ]);
            let (Data::Map(mut fields), Some((line, column))) = (whole.clone(), finding.place) else {
                return whole;
            };
            fields.insert("line".into(), Data::Int(line.into()));
            fields.insert("column".into(), Data::Int(column.into()));
            Data::Map(fields)
        };
        let number = |count: usize| Data::Int(i64::try_from(count).unwrap_or(i64::MAX));
        let whole = map([
            ("diagnostics", Data::List(self.shown(limit).iter().map(one).collect())),
            ("total_entries", number(self.entries)),
            ("error_count", number(self.count(Severity::Error))),
            ("warning_count", number(self.count(Severity::Warning))),
            ("hint_count", number(self.count(Severity::Hint))),
        ]);
        String::from_utf8_lossy(&json::encode_pretty(&whole)).into_owned() + "\n"
    }

    /// Each with the lines that it speaks of.
    pub(super) fn text(&self, limit: usize, style: Style) -> String {
        if self.findings.is_empty() {
            return self.nothing();
        }
        let mut text = String::new();
        let shown = self.shown(limit);
        let mut file: Option<(usize, Arc<SourceFile>)> = None;
        for finding in shown {
            let told = match &finding.what {
                What::OfEntry(told) => told.clone(),
                What::OfSource(report) => {
                    let item = &self.plan.items[finding.item];
                    let known = file.take().filter(|(at, _)| *at == finding.item);
                    let (_, source) = file.insert(known.unwrap_or_else(|| (finding.item, source(item))));
                    lua_engine::diagnostic(report, source)
                }
            };
            text.push_str(&render::diagnostic_text(&told, style == Style::Colored));
            text.push_str("\n\n");
        }
        match self.findings.len() - shown.len() {
            0 => {}
            more => text.push_str(&format!("{more} more, not shown because of --limit\n\n")),
        }
        text + &self.footer()
    }

    /// How many there are, by namespace and by code.
    pub(super) fn summary(&self) -> String {
        if self.findings.is_empty() {
            return self.nothing();
        }
        let mut namespaces: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        let mut codes: BTreeMap<(Code, Severity), usize> = BTreeMap::new();
        for finding in &self.findings {
            let namespace = self.plan.items[finding.item].entry.id.namespace();
            namespaces.entry(namespace).or_default()[finding.severity as usize] += 1;
            *codes.entry((finding.code, finding.severity)).or_default() += 1;
        }
        let head = ["namespace", "errors", "warnings", "hints"].map(str::to_owned);
        let rows = namespaces.iter().map(|(namespace, [errors, warnings, hints])| {
            [visible(namespace).into_owned(), errors.to_string(), warnings.to_string(), hints.to_string()]
        });
        let mut text = table(head, rows.collect());
        text.push('\n');
        let head = ["code", "count", "severity", "about"].map(str::to_owned);
        let rows = codes.iter().map(|((code, severity), count)| {
            [code.as_str(), &count.to_string(), severity.as_str(), code.title()].map(str::to_owned)
        });
        text.push_str(&table(head, rows.collect()));
        text.push('\n');
        text + &self.footer()
    }

    fn nothing(&self) -> String {
        format!("No issues found\nChecked {}\n", counted(self.entries, "entry", "entries"))
    }

    fn footer(&self) -> String {
        let (entries, errors) = (self.entries, self.count(Severity::Error));
        let (warnings, hints) = (self.count(Severity::Warning), self.count(Severity::Hint));
        format!(
            "Checked {}: {}, {}, {}\n",
            counted(entries, "entry", "entries"),
            counted(errors, "error", "errors"),
            counted(warnings, "warning", "warnings"),
            counted(hints, "hint", "hints")
        )
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn of_item(at: usize, item: &Item<'_>, reports: Vec<Report>, wanted: &Wanted, findings: &mut Vec<Finding>) {
    for (code, told) in &item.mistakes {
        let severity = match told.severity {
            infra_base::Severity::Error => Severity::Error,
            infra_base::Severity::Warning => Severity::Warning,
            infra_base::Severity::Hint => Severity::Hint,
        };
        if wanted.accepts(*code, severity) {
            let (message, what) = (told.message.clone(), What::OfEntry(told.clone()));
            findings.push(Finding { item: at, code: *code, severity, place: None, message, what });
        }
    }
    let mut lines: Option<LineIndex> = None;
    for report in reports {
        if !wanted.accepts(report.code, report.severity) {
            continue;
        }
        let source = item.source.unwrap_or_default();
        let lines = lines.get_or_insert_with(|| LineIndex::new(source.as_bytes()));
        let (code, severity) = (report.code, report.severity);
        let (place, message) =
            (Some(lua_engine::position(source, lines, report.span.start)), report.message.clone());
        findings.push(Finding { item: at, code, severity, place, message, what: What::OfSource(report) });
    }
}

/// Named after the entry, whatever file it stands in.
fn source(item: &Item<'_>) -> Arc<SourceFile> {
    let name = item.entry.id.as_str().to_owned();
    Arc::new(SourceFile { name, text: item.source.unwrap_or_default().to_owned() })
}

/// Columns as wide as needed, numbers to the right.
fn table(head: [String; 4], rows: Vec<[String; 4]>) -> String {
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let mut widths = [0; 4];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let numbers: [bool; 4] = std::array::from_fn(|column| {
        rows.iter().skip(1).all(|row| row[column].bytes().all(|b| b.is_ascii_digit()))
    });
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths).zip(numbers).map(|((cell, width), number)| match number {
            true => format!("{cell:>width$}"),
            false => format!("{cell:width$}"),
        });
        let line: Vec<String> = cells.collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}
