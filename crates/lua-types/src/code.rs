//! The codes of diagnostics: stable, documented, never renumbered.

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Rejects the unit where types are strict.
    Error,
    /// Shown by default.
    Warning,
    /// Shown when asked for.
    Hint,
}

impl Severity {
    /// `error`, `warning`, `hint`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        }
    }
}

macro_rules! codes {
    ($($name:ident = $text:literal, $severity:ident, $title:literal;)*) => {
        /// What a diagnostic is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All of them, in order of their texts.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// `E0004`
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// How bad it is.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }

            /// In a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$name => $title,)* }
            }

            /// Whether it is one of the rules, which are applied on request.
            pub fn is_rule(self) -> bool {
                self.as_str().starts_with('W')
            }

            /// The code with that text.
            pub fn parse(text: &str) -> Option<Code> {
                match text { $($text => Some(Code::$name),)* _ => None }
            }
        }
    };
}

codes! {
    Mismatch = "E0000", Error, "type mismatch";
    Undefined = "E0001", Error, "undefined variable or label";
    NotCallable = "E0002", Error, "not callable";
    ArgumentCount = "E0003", Error, "wrong number of arguments";
    NoField = "E0004", Error, "no such field";
    NotIndexable = "E0005", Error, "not indexable";
    Readonly = "E0008", Error, "write to something readonly";
    Unreachable = "E0009", Warning, "unreachable code";
    MissingReturn = "E0010", Error, "missing return";
    TooDeep = "E0011", Error, "too deep or too large to check";
    UnknownType = "E0012", Error, "unresolved type name";
    Circular = "E0013", Error, "circular reference";
    NotExhaustive = "E0014", Warning, "not exhaustive";
    BeforeAssignment = "E0015", Error, "use before assignment";
    Validator = "E0016", Error, "validator that cannot apply";
    Duplicate = "E0017", Error, "duplicate declaration or label";
    InvalidIndex = "E0018", Error, "invalid index type";
    InvalidOperand = "E0019", Error, "invalid operand";
    Constraint = "E0020", Error, "unsatisfied constraint";
    CallOptional = "E0021", Error, "call of an optional value";
    NoMethod = "E0022", Error, "no such method";
    IndexOptional = "E0023", Error, "index of an optional value";
    UndeclaredRequire = "E0024", Error, "require of something that is not declared";
    Syntax = "P0001", Error, "syntax error";
    EmptyBlock = "W0001", Warning, "empty block";
    GlobalAssign = "W0002", Warning, "assignment to a global";
    SelfCompare = "W0003", Error, "comparison with itself";
    UnusedVariable = "W0004", Warning, "unused variable";
    UnusedParameter = "W0005", Hint, "unused parameter";
    UnusedImport = "W0006", Warning, "unused import";
    Shadowed = "W0007", Hint, "shadowed variable";
    UnusedSuppression = "W0008", Warning, "suppression that suppresses nothing";
    MixedTypes = "W0009", Warning, "mixed '|' and '&' in a type";
    ModuleState = "W0010", Hint, "write to module state";
    IdleLifecycle = "X0001", Hint, "lifecycle without a service";
}
