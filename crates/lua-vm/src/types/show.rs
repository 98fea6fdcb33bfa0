//! Types as text: the name, else the structure as people write it.

use super::{Field, Form, Id, Node, Type};
use crate::native::Num;
use crate::types::checks::number;

/// Bytes of the longest text; what is behind is left out.
const LONGEST: usize = 2000;
/// The same inside of messages.
const IN_MESSAGE: usize = 160;
/// Levels that are shown.
const DEEPEST: usize = 32;

impl Type {
    /// What `tostring` gives.
    pub fn show(&self) -> String {
        self.shown(LONGEST)
    }

    /// The same for messages, shorter.
    pub(crate) fn label(&self) -> String {
        self.shown(IN_MESSAGE)
    }

    fn shown(&self, most: usize) -> String {
        let mut writer = Writer { nodes: self.graph.nodes(), out: String::new(), most, depth: 0 };
        writer.node(self.at, Tight::Loose);
        if writer.out.len() > most {
            let end = (0..=most).rev().find(|at| writer.out.is_char_boundary(*at)).unwrap_or_default();
            writer.out.truncate(end);
            writer.out.push('…');
        }
        writer.out
    }

    /// What `T:name()` gives.
    pub(crate) fn name(&self) -> Option<String> {
        let node = self.node();
        match (&node.name, &node.instance) {
            (Some(name), _) => Some(name.to_string()),
            (None, Some(_)) => Some(self.show()),
            (None, None) => None,
        }
    }
}

/// How strongly what stands around a type binds.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Tight {
    Loose,
    /// A member of a union.
    Union,
    /// A member of an intersection.
    Intersection,
    /// In front of `?` or `@`.
    Suffix,
}

struct Writer<'a> {
    nodes: &'a [Node],
    out: String,
    most: usize,
    depth: usize,
}

impl Writer<'_> {
    fn node(&mut self, id: Id, tight: Tight) {
        if self.out.len() > self.most {
            return;
        }
        if self.depth > DEEPEST {
            self.out.push('…');
            return;
        }
        self.depth += 1;
        let node = &self.nodes[id as usize];
        if let Some(name) = &node.name {
            self.out.push_str(name);
        } else if let Some(instance) = &node.instance {
            self.out.push_str(&instance.name);
            self.args(&instance.args);
        } else if node.checks.is_empty() {
            self.form(&node.form, tight);
        } else {
            let open = tight > Tight::Union && !matches!(node.form, Form::Optional(_));
            self.grouped(open && tight < Tight::Suffix, |w| {
                w.form(&node.form, Tight::Suffix);
                for check in &node.checks {
                    w.out.push_str(&format!(" @{}({})", check.name(), check.argument()));
                }
            });
        }
        self.depth -= 1;
    }

    fn grouped(&mut self, group: bool, write: impl FnOnce(&mut Self)) {
        if group {
            self.out.push('(');
        }
        write(self);
        if group {
            self.out.push(')');
        }
    }

    fn list(&mut self, ids: &[Id], between: &str, tight: Tight) {
        for (i, id) in ids.iter().enumerate() {
            if self.out.len() > self.most {
                return;
            }
            if i > 0 {
                self.out.push_str(between);
            }
            self.node(*id, tight);
        }
    }

    fn args(&mut self, args: &[Id]) {
        if !args.is_empty() {
            self.out.push('<');
            self.list(args, ", ", Tight::Loose);
            self.out.push('>');
        }
    }

    fn readonly(&mut self, readonly: bool) {
        if readonly {
            self.out.push_str("readonly ");
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        self.out.push('{');
        for (i, field) in fields.iter().enumerate() {
            if self.out.len() > self.most {
                return;
            }
            if i > 0 {
                self.out.push_str(", ");
            }
            self.readonly(field.readonly);
            self.out.push_str(&field.name);
            self.out.push_str(if field.optional { "?: " } else { ": " });
            self.node(field.ty, Tight::Loose);
        }
        self.out.push('}');
    }

    fn form(&mut self, form: &Form, tight: Tight) {
        let word = match form {
            Form::Object(name) | Form::Unresolved(name) => name,
            Form::Bool(true) => "true",
            Form::Bool(false) => "false",
            _ => match form.word() {
                Some(word) => word,
                None => return self.compound(form, tight),
            },
        };
        self.out.push_str(word);
    }

    #[allow(clippy::too_many_lines, reason = "one match over the forms of a type")]
    fn compound(&mut self, form: &Form, tight: Tight) {
        match form {
            Form::Int(i) => self.out.push_str(&i.to_string()),
            Form::Float(f) => self.out.push_str(&number(Num::Float(*f))),
            Form::Str(s) => self.out.push_str(&format!("{:?}", String::from_utf8_lossy(s))),
            Form::Optional(inner) => {
                self.node(*inner, Tight::Suffix);
                self.out.push('?');
            }
            Form::Union(list) => {
                self.grouped(tight > Tight::Loose, |w| w.list(list, " | ", Tight::Union));
            }
            Form::Intersection(list) => {
                self.grouped(tight > Tight::Union, |w| w.list(list, " & ", Tight::Intersection));
            }
            Form::Tuple(list) => {
                self.out.push('(');
                self.list(list, ", ", Tight::Loose);
                self.out.push(')');
            }
            Form::Function { params, vararg, result } => self.grouped(tight > Tight::Loose, |w| {
                w.out.push('(');
                w.list(params, ", ", Tight::Loose);
                if let Some(vararg) = vararg {
                    w.out.push_str(if params.is_empty() { "..." } else { ", ..." });
                    w.node(*vararg, Tight::Loose);
                }
                w.out.push_str(") -> ");
                match result {
                    Some(result) => w.node(*result, Tight::Loose),
                    None => w.out.push_str("()"),
                }
            }),
            Form::Array { elem, readonly } => {
                self.readonly(*readonly);
                self.out.push('{');
                self.node(*elem, Tight::Loose);
                self.out.push('}');
            }
            Form::Map { key, val, readonly } => {
                self.readonly(*readonly);
                self.out.push_str("{[");
                self.node(*key, Tight::Loose);
                self.out.push_str("]: ");
                self.node(*val, Tight::Loose);
                self.out.push('}');
            }
            Form::Record { fields, readonly } => {
                self.readonly(*readonly);
                self.fields(fields);
            }
            Form::Interface { methods, .. } => {
                self.out.push_str("interface ");
                self.fields(methods);
            }
            Form::Generic { params, body } => {
                let names: Vec<&str> = params.iter().map(|p| &*p.name).collect();
                self.out.push_str(&format!("<{}> ", names.join(", ")));
                self.node(*body, Tight::Loose);
            }
            Form::Param(n) => self.out.push_str(&format!("T{}", n + 1)),
            Form::Alias(of) => self.node(*of, tight),
            Form::Apply { target, args } => {
                self.node(*target, Tight::Suffix);
                self.args(args);
            }
            Form::Import { path, args } => {
                let path: Vec<&str> = path.iter().map(|part| &**part).collect();
                self.out.push_str(&path.join("."));
                self.args(args);
            }
            Form::Indexed { object, key } => {
                self.node(*object, Tight::Suffix);
                self.out.push('[');
                self.node(*key, Tight::Loose);
                self.out.push(']');
            }
            Form::KeyOf(of) => {
                self.out.push_str("keyof(");
                self.node(*of, Tight::Loose);
                self.out.push(')');
            }
            Form::Conditional { check, bound, then, otherwise } => self.grouped(tight > Tight::Loose, |w| {
                w.node(*check, Tight::Union);
                w.out.push_str(" extends ");
                w.node(*bound, Tight::Union);
                w.out.push_str(" ? ");
                w.node(*then, Tight::Loose);
                w.out.push_str(" : ");
                w.node(*otherwise, Tight::Loose);
            }),
            plain => self.form(plain, tight),
        }
    }
}
