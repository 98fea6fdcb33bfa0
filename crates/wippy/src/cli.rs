//! The command line.

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand};
use lua_types::Code;
use std::path::PathBuf;

/// Application server: YAML entries and Lua, run as isolated processes.
#[derive(Parser)]
#[command(
    name = "wippy",
    version,
    arg_required_else_help = true,
    after_help = "Examples:
  wippy init                        write wippy.lock for the application in this directory
  wippy run                         start the application and stay up
  wippy run list                    show the commands that the application offers
  wippy run greet Ada               run its command `greet` with an argument
  wippy -C apps/shop -v run         start the application of another directory, with debug logs
  wippy lint --rules                check types and style of its Lua
  wippy pack shop.wapp              put all of it into one file
  wippy run shop.wapp               run that, wherever it is
  wippy registry list -k 'http.*'   show its HTTP entries
  wippy registry show app:hello     show one entry"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Work in this directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Configuration file (repeatable, later ones win) [default: .wippy.yaml if it is there]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Vec<PathBuf>,
    /// Log debug lines
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Log debug lines, and stack traces of errors
    #[arg(long, global = true)]
    pub(crate) very_verbose: bool,
    /// Log to standard output, short and coloured
    #[arg(short, long, global = true)]
    pub(crate) console: bool,
    /// Log nothing
    #[arg(short, long, global = true)]
    pub(crate) silent: bool,
    /// Log to the event bus instead of the console
    #[arg(short, long, global = true, hide = true)]
    pub(crate) event_streams: bool,
    /// Serve profiles of Lua code, on localhost:6060 unless the configuration says otherwise
    #[arg(short, long, global = true)]
    pub(crate) profiler: bool,
    /// Soft limit of memory (1G, 512M); GOMEMLIMIT else, or 1G
    #[arg(short, long, value_name = "SIZE", global = true)]
    pub(crate) memory_limit: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write wippy.lock, which says where source and modules are
    Init(Init),
    /// Start the application, or run one of its commands
    Run(Run),
    /// Check types and style of the application's Lua without starting it
    Lint(Lint),
    /// Write the application's entries to one file, which runs anywhere
    Pack(Pack),
    /// Look at the entries of the application without starting it
    #[command(subcommand)]
    Registry(Registry),
    /// Print the version
    Version {
        /// The number alone
        #[arg(long)]
        short: bool,
    },
    /// Print modules, kinds and diagnostics as JSON, for the reference pages
    #[command(name = "__describe", hide = true)]
    Describe,
    /// Print what the image of each program of the application covers
    #[command(name = "__images", hide = true)]
    Images,
    #[command(external_subcommand)]
    Other(Vec<String>),
}

#[derive(Args)]
pub(crate) struct Init {
    /// Directory of the source
    #[arg(short = 'd', long, value_name = "DIR")]
    pub(crate) src_dir: Option<String>,
    /// Directory of the modules
    #[arg(long, value_name = "DIR")]
    pub(crate) modules_dir: Option<String>,
    /// Name of the lock file
    #[arg(short, long, value_name = "FILE", default_value = "wippy.lock")]
    pub(crate) lock_file: PathBuf,
}

/// Layers over the configuration files.
#[derive(Args)]
pub(crate) struct Layers {
    /// Profile of the configuration (repeatable, in order)
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Vec<String>,
    /// Set a configuration key: section.key=value (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  wippy run                               start the application and stay up; ctrl-c stops it
  wippy run list                          show its commands
  wippy run greet Ada                     run its command `greet`; what follows are its arguments
  wippy run shop.wapp                     the same from a pack: its main or only command, or all of it
  wippy run shop.wapp greet Ada           run the pack's command `greet`
  wippy run list shop.wapp                show the pack's commands
  wippy run -x app:job                    run one process entry, then stop
  wippy run -o app:http:addr=:9090        start with a field of an entry changed
  wippy run --set shutdown.timeout=5s     start with a configuration key changed")]
pub(crate) struct Run {
    /// Change a field of an entry: ns:entry:path=value (repeatable)
    #[arg(short, long = "override", value_name = "KEY=VALUE")]
    pub(crate) overrides: Vec<String>,
    /// Run this process entry on the terminal, then stop
    #[arg(short = 'x', long, value_name = "NS:ENTRY")]
    pub(crate) exec: Option<String>,
    /// Terminal host to use if there are several
    #[arg(long, value_name = "NS:ENTRY")]
    pub(crate) host: Option<String>,
    /// Address of the module hub
    #[arg(long, value_name = "URL", hide = true)]
    pub(crate) registry: Option<String>,
    #[command(flatten)]
    pub(crate) layers: Layers,
    /// `list`, also in front of a pack; a pack; or a command of the application; and arguments
    #[arg(value_name = "COMMAND", allow_hyphen_values = true)]
    pub(crate) words: Vec<String>,
}

#[derive(Args)]
#[command(after_help = "Examples:
  wippy lint                              errors and warnings of types
  wippy lint --rules --level hint         and everything that the rules say
  wippy lint --ns app --ns 'app.**'       of these namespaces; what they import is checked, but not told
  wippy lint --code E0004,E0023           of these codes
  wippy lint --summary                    how many, by namespace and by code
  wippy lint --json                       for other programs

A comment keeps diagnostics quiet: -- lint: ignore W0004, E0004
The exit status is 1 if there are errors.")]
pub(crate) struct Lint {
    /// Show what is at least so severe: error, warning, hint
    #[arg(long, value_name = "LEVEL", default_value = "warning", hide_default_value = false, hide_possible_values = true,
          value_parser = LEVELS)]
    pub(crate) level: String,
    /// Namespaces to tell of, with `*` for one segment and `**` for several (repeatable, or a comma list)
    #[arg(long, value_name = "NS", value_delimiter = ',')]
    pub(crate) ns: Vec<String>,
    /// Codes to tell of (repeatable, or a comma list)
    #[arg(long, value_name = "CODE", value_delimiter = ',', ignore_case = true, hide_possible_values = true,
          value_parser = PossibleValuesParser::new(Code::ALL.iter().map(|code| code.as_str())))]
    pub(crate) code: Vec<String>,
    /// Apply the rules, too: the W codes
    #[arg(long)]
    pub(crate) rules: bool,
    /// Show how many there are, by namespace and by code
    #[arg(long, conflicts_with = "json")]
    pub(crate) summary: bool,
    /// Show so many at most; 0 = all
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) limit: usize,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Without colours
    #[arg(long)]
    pub(crate) no_color: bool,
    /// Forget what was found before, and check everything anew
    #[arg(long)]
    pub(crate) cache_reset: bool,
    #[command(flatten)]
    pub(crate) source: Source,
}

#[derive(Args)]
#[command(after_help = "Examples:
  wippy pack shop.wapp                            everything that `wippy run` would load
  wippy pack shop.wapp --list                     show what that is, and write nothing
  wippy pack shop.wapp --exclude-ns 'app.test.**' --exclude 'app:debug_*'
  wippy pack shop.wapp --bytecode                 syntax trees instead of Lua sources
  wippy pack shop.wapp -d 'The shop' -t shop,web --meta team=blue --meta build=7

Overrides, `disable` and links are applied before; ${env:…} placeholders of entries stay as they are, and overrides
that read the environment are left to the run. See docs/packs.md.")]
pub(crate) struct Pack {
    /// File to write, NAME.wapp
    #[arg(value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// What the pack is, for its metadata
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    /// Tags for its metadata (repeatable, or a comma list)
    #[arg(short, long, value_name = "TAG", value_delimiter = ',')]
    pub(crate) tags: Vec<String>,
    /// More metadata; true, false and numbers by their shape, else text (repeatable)
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) meta: Vec<String>,
    /// Show what would be packed, and write nothing
    #[arg(long)]
    pub(crate) list: bool,
    /// Leave out namespaces, with `*` for one segment and `**` for several (repeatable, or a comma list)
    #[arg(long, value_name = "NS", value_delimiter = ',')]
    pub(crate) exclude_ns: Vec<String>,
    /// Leave out entries, ns:name with the same wildcards (repeatable, or a comma list)
    #[arg(long, value_name = "NS:ENTRY", value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
    /// Put syntax trees in the place of Lua sources
    #[arg(long)]
    pub(crate) bytecode: bool,
    /// Directories to carry along, by entry id (not built yet)
    #[arg(long, value_name = "NS:ENTRY", value_delimiter = ',', conflicts_with = "embed_all")]
    pub(crate) embed: Vec<String>,
    /// Carry every directory along (not built yet)
    #[arg(long)]
    pub(crate) embed_all: bool,
    /// Lock file, which must be there [default: wippy.lock if it is there]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) lock_file: Option<PathBuf>,
    /// Profile of the configuration (repeatable, in order)
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Vec<String>,
}

/// Values of `--level`.
const LEVELS: [&str; 3] = ["error", "warning", "hint"];

#[derive(Subcommand)]
pub(crate) enum Registry {
    /// List entries
    #[command(after_help = "Examples:
  wippy registry list
  wippy registry list -k 'http.*' -n app
  wippy registry list --meta type=tool --meta 'comment~^Adds' --json")]
    List(List),
    /// Show one entry
    Show(Show),
}

#[derive(Args)]
pub(crate) struct Source {
    /// Name of the lock file
    #[arg(short, long, value_name = "FILE", default_value = "wippy.lock")]
    pub(crate) lock_file: PathBuf,
    #[command(flatten)]
    pub(crate) layers: Layers,
}

#[derive(Args)]
pub(crate) struct List {
    /// Kinds, with `*` for any text (repeatable, or a comma list)
    #[arg(short, long, value_delimiter = ',')]
    pub(crate) kind: Vec<String>,
    /// Namespaces, with `*` for one segment and `**` for several
    #[arg(short, long, value_delimiter = ',')]
    pub(crate) ns: Vec<String>,
    /// Names, with `*` for any text
    #[arg(long, value_delimiter = ',')]
    pub(crate) name: Vec<String>,
    /// Meta fields: f=v equal, f~re regular expression, f*s contains, f^p begins, f$s ends (repeatable)
    #[arg(long, value_name = "FILTER")]
    pub(crate) meta: Vec<String>,
    /// As JSON
    #[arg(long, conflicts_with = "yaml")]
    pub(crate) json: bool,
    /// As YAML
    #[arg(long)]
    pub(crate) yaml: bool,
    #[command(flatten)]
    pub(crate) source: Source,
}

#[derive(Args)]
pub(crate) struct Show {
    /// Entry id, ns:name
    pub(crate) id: String,
    /// Only this field: meta.x, data.x, or x for data
    #[arg(short, long, value_name = "PATH")]
    pub(crate) field: Option<String>,
    /// As JSON
    #[arg(long, conflicts_with_all = ["yaml", "raw"])]
    pub(crate) json: bool,
    /// As YAML (the default)
    #[arg(long, conflicts_with = "raw")]
    pub(crate) yaml: bool,
    /// A text field without quoting
    #[arg(long)]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) source: Source,
}
